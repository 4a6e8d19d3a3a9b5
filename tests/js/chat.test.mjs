// The main job: whole and streamed answers through the keyless client.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, keyless, MODEL } from "../support/packed.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, Stream } = await keyless();
let upstream;
let client;

before(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ proxyUrl: upstream.baseUrl, token: "session-token" });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

test("a whole answer is the server's object, with the request's id on it", async () => {
  const answer = await client.chat.completions.create(ask("Say this is a test"));
  assert.equal(answer.choices[0].message.content, "This is a test!");
  assert.match(answer._request_id, /^req_/);
  assert.ok(!Object.keys(answer).includes("_request_id"), "it is not one of the server's fields");
  const [request] = await upstream.requests();
  assert.equal(request.method, "POST");
  assert.equal(request.path, "/v1/chat/completions");
  assert.equal(headerOf(request, "authorization"), "Bearer session-token");
  assert.equal(headerOf(request, "content-type"), "application/json");
  assert.deepEqual(JSON.parse(request.body), ask("Say this is a test"));
});

test("no header makes a browser ask for more permission than the session token does", async () => {
  await client.models.list();
  const [request] = await upstream.requests();
  const own = request.headers.map(([name]) => name.toLowerCase());
  const nodes = [
    "host",
    "connection",
    "accept",
    "accept-language",
    "sec-fetch-mode",
    "user-agent",
    "accept-encoding",
  ];
  // What `cache: "no-store"` adds, behind the check that asks for permission (Fetch, HTTP-network-or-cache fetch).
  nodes.push("pragma", "cache-control");
  assert.deepEqual(
    own.filter((name) => !nodes.includes(name)),
    ["authorization"],
  );
});

test("a field that no type names reaches the server as it is", async () => {
  const params = ask("Say this is a test", { metadata: { unheard: [1, null, "é"] } });
  await client.chat.completions.create(params);
  assert.deepEqual(JSON.parse((await upstream.requests())[0].body), params);
});

test("a streamed answer is an async iterable of chunks that ends with the usage", async () => {
  const stream = await client.chat.completions.create(
    ask("Say this is a test", { stream: true, stream_options: { include_usage: true } }),
  );
  assert.ok(stream instanceof Stream);
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  assert.equal(text, "This is a test!");
  assert.equal(chunks.at(-1).usage.completion_tokens, 5);
  assert.equal(chunks.at(-1).choices.length, 0);
});

test("textStream gives the text alone", async () => {
  const { textStream } = await client.chat.completions.create(
    ask("Say this is a test", { stream: true }),
  );
  let text = "";
  for await (const piece of textStream) text += piece;
  assert.equal(text, "This is a test!");
});

test("models are a list, a page and an async iterable", async () => {
  const page = await client.models.list();
  assert.equal(page.object, "list");
  assert.ok(page.data.some((model) => model.id === MODEL));
  assert.equal(page.hasNextPage(), false);
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.deepEqual(
    ids,
    page.data.map((model) => model.id),
  );
});

test("the response itself is to be had, alone or with the answer", async () => {
  const raw = await client.chat.completions.create(ask("Say this is a test")).asResponse();
  assert.equal(raw.bodyUsed, false);
  assert.equal((await raw.json()).choices[0].message.content, "This is a test!");
  const { data, response, request_id } = await client.models.list().withResponse();
  assert.equal(data.object, "list");
  assert.equal(response.status, 200);
  assert.equal(request_id, response.headers.get("x-request-id"));
});

test("any path below the base URL is one call away", async () => {
  const model = await client.get(`/models/${MODEL}`, {
    query: { a: "b c" },
    headers: { "x-trace": "1" },
  });
  assert.equal(model.id, MODEL);
  const [request] = await upstream.requests();
  assert.equal(request.path, `/v1/models/${MODEL}?a=b%20c`);
  assert.equal(headerOf(request, "x-trace"), "1");
});

test("twenty calls at once share one instance and keep their answers apart", async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `answer number ${index}`);
  const answers = await Promise.all(
    texts.map(async (text) => {
      let said = "";
      const stream = await client.chat.completions.create(ask(`repeat: ${text}`, { stream: true }));
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
      return said;
    }),
  );
  assert.deepEqual(answers, texts);
});
