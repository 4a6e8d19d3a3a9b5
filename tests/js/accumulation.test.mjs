// Chunks put together to an answer: the cases that Rust runs as well, any cut of a message, and
// values of any kind at any place.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { random } from "../../benches/shapes.mjs";
import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { chunkOf, OpenAI, stops } from "../support/streams.mjs";

const CASES = Number(process.env.STREAM_FUZZ_CASES ?? 400);
const fixture = async (name) =>
  JSON.parse(await readFile(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
const packed = (name) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "lib", name)).href);
const { Accumulator } = await packed("accumulate.js");
const { ChatEvents } = await packed("chat-events.js");
const { ChatCompletionStream } = await keyless();

/** A helper's stream over these chunks, as lines. */
const over = (chunks) =>
  ChatCompletionStream.fromReadableStream(
    new Response(chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join("")).body,
  );

/** Without the members that are null: Rust does not write them. */
function sparse(value) {
  if (Array.isArray(value)) return value.map(sparse);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, sparse(member)]));
}

const chunksOf = ({ chunks, deltas }) =>
  chunks ??
  deltas.map((delta) => ({ id: "c", created: 1, model: "m", choices: [{ index: 0, delta }] }));

test("both languages put the pieces of any server together to the same answer", async () => {
  const cases = await fixture("accumulation");
  assert.ok(cases.length > 40);
  for (const one of cases) {
    const sent = chunksOf(one);
    const before = JSON.stringify(sent);
    const stream = over(sent);
    const seen = [];
    stream.on("chunk", (chunk) => seen.push(chunk));
    if (one.refused) {
      await assert.rejects(
        stream.done(),
        (error) => error instanceof OpenAI.OpenAIError && error.message.includes(one.refused),
        one.name,
      );
      continue;
    }
    const answer = sparse(await stream.finalChatCompletion());
    if (one.message)
      assert.deepEqual(
        answer.choices.map(({ message }) => message),
        [sparse(one.message)],
        one.name,
      );
    if (one.choices) assert.deepEqual(answer.choices, sparse(one.choices), one.name);
    if (one.answer) assert.deepEqual(answer, sparse(one.answer), one.name);
    assert.equal(
      JSON.stringify(seen),
      before,
      `${one.name}: the chunks themselves stay as they came`,
    );
  }
});

test("events of text tell each piece once, whether it came in a delta or in a whole message", async () => {
  const whole = { role: "assistant", content: "Hello" };
  for (const choice of [
    { message: whole, delta: whole },
    { message: whole },
    { message: whole, delta: {} },
  ]) {
    const stream = over([{ choices: [{ index: 0, ...choice, finish_reason: "stop" }] }]);
    const texts = [];
    stream.on("content", (delta, snapshot) => texts.push(delta, snapshot));
    assert.equal(await stream.finalContent(), "Hello");
    assert.deepEqual(texts, ["Hello", "Hello"]);
  }
});

test("a message is the same however its texts and lists are cut into pieces", () => {
  const next = random(Number(process.env.STREAM_FUZZ_SEED ?? 1));
  const below = (limit) => Math.floor(next() * limit);
  const pick = (list) => list[below(list.length)];
  const text = () =>
    Array.from({ length: 1 + below(12) }, () =>
      pick(["a", "é", "😀", '"', "}", " ", "\\", "__proto__"]),
    ).join("");
  const message = () => ({
    role: "assistant",
    content: text(),
    refusal: null,
    reasoning_content: text(),
    audio: { id: "audio_1", transcript: text(), data: text(), expires_at: below(9) },
    reasoning_details: Array.from({ length: 1 + below(4) }, (_, index) => ({
      type: "reasoning.text",
      index: index * 3 - 1,
      text: text(),
      signature: text(),
    })),
    annotations: Array.from({ length: 1 + below(3) }, () => ({
      type: "url_citation",
      url_citation: { url: text() },
    })),
    vendor: { deep: { words: text(), status: "done" } },
    tool_calls: [
      { id: "a", type: "function", function: { name: "f", arguments: text() } },
      { id: "b", type: "custom", custom: { name: "g", input: text() } },
      { id: "c", type: "mcp", mcp: { server_id: "s", input: text() } },
    ],
  });
  /** The paths of the texts that may be cut, each with the piece that says where it belongs. */
  const cut = (value) => {
    const at = below(value.length + 1);
    return [value.slice(0, at), value.slice(at)];
  };
  const halves = (whole) => {
    const [first, second] = [{}, {}];
    for (const [name, value] of Object.entries(whole)) {
      if (typeof value === "string" && !/^(id|type|role|name|status|server_id|url)$/.test(name))
        [first[name], second[name]] = cut(value);
      else if (value === null || typeof value !== "object") pick([first, second])[name] = value;
      else if (!Array.isArray(value)) [first[name], second[name]] = halves(value);
      else if (name === "annotations") [first[name], second[name]] = cut(value);
      else {
        const parts = value.map((entry, index) =>
          halves(entry).map((half) => ({ ...half, index: entry.index ?? index })),
        );
        // A call's identity comes with its first piece.
        parts.forEach(
          ([one, two], at) =>
            name === "tool_calls" &&
            Object.assign(one, { id: value[at].id, type: value[at].type }) &&
            delete two.id &&
            delete two.type,
        );
        [first[name], second[name]] = [parts.map(([one]) => one), parts.map(([, two]) => two)];
      }
    }
    return [first, second];
  };
  const pieces = (whole, depth) =>
    depth === 0 ? [whole] : halves(whole).flatMap((half) => pieces(half, depth - 1));
  const put = (deltas) => {
    const answer = new Accumulator();
    for (const delta of deltas) answer.push({ choices: [{ index: 0, delta }] });
    return answer.finish().choices[0].message;
  };
  for (let round = 0; round < CASES; round += 1) {
    const whole = message();
    const [first, second] = halves(whole);
    const deltas = [first, second].flatMap((half) =>
      below(2) ? [half] : Object.entries(half).map(([name, value]) => ({ [name]: value })),
    );
    assert.deepEqual(put(deltas), whole, JSON.stringify(deltas));
  }
  assert.notDeepEqual(
    put(pieces(message(), 1).slice(1)),
    put([message()]),
    "the control: a piece is missing",
  );
});

const VALUES = [
  null,
  true,
  -1,
  1.5,
  "",
  "x",
  [],
  [null, 5, "x", [], {}],
  [{ index: 1e9, text: "x" }],
  {},
  { index: 0, text: "x", content: 5 },
  { name: [], arguments: {}, length: 1e9 },
  JSON.parse('{"__proto__":{"a":1},"constructor":[1],"toString":1,"hasOwnProperty":null}'),
];

/** Every way in which one member of a value, at any depth, can be another value. */
function* changed(value, set = (other) => other) {
  for (const other of VALUES) yield set(structuredClone(other));
  if (value === null || typeof value !== "object") return;
  for (const name of [...Object.keys(value), "extra"]) {
    yield* changed(value[name], (other) =>
      set(
        Array.isArray(value)
          ? value.map((item, at) => (String(at) === name ? other : item))
          : { ...value, [name]: other },
      ),
    );
  }
}

const COMPLETE = {
  ...chunkOf({
    delta: {
      role: "assistant",
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "t" }] },
        { type: "text", text: "c" },
      ],
      refusal: "r",
      function_call: { name: "f", arguments: "{" },
      tool_calls: [
        { index: 0, id: "a", type: "function", function: { name: "f", arguments: "{" } },
        { index: 1, id: "b", type: "custom", custom: { name: "g", input: "i" } },
      ],
      audio: { id: "a", data: "d" },
      reasoning_details: [{ index: 0, text: "x" }],
    },
    message: { role: "assistant", content: "c", tool_calls: [{ id: "a" }] },
    logprobs: { content: [{ token: "t", logprob: -1, bytes: [1], top_logprobs: [] }], refusal: [] },
  }),
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  system_fingerprint: "f",
};

test("no value at any place of a chunk is an error other than an OpenAIError", () => {
  let whole = 0;
  let refused = 0;
  for (const odd of changed(COMPLETE)) {
    // What the helper does with each chunk; its listeners look at all that they get.
    const events = new ChatEvents((...event) => JSON.stringify(event));
    events.structured = true;
    try {
      for (const chunk of [odd, COMPLETE, odd, stops()]) events.push(chunk);
      const answer = events.finish();
      events.reportEnd(answer);
      JSON.stringify([answer, events.snapshot]);
      whole += 1;
    } catch (error) {
      assert.ok(error instanceof OpenAI.OpenAIError, `${error?.stack} at ${JSON.stringify(odd)}`);
      refused += 1;
    }
  }
  assert.equal({}.a, undefined);
  assert.ok(whole > 500 && refused > 5, `${whole} answers, ${refused} refused: the control`);
});

test("named odd values go through the helper itself", async () => {
  const odd = [
    [{ message: null }, { delta: { content: "a" } }],
    [{ message: "x" }, { delta: { content: "a" } }],
    [
      { delta: { tool_calls: "x" } },
      { delta: { tool_calls: { index: 0 } } },
      { delta: { content: "a" } },
    ],
    [{ logprobs: { content: 5 } }, { logprobs: { content: [] }, delta: { content: "a" } }],
    [{ delta: "x" }, { delta: [1] }, null, { delta: { content: "a", tool_calls: [] } }],
  ];
  for (const choices of odd) {
    const stream = over(choices.map((choice) => ({ choices: [choice], usage: [1] })));
    stream.on("error", () => {});
    assert.equal(await stream.finalContent(), "a", JSON.stringify(choices));
  }
});

test("the accumulator survives any order of calls", () => {
  const next = random(3);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const odd = [...changed(COMPLETE)];
  for (let round = 0; round < CASES; round += 1) {
    const answer = new Accumulator();
    for (let step = 0; step < 12; step += 1) {
      const call = pick([
        () => answer.push(pick(odd)),
        () => answer.push(pick(VALUES)),
        () => answer.push(COMPLETE),
        () => answer.snapshot,
        () => answer.finish(),
      ]);
      try {
        JSON.stringify(call());
      } catch (error) {
        assert.ok(error instanceof OpenAI.OpenAIError, error.stack);
      }
    }
  }
});

test("the cost grows with what came, not with its square", () => {
  // A search of each entry among the others would take billions of steps.
  const many = 50_000;
  const each = (make) => Array.from({ length: many }, (_, at) => make(at));
  const answer = new Accumulator();
  const push = (delta) => answer.push({ choices: [{ index: 0, delta }] });
  push({ list: each((at) => ({ index: many - at, text: "a" })) });
  push({ list: each((at) => ({ index: at + 1, text: "b" })) });
  push({
    tool_calls: each((at) => ({
      index: at,
      id: `c${at}`,
      function: { name: "f", arguments: "1" },
    })),
  });
  push({ tool_calls: each((at) => ({ index: many - at - 1, function: { arguments: "2" } })) });
  push({ tool_calls: each((at) => ({ id: `c${at}`, function: { arguments: "3" } })) });
  const pieces = 20_000;
  for (let at = 0; at < pieces; at += 1) push({ plain: [at], text: "x" });
  const { message } = answer.finish().choices[0];
  assert.ok(message.list.length === many && message.list.every(({ text }) => text === "ab"));
  assert.ok(
    message.tool_calls.length === many &&
      message.tool_calls.every((call) => call.function.arguments === "123"),
  );
  assert.deepEqual([message.plain.length, message.text.length], [pieces, pieces]);
});

test("nesting without end is joined to a depth and replaced below, without exhausting the stack", () => {
  const deep = (levels, text) =>
    `${'{"a":'.repeat(levels)}${JSON.stringify(text)}${"}".repeat(levels)}`;
  const put = (levels) => {
    const answer = new Accumulator();
    for (const text of ["x", "y"])
      answer.push({ choices: [{ index: 0, delta: { a: JSON.parse(deep(levels, text)) } }] });
    let inner = answer.finish().choices[0].message.a;
    while (typeof inner === "object") inner = inner.a;
    return inner;
  };
  assert.deepEqual([put(50), put(100_000)], ["xy", "y"]);
  const call = {
    index: 0,
    id: "a",
    function: { name: "f", arguments: JSON.parse(deep(100_000, "x")) },
  };
  assert.throws(
    () => new Accumulator().push({ choices: [{ delta: { tool_calls: [call] } }] }),
    OpenAI.OpenAIError,
  );
});

test("the final message can be sent back as it is", async () => {
  const stream = over([
    chunkOf({
      delta: { role: "assistant", content: "a", reasoning_details: [{ index: 0, text: "t" }] },
    }),
    chunkOf({
      delta: {
        tool_calls: [{ index: 0, id: "x", type: "custom", custom: { name: "g", input: "1" } }],
        reasoning_details: [{ index: 0, signature: "s" }],
      },
      finish_reason: "tool_calls",
    }),
  ]);
  const message = await stream.finalMessage();
  let sent;
  const fetch = async (_url, { body }) => {
    sent = JSON.parse(body);
    return new Response('{"id":"c","choices":[]}', {
      headers: { "content-type": "application/json" },
    });
  };
  const client = new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch });
  await client.chat.completions.create({
    model: "m",
    messages: [message, { role: "tool", tool_call_id: "x", content: "2" }],
  });
  assert.deepEqual(sent.messages[0], {
    role: "assistant",
    content: "a",
    refusal: null,
    reasoning_details: [{ index: 0, text: "t", signature: "s" }],
    tool_calls: [{ id: "x", type: "custom", custom: { name: "g", input: "1" } }],
  });
});
