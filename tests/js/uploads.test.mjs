// Forms: what is a file and what is none, streams that are uploaded as they are read, and their ends.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, before, test } from "node:test";

import { edge, failure, keyless } from "../support/packed.mjs";
import { formOf, startRecorder } from "../support/recorder.mjs";

const { default: OpenAI, InvalidOptionError, toFile } = await keyless();
const { default: Edge } = await edge();
let server;
let client;

before(async () => {
  server = await startRecorder();
  client = new OpenAI({ proxyUrl: server.baseUrl, maxRetries: 2 });
});
after(() => server.stop());

const upload = (file, options) => client.files.create({ purpose: "x", file }, options);
const sent = async () => Object.fromEntries(await formOf(server.requests.at(-1)));
async function* pieces(...parts) {
  yield* parts;
}
const retryAtOnce = { status: 503, headers: { "retry-after-ms": "1" } };

test("every kind of file arrives whole, with its name and media type", async () => {
  const response = (url) => Object.defineProperty(new Response("hi", { headers: { "content-type": "text/csv" } }), "url", { value: url });
  for (const [file, filename, type] of [
    [new File(["hi"], "a.csv", { type: "text/csv" }), "a.csv", "text/csv"],
    [new File(["hi"], "C:\\folder\\a.csv"), "a.csv", "application/octet-stream"],
    [new Blob(["hi"], { type: "text/csv" }), "unknown_file", "text/csv"],
    [response("https://x.example/files/a.csv?signature=SECRET#x"), "a.csv", "text/csv"],
    [new Blob(["hi"]).stream(), "unknown_file", "application/octet-stream"],
    [pieces("h", new Uint8Array([105])), "unknown_file", "application/octet-stream"],
    [pieces("h", new Blob(["i"])), "unknown_file", "application/octet-stream"],
    [Object.assign(pieces("hi"), { path: "/home/x/a.csv" }), "a.csv", "application/octet-stream"],
    [{ data: pieces("hi"), name: 'a "b"\r\n.csv', type: "text/csv" }, 'a "b"\r\n.csv', "text/csv"],
    [{ data: pieces("hi"), name: "a.csv", type: "text/csv\r\nx-evil: 1" }, "a.csv", "application/octet-stream"],
    [toFile("hi", "a.csv", { type: "text/csv" }), "a.csv", "text/csv"],
    [toFile(new Uint8Array([104, 105]).buffer, "a.csv"), "a.csv", "application/octet-stream"],
    [toFile(Promise.resolve(response("https://x.example/a.csv?b"))), "a.csv", "text/csv"],
    [toFile(new Blob(["hi"]).stream(), "a.csv"), "a.csv", "application/octet-stream"],
  ]) {
    server.answer({ body: {} });
    await upload(await file);
    const { file: arrived, purpose } = await sent();
    assert.deepEqual([arrived, purpose], [{ filename, type, content: "hi" }, "x"]);
  }
});

test("a file that is none is refused by its field, before anything is sent", async () => {
  server.answer({ body: {} });
  const read = new Response("x");
  await read.text();
  const deep = {};
  let inner = deep;
  for (let level = 0; level < 50; level += 1) inner = inner.a = {};
  for (const [call, option] of [
    [() => upload(undefined), "file"],
    [() => upload(null), "file"],
    [() => upload("otter.png"), "file"],
    [() => upload({}), "file"],
    [() => upload(5), "file"],
    [() => upload([]), "file"],
    [() => upload(new Uint8Array([1])), "file"],
    [() => upload(new ArrayBuffer(1)), "file"],
    [() => upload(read), "file"],
    [() => client.images.edit({ image: [new Blob(["x"]), "y"], prompt: "x" }), "image[]"],
    [() => client.images.edit({ image: new Blob(["x"]), mask: "y", prompt: "x" }), "mask"],
    [() => client.images.createVariation({}), "image"],
    [() => client.images.createVariation(), "params"],
    [() => client.images.createVariation([]), "params"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: null }), "model"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: { a: [null] } }), "model[a][]"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: () => {} }), "model"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: deep }), /^model\[a\]/],
    [() => toFile(5), "value"],
    [() => toFile({}), "value"],
    [() => toFile(pieces(5)), "value"],
  ]) {
    const error = await failure(call());
    assert.ok(error instanceof InvalidOptionError, `${call}: ${error}`);
    if (typeof option === "string") assert.equal(error.option, option);
    else assert.match(error.option, option);
  }
  assert.equal(server.requests.length, 0);
});

test("an identifier in a path is encoded or refused, and never another endpoint", async () => {
  const calls = [
    ["model", (id) => client.models.retrieve(id)],
    ["model", (id) => client.models.delete(id)],
    ["file_id", (id) => client.files.retrieve(id)],
    ["file_id", (id) => client.files.content(id)],
    ["fine_tune_id", (id) => client.fineTunes.cancel(id)],
    ["fine_tune_id", (id) => client.fineTunes.listEvents(id, { stream: true })],
    ["engine_id", (id) => client.engines.retrieve(id)],
  ];
  for (const [name, call] of calls) {
    server.answer({ body: {} });
    for (const id of ["", ".", "..", undefined, null, 5, {}, ["a"], "\ud800"]) {
      const error = await failure(call(id));
      assert.ok(error instanceof InvalidOptionError, `${name} ${id}: ${error}`);
      assert.equal(error.option, name);
    }
    assert.equal(server.requests.length, 0);
  }
  for (const [id, path] of [
    ["a/b", "a%2Fb"],
    ["../admin", "..%2Fadmin"],
    ["a?b=c#d", "a%3Fb%3Dc%23d".replace("%3D", "=")],
    ["%2e%2e", "%252e%252e"],
    ["é \\\n", "%C3%A9%20%5C%0A"],
    ["ft:gpt-4o:acme::id@1", "ft:gpt-4o:acme::id@1"],
  ]) {
    server.answer({ body: {} });
    await client.models.retrieve(id);
    assert.equal(server.requests[0].url, `/v1/models/${path}`);
  }
});

test("a file in memory is sent again after a failure, a stream is not", async () => {
  server.answer(retryAtOnce, { body: {} });
  await upload(new File(["hi"], "a"));
  assert.equal(server.requests.length, 2);
  assert.deepEqual((await sent()).file.content, "hi");

  server.answer(retryAtOnce, { body: {} });
  assert.equal((await failure(upload(pieces("hi")))).status, 503);
  assert.equal(server.requests.length, 1);

  server.answer((request) => request.socket.destroy());
  assert.equal((await failure(upload(pieces("hi")))).name, "APIConnectionError");
  assert.equal(server.requests.length, 1);

  server.answer(retryAtOnce, { body: {} });
  assert.equal((await failure(client.post("/x", { body: new Blob(["x"]).stream() }))).status, 503);
  assert.equal(server.requests.length, 1);
});

test("a stream is uploaded as it is read, not first into memory", async () => {
  let arrived;
  const first = new Promise((resolve) => (arrived = resolve));
  server.answer((request, response) => {
    request.once("data", arrived);
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  const body = async function* () {
    yield "x".repeat(100);
    // The server has the first part while the second is not there yet.
    await first;
    yield "y";
  };
  await upload(body());
  assert.equal(server.requests[0].headers["transfer-encoding"], "chunked");
});

test("where the runtime cannot stream an upload, the file is read first, and a warning says so", async () => {
  const warnings = [];
  const logger = { error() {}, info() {}, debug() {}, warn: (text) => warnings.push(text) };
  const { location } = globalThis;
  // A page over http: Chromium streams uploads over HTTP/2 only.
  globalThis.location = new URL("http://localhost/");
  try {
    const page = new OpenAI({ proxyUrl: server.baseUrl, logger });
    server.answer(retryAtOnce, { body: {} });
    await page.files.create({ purpose: "x", file: { data: pieces("h", "i"), name: "a.csv", type: "text/csv" } });
  } finally {
    if (location === undefined) delete globalThis.location;
    else globalThis.location = location;
  }
  assert.equal(server.requests.length, 2, "what is in memory can be sent again");
  assert.deepEqual((await sent()).file, { filename: "a.csv", type: "text/csv", content: "hi" });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /memory/);
});

test("leaving an upload ends the request and the stream that it reads", async () => {
  let cancelled;
  const ended = new Promise((resolve) => (cancelled = resolve));
  const leaving = new AbortController();
  server.answer((request) => request.once("data", () => leaving.abort("enough")));
  // One part, and then no more and no end.
  const source = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)), cancel: cancelled });
  const error = await failure(upload(source, { signal: leaving.signal }));
  assert.equal(error.name, "APIUserAbortError");
  await ended;
  assert.equal(getEventListeners(leaving.signal, "abort").length, 0);
});

test("a source that fails is a lost connection with its error as the cause", async () => {
  const trouble = new Error("the disk is gone");
  const source = async function* () {
    yield "x";
    throw trouble;
  };
  for (const [file, expected] of [
    [source(), (cause) => cause === trouble],
    [pieces("x", {}), (cause) => cause.option === "file"],
  ]) {
    let broken;
    const arrived = new Promise((resolve) => (broken = resolve));
    server.answer((request) => request.resume().once("close", broken));
    const error = await failure(upload(file));
    assert.equal(error.name, "APIConnectionError");
    let { cause } = error;
    while (!expected(cause)) cause = cause.cause;
    await arrived;
  }
});

test("bodies that fetch knows are sent as they are", async () => {
  const form = new FormData();
  form.append("a", "b");
  const edge = new Edge({ apiKey: "k", baseURL: server.baseUrl });
  for (const [body, type, text] of [
    [form, /^multipart\/form-data/, /name="a"\r\n\r\nb\r\n/],
    [new URLSearchParams({ a: "b" }), /^application\/x-www-form-urlencoded/, /^a=b$/],
    [new Blob(["{}\n"], { type: "application/jsonl" }), /^application\/jsonl$/, /^\{\}\n$/],
    [new Uint8Array([104, 105]), undefined, /^hi$/],
    [new Blob(["hi"]).stream(), undefined, /^hi$/],
  ]) {
    for (const each of [client, edge]) {
      server.answer({ body: {} });
      const copy = typeof body.getReader === "function" ? new Blob(["hi"]).stream() : body;
      await each.post("/tomorrow", { body: copy });
      const [{ headers, body: arrived }] = server.requests;
      if (type) assert.match(headers["content-type"], type);
      else assert.equal(headers["content-type"], undefined);
      assert.match(arrived.toString(), text);
    }
  }
});
