// What the stand-in answers about responses and conversations, against OpenAI's OpenAPI description of
// August 2026.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { today } from "../support/openapi.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { operations, resolved, validator } = await today();
const model = "stand-in-ngram-1";
const schema = { type: "object", properties: { age: { type: "integer" } }, required: ["age"] };
const parameters = { type: "object", properties: { city: { type: "string" } } };

let upstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream?.stop());

const unknown = new Set(Object.keys(operations));

/** One exchange: its request and its answer are what the description says. */
async function send(id, { body, at = {}, query = "" } = {}) {
  const { method, path, request, response } = operations[id];
  unknown.delete(id);
  if (request) assert.deepEqual(validator(request.schema)(body), [], `${id}, request`);
  const url = `${upstream.url}/v1${path.replace(/\{(\w+)\}/g, (_, name) => at[name])}${query}`;
  const headers = body ? { "content-type": "application/json" } : {};
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${id}: ${text}`);
  if (answer.headers.get("content-type").startsWith("text/event-stream")) return eventsOf(text);
  const json = JSON.parse(text);
  if (response) assert.deepEqual(validator(response.schema)(json), [], `${id}: ${text}`);
  return json;
}

/** What is wrong with an event, by the schema of its type. */
const faultsOf = (event) => byType.get(event.type)?.(event) ?? ["no event has this type"];
const byType = new Map(
  resolved(operations.createResponse.events).anyOf.map((schema) => [
    resolved(schema).properties.type.enum[0],
    validator(schema),
  ]),
);

function eventsOf(text) {
  const events = text
    .split("\n\n")
    .filter(Boolean)
    .map((block) => JSON.parse(block.split("\ndata: ")[1]));
  for (const event of events) assert.deepEqual(faultsOf(event), [], JSON.stringify(event));
  return events;
}

/** The ways to ask that the stand-in answers differently. */
const ASKED = {
  "a text": { input: "Say this is a test" },
  "log probabilities": {
    input: "Say this is a test",
    include: ["message.output_text.logprobs"],
    top_logprobs: 2,
  },
  "a text that the limit cuts": { input: "What is a stream?", max_output_tokens: 16 },
  "a refusal": { input: "refuse: no" },
  "a summary of reasoning": {
    input: "Say this is a test",
    reasoning: { effort: "low", summary: "auto" },
    include: ["reasoning.encrypted_content"],
  },
  "the text of reasoning": { input: "Say this is a test", reasoning: { effort: "high" } },
  "JSON after a schema": {
    input: "Who?",
    text: { format: { type: "json_schema", name: "person", schema, strict: true } },
  },
  "a call of a function": {
    input: [{ role: "user", content: "use get_weather" }],
    tools: [{ type: "function", name: "get_weather", parameters, strict: true }],
  },
  "a call of a custom tool": {
    input: "use code_exec",
    tools: [{ type: "custom", name: "code_exec" }],
  },
  "a search of the web": { input: "use web_search", tools: [{ type: "web_search" }] },
  "a search of files": {
    input: "use file_search",
    tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }],
  },
  "an image": { input: "use image_generation", tools: [{ type: "image_generation" }] },
  code: {
    input: "use code_interpreter",
    tools: [{ type: "code_interpreter", container: { type: "auto" } }],
  },
  "an MCP server": {
    input: "use mcp",
    tools: [{ type: "mcp", server_label: "stand-in", server_url: "https://example.com/" }],
  },
};

for (const [name, body] of Object.entries(ASKED)) {
  test(`${name}: request, answer and events are what the description says`, async () => {
    const whole = await send("createResponse", { body: { model, ...body } });
    const events = await send("createResponse", { body: { model, ...body, stream: true } });
    const last = events.at(-1).response;
    assert.deepEqual(
      last.output.map(({ type }) => type),
      whole.output.map(({ type }) => type),
    );
    assert.equal(last.status, whole.status);
  });
}

test("control: an answer and an event that are not what the description says are found", async () => {
  const whole = await send("createResponse", { body: { model, ...ASKED["a text"] } });
  const isResponse = validator(operations.createResponse.response.schema);
  for (const spoilt of [
    { ...whole, output: undefined },
    { ...whole, status: "done" },
    { ...whole, output: [{ type: "message", content: 1 }] },
    { ...whole, usage: { input_tokens: "1" } },
  ])
    assert.notDeepEqual(isResponse(JSON.parse(JSON.stringify(spoilt))), []);
  assert.notDeepEqual(faultsOf({ type: "response.output_text.delta", delta: "a" }), []);
  assert.notDeepEqual(faultsOf({ type: "response.made.up", sequence_number: 0 }), []);
  assert.ok(byType.size > 50);
});

test("every other operation answers as the description says", async () => {
  const body = { model, input: "Say this is a test" };
  const { id: response_id } = await send("createResponse", { body });
  const at = { response_id };
  await send("getResponse", { at });
  await send("listInputItems", { at });
  await send("Getinputtokencounts", { body });
  const slow = "repeat: ".concat("a b c d e f g h ".repeat(60));
  const queued = await send("createResponse", { body: { model, input: slow, background: true } });
  await send("cancelResponse", { at: { response_id: queued.id } });
  assert.equal((await send("deleteResponse", { at })).deleted, true);

  const items = [{ type: "message", role: "user", content: "Hi" }];
  const { id } = await send("createConversation", { body: { items, metadata: { a: "b" } } });
  const talk = { conversation_id: id };
  await send("createResponse", { body: { ...body, conversation: id } });
  await send("createConversationItems", { at: talk, body: { items } });
  const { data } = await send("listConversationItems", { at: talk });
  const item = { ...talk, item_id: data[0].id };
  await send("getConversationItem", { at: item });
  await send("deleteConversationItem", { at: item });
  await send("getConversation", { at: talk });
  await send("updateConversation", { at: talk, body: { metadata: { c: "d" } } });
  await send("deleteConversation", { at: talk });
  assert.deepEqual([...unknown], []);
});
