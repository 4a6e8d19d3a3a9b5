// Side by side, as official.test.mjs: every endpoint of the table in lib/endpoints.js by the official
// package and by ours, and what is made of several endpoints.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import Official from "openai";

import { edge, failure } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { essence, startRecorder } from "../support/recorder.mjs";

const { default: OpenAI } = await edge();
const table = pathToFileURL(`${setting("OPENAI_WASM_PKG")}/lib/endpoints.js`).href;
const { ENDPOINTS } = await import(table);
const KEY = "sk-proj-0123456789abcdef";

let server;
let clients;
before(async () => {
  server = await startRecorder();
  const options = { apiKey: KEY, baseURL: server.baseUrl, maxRetries: 0 };
  clients = [new Official(options), new OpenAI(options)];
});
after(() => server.stop());

const collect = async (iterable) => {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
};
async function visible(result) {
  if (result instanceof Response) return { status: result.status, text: await result.text() };
  if (typeof result?.getPaginatedItems === "function") return collect(result);
  return result ?? null;
}

/** What both send and give for a call, and that it is the same. */
async function sideBySide(call, ...answers) {
  const seen = [];
  for (const client of clients) {
    server.answer(...answers);
    const result = await visible(await call(client));
    seen.push({ requests: await Promise.all(server.requests.map(essence)), result });
  }
  assert.ok(seen[0].requests.length > 0);
  assert.deepEqual(seen[1], seen[0]);
  return seen[1];
}

const at = (client, name) =>
  name.split(".").reduce(([, object], part) => [object, object[part]], [undefined, client]);

/** The official package has no counterpart any more. */
const OURS_ALONE = /^(edits|engines|fineTunes)\.|\.del$/;
/** Members of forms, by the field that holds a file. */
const file = () => new File(["{}"], "a.jsonl", { type: "application/json" });

for (const [name, { path, takes, gives }] of ENDPOINTS) {
  if (OURS_ALONE.test(name)) continue;
  test(`${name}: the same request and the same result`, async () => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each);
    const [way, ...fields] = takes.split(/[:,+]/);
    const args = names.length > 0 ? [`${names.at(-1)}/1`] : [];
    const params = Object.fromEntries(names.slice(0, -1).map((each) => [each, `${each} 1`]));
    if (way.startsWith("body"))
      Object.assign(params, { model: "m", from_tomorrow: [1, { a: null }] });
    if (takes === "body+include") params.include = ["a", "b"];
    if (way === "query")
      Object.assign(params, { limit: 2, include: ["a", "b"], metadata: { k: "v" } });
    if (way.startsWith("form")) Object.assign(params, { [fields[0]]: file(), purpose: "batch" });
    if (takes || names.length > 1) args.push(params);
    const listed = { object: "list", data: [{ id: "x-1" }, { id: "x-2" }], has_more: false };
    const answer =
      gives === "bytes"
        ? { body: "bytes", headers: { "content-type": "audio/mpeg" } }
        : gives === "none"
          ? { status: 204, body: "" }
          : { body: gives === "list" ? listed : { id: "x-1", unknown: { a: 1 } } };
    await sideBySide((client) => {
      const [owner, method] = at(client, name);
      return method.call(owner, ...args);
    }, answer);
  });
}

test("a file by its id and a body that may be left out are sent alike", async () => {
  await sideBySide((client) => client.containers.files.create("c", { file_id: "f" }), { body: {} });
  await sideBySide((client) => client.conversations.create(), { body: {} });
  await sideBySide((client) => client.responses.inputTokens.count(), { body: {} });
});

test("lists go from page to page alike", async () => {
  const page = (ids, has_more) => ({
    body: { object: "list", data: ids.map((id) => ({ id })), has_more, last_id: ids.at(-1) },
  });
  const answers = [page(["a", "b"], true), page(["c"], false)];
  for (const list of [
    (client) => client.batches.list({ limit: 2 }),
    (client) => client.vectorStores.files.list("v", { filter: "failed" }),
    (client) => client.conversations.items.list("c", { include: ["a"] }),
  ]) {
    const { result } = await sideBySide(list, ...answers);
    assert.deepEqual(
      result.map(({ id }) => id),
      ["a", "b", "c"],
    );
  }
});

test("queries of any shape are written alike", async () => {
  for (const query of [
    { a: ["x", "y"], b: { c: ["d", 1], e: true } },
    { a: [], b: "é &=", c: 0 },
    { "a b": [{ c: 1 }, { c: 2 }] },
  ])
    await sideBySide((client) => client.get("/tomorrow", { query }), { body: {} });
});

test("what is made of several calls makes the same ones", async () => {
  const poll = (status) => ({
    body: { id: "vf", status },
    headers: { "openai-poll-after-ms": "1" },
  });
  const cases = [
    [
      (client) => client.vectorStores.files.uploadAndPoll("v", file()),
      ...[{ body: { id: "f" } }, { body: { id: "vf" } }, poll("in_progress"), poll("completed")],
    ],
    [
      (client) => client.vectorStores.fileBatches.createAndPoll("v", { file_ids: ["f"] }),
      ...[{ body: { id: "vb" } }, poll("in_progress"), poll("failed")],
    ],
    [
      (client) =>
        client.vectorStores.fileBatches.uploadAndPoll("v", { files: [file()], fileIds: ["g"] }),
      ...[{ body: { id: "f" } }, { body: { id: "vb" } }, poll("completed")],
    ],
    [
      (client) => client.files.waitForProcessing("f", { pollInterval: 1 }),
      ...[{ body: { id: "f", status: "uploaded" } }, { body: { id: "f", status: "processed" } }],
    ],
  ];
  for (const [call, ...answers] of cases) await sideBySide(call, ...answers);
});

test("a large file goes up in parts, in order, and a part that fails cancels the upload", async () => {
  const [, ours] = clients;
  const given = new File(["0123456789"], "big.jsonl", { type: "application/jsonl" });
  const params = { file: given, purpose: "batch", partSize: 4 };
  const part = (id) => ({ body: { id } });
  server.answer(part("u"), part("p1"), part("p2"), part("p3"), {
    body: { id: "u", status: "completed" },
  });
  assert.equal((await ours.uploads.uploadFileChunked(params)).status, "completed");
  const sent = await Promise.all(server.requests.map(essence));
  assert.deepEqual(sent[0].content, {
    filename: "big.jsonl",
    purpose: "batch",
    bytes: 10,
    mime_type: "application/jsonl",
  });
  assert.deepEqual(
    sent.slice(1, 4).map(({ content }) => content[0][1].content),
    ["0123", "4567", "89"],
  );
  assert.deepEqual(sent[4].content, { part_ids: ["p1", "p2", "p3"] });
  server.answer(part("u"), part("p1"), { status: 400, body: { error: { message: "no" } } });
  assert.equal((await failure(ours.uploads.uploadFileChunked(params))).status, 400);
  assert.deepEqual(server.requests.at(-1).url, "/v1/uploads/u/cancel");
  for (const [wrong, option] of [
    [{ file: "text" }, "file"],
    [{ file: new Blob(["x"]), filename: undefined }, "filename"],
    [{ file: given, partSize: 0 }, "partSize"],
  ])
    assert.equal((await failure(ours.uploads.uploadFileChunked(wrong))).option, option);
});

test("withOptions gives a client of the same kind with other options, and both limits can be set", async () => {
  const [official, ours] = clients;
  for (const client of [official, ours]) {
    const other = client.withOptions({ timeout: 1234, defaultHeaders: { "x-own": "1" } });
    assert.ok(other instanceof client.constructor);
    assert.deepEqual([other.timeout, other.maxRetries, other.baseURL], [1234, 0, server.baseUrl]);
    other.maxRetries = 5;
    other.timeout = 99;
    assert.deepEqual([other.maxRetries, other.timeout, client.maxRetries], [5, 99, 0]);
    assert.equal(other.withOptions({}).timeout, 99);
    server.answer({ body: { data: [] } });
    await other.models.list();
    assert.equal(server.requests[0].headers["x-own"], "1");
  }
  assert.throws(() => ours.withOptions({ timeot: 1 }), /timeot: is not an option/);
  assert.throws(() => {
    ours.timeout = -1;
  }, /timeout: must be/);
});
