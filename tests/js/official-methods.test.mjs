// Every method of the official client, found by walking it: each is one of ours and is called side by side,
// or stands in the list of what is left out and says so by its name.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import Official from "openai";

import { edge, failure, keyless } from "../support/packed.mjs";
import { essence, startRecorder } from "../support/recorder.mjs";
import { says } from "../support/scripted.mjs";
import { partOf } from "../support/streams.mjs";

const { default: OpenAI, InvalidOptionError } = await edge();
const page = await keyless();
const { ENDPOINTS, LEFT_OUT } = await partOf("lib/endpoints.js");

let server;
let official;
let ours;
before(async () => {
  server = await startRecorder();
  const options = { apiKey: "sk-proj-0123456789abcdef", baseURL: server.baseUrl, maxRetries: 0 };
  [official, ours] = [new Official(options), new OpenAI(options)];
});
after(() => server.stop());

const isResource = (value) => Boolean(value && typeof value === "object" && value._client);

/** The names of a client's methods, with those of its groups: `chat.completions.create`. */
function methodsOf(group, path = "") {
  const names = new Set(Object.getOwnPropertyNames(group));
  for (let its = Object.getPrototypeOf(group); its.constructor.name !== "APIResource"; ) {
    for (const name of Object.getOwnPropertyNames(its)) names.add(name);
    its = Object.getPrototypeOf(its);
  }
  return [...names].flatMap((name) => {
    if (name === "constructor" || name.startsWith("_")) return [];
    if (isResource(group[name])) return methodsOf(group[name], `${path}${name}.`);
    return typeof group[name] === "function" ? [`${path}${name}`] : [];
  });
}
const METHODS = Object.entries(new Official({ apiKey: "k" })).flatMap(([name, group]) =>
  isResource(group) ? methodsOf(group, `${name}.`) : [],
);

/** The list's entry for a method: its group, or one of the groups above. */
const leftOut = (name) =>
  Object.keys(LEFT_OUT).find((entry) => name === entry || name.startsWith(`${entry}.`));

/** Calls a method by its name, without the arguments that it would need. */
const call = (client, name, ...args) => {
  const parts = name.split(".");
  const owner = parts.slice(0, -1).reduce((object, part) => object[part], client);
  return owner[parts.at(-1)](...args);
};

test("the walk finds what the official client has", () => {
  assert.ok(METHODS.length > 400, String(METHODS.length));
  for (const name of [
    "chat.completions.create",
    "beta.threads.runs.create",
    "realtime.calls.hangup",
  ])
    assert.ok(METHODS.includes(name), name);
});

test("what is left out says so by its name, in a page too, and sends nothing", async () => {
  const clients = [ours, new page.OpenAI({ proxyUrl: server.baseUrl, token: "t", maxRetries: 0 })];
  const names = METHODS.filter((name) => leftOut(name));
  assert.ok(names.length > 200);
  server.answer({ body: {} });
  for (const client of clients) {
    for (const name of names) {
      const error = await failure(Promise.resolve(call(client, name, "id", {})));
      assert.ok(error?.constructor.name === InvalidOptionError.name, `${name}: ${error}`);
      assert.ok(error.message.includes(`client.${name}`), error.message);
      assert.ok(error.message.includes(LEFT_OUT[leftOut(name)]), error.message);
    }
  }
  assert.deepEqual(server.requests, []);
  // Whatever stands in the list is something that the official client has; graders has nothing but types.
  for (const entry of Object.keys(LEFT_OUT).filter((each) => !isResource(official[each])))
    assert.ok(
      names.some((name) => leftOut(name) === entry),
      entry,
    );
});

const chat = { model: "m", messages: [{ role: "user", content: "Hi" }] };
const asked = { model: "m", input: "Hi" };
const file = () => new File(["{}"], "a.jsonl", { type: "application/json" });
const answer = { body: says({ content: "{}" }) };
const response = {
  id: "resp_1",
  object: "response",
  status: "completed",
  output: [
    {
      ...{ type: "message", id: "msg_1", role: "assistant", status: "completed" },
      content: [{ type: "output_text", text: "{}", annotations: [] }],
    },
  ],
};
const events = (...list) => ({
  headers: { "content-type": "text/event-stream" },
  body: list
    .map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
    .join(""),
});
const chunk = {
  ...{ id: "c-1", object: "chat.completion.chunk", created: 1, model: "m" },
  choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
};
const streamed = events(
  { type: "response.created", sequence_number: 0, response: { ...response, output: [] } },
  { type: "response.completed", sequence_number: 1, response },
);
const format = { type: "json_schema", json_schema: { name: "a", schema: {}, strict: true } };
const tool = {
  type: "function",
  function: { name: "f", parameters: {}, parse: JSON.parse, function: () => "x" },
};
const stored = [{ body: { id: "vf", status: "completed" } }];
const secret = "0123456789abcdef0123456789abcdef";
const payload = JSON.stringify({ id: "evt_1", type: "response.completed", data: {} });
function signed() {
  const time = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", Buffer.from(secret)).update(`w.${time}.${payload}`);
  return {
    "webhook-id": "w",
    "webhook-timestamp": time,
    "webhook-signature": `v1,${signature.digest("base64")}`,
  };
}
const key = `whsec_${Buffer.from(secret).toString("base64")}`;

/** How the methods are called that the table of endpoints does not have, and what the server answers. */
const CALLS = {
  "chat.completions.create": [(client) => client.chat.completions.create(chat), answer],
  "chat.completions.parse": [
    (client) => client.chat.completions.parse({ ...chat, response_format: format }),
    answer,
  ],
  "chat.completions.stream": [
    (client) => client.chat.completions.stream(chat).finalContent(),
    events(chunk, "[DONE]"),
  ],
  "chat.completions.runTools": [
    (client) => client.chat.completions.runTools({ ...chat, tools: [tool] }).finalContent(),
    answer,
  ],
  "completions.create": [
    (client) => client.completions.create({ model: "m", prompt: "Hi" }),
    { body: { id: "c" } },
  ],
  "embeddings.create": [
    (client) => client.embeddings.create({ ...asked, encoding_format: "float" }),
    { body: { data: [{ index: 0, embedding: [1, 2] }] } },
  ],
  "files.waitForProcessing": [
    (client) => client.files.waitForProcessing("f"),
    { body: { id: "f", status: "processed" } },
  ],
  "images.generate": [
    (client) => client.images.generate({ prompt: "a cat" }),
    { body: { data: [] } },
  ],
  "moderations.create": [
    (client) => client.moderations.create({ input: "Hi" }),
    { body: { results: [] } },
  ],
  "responses.create": [(client) => client.responses.create(asked), { body: response }],
  "responses.retrieve": [
    (client) => client.responses.retrieve("resp/1", { include: ["a"] }),
    { body: response },
  ],
  "responses.parse": [
    (client) =>
      client.responses.parse({
        ...asked,
        text: { format: { ...format.json_schema, type: "json_schema" } },
      }),
    { body: response },
  ],
  "responses.stream": [(client) => client.responses.stream(asked).finalResponse(), streamed],
  "vectorStores.files.poll": [(client) => client.vectorStores.files.poll("v", "vf"), ...stored],
  "vectorStores.files.createAndPoll": [
    (client) => client.vectorStores.files.createAndPoll("v", { file_id: "f" }),
    ...stored,
  ],
  "vectorStores.files.upload": [
    (client) => client.vectorStores.files.upload("v", file()),
    ...[{ body: { id: "f" } }, ...stored],
  ],
  "vectorStores.files.uploadAndPoll": [
    (client) => client.vectorStores.files.uploadAndPoll("v", file()),
    ...[{ body: { id: "f" } }, ...stored],
  ],
  "vectorStores.fileBatches.poll": [
    (client) => client.vectorStores.fileBatches.poll("v", "vb"),
    ...stored,
  ],
  "vectorStores.fileBatches.createAndPoll": [
    (client) => client.vectorStores.fileBatches.createAndPoll("v", { file_ids: ["f"] }),
    ...stored,
  ],
  "vectorStores.fileBatches.uploadAndPoll": [
    (client) => client.vectorStores.fileBatches.uploadAndPoll("v", { files: [file()] }),
    ...[{ body: { id: "f" } }, ...stored],
  ],
  "webhooks.unwrap": [(client) => client.webhooks.unwrap(payload, signed(), key)],
  "webhooks.verifySignature": [(client) => client.webhooks.verifySignature(payload, signed(), key)],
};

test("every other method is called side by side: in this file, or by the table of endpoints", () => {
  const untested = METHODS.filter(
    (name) => !leftOut(name) && !ENDPOINTS.has(name) && !Object.hasOwn(CALLS, name),
  );
  assert.deepEqual(untested, []);
  // And no more than that: what is called here is a method of the official client's.
  for (const name of Object.keys(CALLS)) assert.ok(METHODS.includes(name), name);
});

for (const [name, [run, ...answers]] of Object.entries(CALLS)) {
  test(`${name}: the same requests and the same result`, async () => {
    const seen = [];
    for (const client of [official, ours]) {
      server.answer(...(answers.length > 0 ? answers : [{ body: {} }]));
      const result = await run(client);
      const requests = await Promise.all(server.requests.map(essence));
      seen.push(JSON.parse(JSON.stringify({ requests, result: result ?? null })));
    }
    assert.deepEqual(seen[1], seen[0]);
    assert.equal(seen[1].requests.length > 0, answers.length > 0);
  });
}
