// Structured answers: formats and tools of the helpers, `parse`, `parsed` in streams, and what goes wrong.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { z } from "zod";
import * as officialZod from "openai/helpers/zod";
import * as officialStandard from "openai/helpers/standard-schema";

import { workshop } from "../support/app.mjs";
import { failure, keyless } from "../support/packed.mjs";
import { both, calls, says, saysInChunks, scripted } from "../support/scripted.mjs";

const { OpenAIError, ...errors } = await keyless();

let shop;
let zod;
let standard;
before(async () => {
  shop = await workshop();
  zod = await shop.module("helpers/zod.js");
  standard = await shop.module("helpers/standard-schema.js");
});
after(() => shop.remove());

const Step = z.object({ explanation: z.string(), value: z.number().nullable() });
const Answer = z.object({ steps: z.array(Step), final: z.string() }).describe("an answer");
const Node = z.object({
  name: z.string(),
  get children() {
    return z.array(Node);
  },
});
const shapes = {
  nested: Answer,
  recursive: Node,
  union: z.object({
    of: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), count: z.int() }),
      z.object({ kind: z.literal("b"), text: z.string() }),
    ]),
    either: z.union([z.string(), z.boolean()]),
  }),
  "optional and nullable": z.object({ a: z.string().nullish(), b: z.enum(["x", "y"]) }),
  intersection: z.object({ a: z.object({ b: z.string() }).and(z.object({ c: z.email() })) }),
};

test("formats and tools are those of the official helpers, by Zod and by Standard Schema", () => {
  const withDefault = z.object({ a: z.string().default("x"), b: z.null().default(null) });
  assert.deepEqual(
    zod.zodTextFormat(withDefault, "n"),
    officialZod.zodTextFormat(withDefault, "n"),
  );
  for (const [name, schema] of Object.entries(shapes)) {
    const run = ({ zodResponseFormat, zodTextFormat, zodFunction, zodResponsesFunction }) => [
      zodResponseFormat(schema, "n", { description: "d" }),
      zodResponseFormat(z.object({ one: Step, two: Step }), "n", { schemaDefinitions: { Step } }),
      zodTextFormat(schema, "n"),
      zodFunction({ name: "f", parameters: schema, description: "d", function: () => 1 }),
      zodResponsesFunction({ name: "f", parameters: schema, defer_loading: true }),
    ];
    assert.deepEqual(run(zod), run(officialZod), name);
    const also = (helpers) => [
      helpers.standardResponseFormat(schema, "n"),
      helpers.standardTextFormat(schema, "n", { description: "d" }),
      helpers.standardFunction({ name: "f", parameters: schema }),
      helpers.standardResponsesFunction({ name: "f", parameters: schema, description: "d" }),
    ];
    assert.deepEqual(also(standard), also(officialStandard), name);
  }
});

test("a schema that strict mode cannot hold is refused by its place, as the official helpers refuse it", () => {
  const cases = [
    [z.object({ a: z.object({ b: z.string().optional() }) }), "schema.properties.a.properties.b"],
    [z.object({ a: z.record(z.string(), z.string()) }), "schema.properties.a"],
    [z.object({ a: z.tuple([z.string()]) }), "schema.properties.a"],
    [z.array(z.string()), "schema"],
    [z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), "schema"],
    [z.object({ a: z.string().and(z.string().min(3)) }), "schema.properties.a"],
  ];
  for (const [schema, place] of cases) {
    assert.throws(
      () => zod.zodResponseFormat(schema, "n"),
      (error) => error.name === "InvalidOptionError" && error.option === place,
      place,
    );
    assert.throws(() => officialZod.zodResponseFormat(schema, "n"), place);
  }
  const validate = () => ({ value: 1 });
  const bare = { "~standard": { version: 1, vendor: "own", validate } };
  assert.throws(
    () => standard.standardFunction({ name: "f", parameters: bare }),
    /pass one as `schema`/,
  );
  assert.throws(() => standard.standardTextFormat({}, "n"), /Standard Schema v1/);
  assert.throws(() => zod.zodTextFormat({ parse() {} }, "n"), /must be of Zod 4/);
  const tail = { type: "object", properties: { a: { $ref: "#/nowhere" } }, required: ["a"] };
  assert.ok(
    standard.standardTextFormat(bare, "n", { schema: tail }).schema.additionalProperties === false,
  );
});

const params = (helpers) => ({
  model: "m",
  messages: [{ role: "user", content: "8x = 32?" }],
  response_format: helpers.zodResponseFormat(Answer, "answer"),
});
const good = { steps: [{ explanation: "by 8", value: 4 }], final: "4" };

test("parse and stream give the validated value, and send what the official client sends", async () => {
  const tool = (helpers) => ({
    ...params(helpers),
    tools: [helpers.zodFunction({ name: "f", parameters: Step })],
  });
  const call = calls("f", { explanation: "e", value: null });
  const cases = [
    [params, { content: JSON.stringify(good) }],
    [tool, { tool_calls: [call] }],
    [params, { content: JSON.stringify(good), refusal: "no" }],
  ];
  for (const [make, message] of cases) {
    const parse = (helpers) => (client) => client.chat.completions.parse(make(helpers));
    const [{ theirs }, { ours }] = [
      await both([says(message)], parse(officialZod)),
      await both([says(message)], parse(zod)),
    ];
    assert.deepEqual(ours, theirs);
    const stream = scripted(saysInChunks(message)).chat.completions.stream(make(zod));
    const { parsed, tool_calls } = await stream.finalMessage();
    const expected = theirs.result.choices[0].message;
    assert.deepEqual(parsed, expected.parsed);
    const args = tool_calls?.map((each) => each.function.parsed_arguments);
    assert.deepEqual(
      args,
      expected.tool_calls?.map((each) => each.function.parsed_arguments),
    );
  }
  // A format that the official helper made works here too.
  const mixed = await scripted(says({ content: JSON.stringify(good) })).chat.completions.parse(
    params(officialZod),
  );
  assert.deepEqual(mixed.choices[0].message.parsed, good);
});

test("parse has the answer's response, and leaves create as it was", async () => {
  const client = scripted(says({ content: JSON.stringify(good) }));
  const { data, response } = await client.chat.completions.parse(params(zod)).withResponse();
  assert.deepEqual([data.choices[0].message.parsed, response.status], [good, 200]);
  const raw = await client.chat.completions.parse(params(zod)).asResponse();
  assert.equal((await raw.json()).id, "c-1");
  const { choices } = await client.chat.completions.create(params(zod));
  assert.equal("parsed" in choices[0].message, false);
  assert.ok("_request_id" in data);
});

test("what is cut off is an error by the official name, in parse and in a stream", async () => {
  for (const [reason, name] of [
    ["length", "LengthFinishReasonError"],
    ["content_filter", "ContentFilterFinishReasonError"],
  ]) {
    const message = { content: '{"steps":[' };
    const { theirs, ours } = await both([says(message, { finish_reason: reason })], (client) =>
      client.chat.completions.parse(params(zod)),
    );
    assert.equal(theirs.error.constructor.name, name);
    assert.ok(ours.error instanceof errors[name] && ours.error instanceof OpenAIError);
    assert.equal(ours.error.message, theirs.error.message);
    assert.equal(ours.error.completion.choices[0].message.content, message.content);
    const stream = scripted(saysInChunks(message, reason)).chat.completions.stream(params(zod));
    assert.ok((await failure(stream.finalMessage())) instanceof errors[name]);
    // The control: without a format the text is whatever it is.
    const plain = scripted(saysInChunks(message, reason)).chat.completions.stream({
      model: "m",
      messages: [],
    });
    assert.equal(await plain.finalContent(), message.content);
  }
});

test("an answer that the schema refuses is an error with the path, the issues and the text", async () => {
  const wrong = JSON.stringify({ steps: [{ explanation: "e", value: "four" }], final: "4" });
  const cases = [
    [wrong, "steps[0].value", /at steps\[0\]\.value: /],
    ['{"steps":', "", /not JSON/],
    ["", "", /not JSON/],
  ];
  const formats = [
    zod.zodResponseFormat(Answer, "n"),
    standard.standardResponseFormat(Answer, "n"),
    officialZod.zodResponseFormat(Answer, "n"),
  ];
  for (const response_format of formats) {
    for (const [content, path, words] of cases) {
      const asked = { model: "m", messages: [], response_format };
      const error = await failure(scripted(says({ content })).chat.completions.parse(asked));
      assert.ok(error instanceof errors.StructuredOutputError, String(error));
      assert.deepEqual([error.text, error.path, error.tool], [content, path, undefined]);
      assert.match(error.message, words);
      assert.ok(error.cause instanceof Error);
      if (!content) continue;
      const stream = scripted(saysInChunks({ content })).chat.completions.stream(asked);
      assert.equal((await failure(stream.finalContent())).text, content);
    }
  }
  const tools = [zod.zodFunction({ name: "f", parameters: Step })];
  const asked = { model: "m", messages: [], tools };
  const call = says({ tool_calls: [calls("f", { explanation: 5, value: null })] });
  const error = await failure(scripted(call).chat.completions.parse(asked));
  assert.deepEqual([error.tool, error.path], ["f", "explanation"]);
});

test("a tool that cannot be parsed is refused before anything is sent", async () => {
  for (const tool of [
    { type: "function", function: { name: "f", parameters: {} } },
    { type: "web_search" },
    null,
  ]) {
    const { theirs, ours } = await both([says({})], (client) =>
      client.chat.completions.parse({ model: "m", messages: [], tools: [tool] }),
    );
    assert.ok(theirs.error);
    assert.equal(ours.error.option, "tools[0]");
    assert.deepEqual(ours.sent, []);
  }
});
