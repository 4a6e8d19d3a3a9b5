// The JSON that a text holds so far.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { says, stops } from "../support/streams.mjs";

const { parsePartialJson } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "lib/partial-json.js")).href
);
const { ChatCompletionStream } = await keyless();

test("what is open is closed, and what cannot be told yet is dropped", () => {
  const cases = [
    ["", undefined],
    [" ", undefined],
    ["{", {}],
    ["[", []],
    ['{"a', {}],
    ['{"a"', {}],
    ['{"a":', {}],
    ['{"a":1', {}],
    ['{"a":1,', { a: 1 }],
    ['{"a":1}', { a: 1 }],
    ['{"a":"b', { a: "b" }],
    ['{"a":"b\\', { a: "b" }],
    ['{"a":"b\\u00e', { a: "b" }],
    ['{"a":tru', {}],
    ['{"a":true', { a: true }],
    ["[1,2", [1]],
    ["[1,[2,[", [1, [2, []]]],
    ['[[1],{"b":[', [[1], { b: [] }]],
    ['["a","b', ["a", "b"]],
    ["]", undefined],
    ["[1}", undefined],
    ["x", undefined],
    ["12", 12],
    ["null", null],
    ['"ab', "ab"],
    ['{"a":{"b":"}]"},"c":["{', { a: { b: "}]" }, c: ["{"] }],
  ];
  for (const [text, value] of cases) assert.deepEqual(parsePartialJson(text), value, text);
});

test("every start of a text has a value that the next one does not take back", () => {
  const text = '{"name":"A\\"é","list":[1,-2.5e3,true,null,{"x":"y"},[[],{}]],"end":false}';
  for (let at = 1; at <= text.length; at += 1)
    assert.equal(typeof parsePartialJson(text.slice(0, at)), "object", text.slice(0, at));
});

test("the cost is that of one pass, whatever the text is made of", () => {
  // A quadratic version would take 10^10 steps.
  const size = 200_000;
  const parts = [
    "[",
    '{"a":',
    "[]",
    "[],",
    "[[],",
    '{"a":1},',
    '"',
    '"",',
    "\\",
    '\\"',
    "\\u0041",
    "1",
    "1,",
    "true,",
    "x",
    "}",
    "]",
    "{}",
    ",",
    ":",
    " ",
    '"a":',
    "[[]]",
  ];
  for (const part of parts) {
    const many = part.repeat(Math.ceil(size / part.length));
    for (const start of ["", "[", '{"a":', '["', "[".repeat(400)]) parsePartialJson(start + many);
  }
  assert.equal(parsePartialJson(`[${"[],".repeat(size / 4)}`).length, size / 4);
  assert.equal(parsePartialJson(`["${"a".repeat(size)}`)[0].length, size);
});

test("text that is nested deeper than 512 levels has no value, whole or not", () => {
  const open = (levels) => "[".repeat(levels);
  const whole = (levels) => open(levels) + "]".repeat(levels);
  for (const make of [open, whole, (levels) => '{"a":'.repeat(levels)]) {
    assert.equal(parsePartialJson(make(513)), undefined);
    assert.equal(parsePartialJson(make(1_000_000)), undefined);
    assert.notEqual(parsePartialJson(make(512)), undefined, "the control");
    JSON.stringify(parsePartialJson(make(512)));
  }
});

test("`parsed` is null for what has no value, and is worked out once for each event", async () => {
  const text = "[".repeat(100_000);
  const chunks = [
    {
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: text } }] },
        },
      ],
    },
    says("a"),
    stops(),
  ];
  const stream = ChatCompletionStream.fromReadableStream(
    new Response(chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join("")).body,
  );
  const event = stream.emitted("tool_calls.function.arguments.delta");
  await stream.done();
  const { parsed_arguments: first } = await event;
  assert.equal(first, null);
  for (let reads = 0; reads < 1000; reads += 1) assert.equal((await event).parsed_arguments, null);
});
