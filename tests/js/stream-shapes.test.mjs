// Every shape that the benchmarks time gives the right chunks and the right text, at every size of
// read; and chunks that are built from a template are as good as parsed ones.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fetchOf, reads, shapes } from "../../benches/shapes.mjs";
import {
  ask,
  chunkOf,
  DONE,
  event,
  OpenAI,
  outcome,
  outcomes,
  pieces,
  says,
  streamOf,
} from "../support/streams.mjs";

for (const shape of shapes(150)) {
  test(`the shape "${shape.name}" is decoded to the byte`, async () => {
    for (const size of [
      "event",
      1024,
      16 * 1024,
      ...(shape.bytes.length < 200_000 ? [1, 7] : []),
    ]) {
      const fetch = fetchOf(reads(shape, size));
      const client = new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch });
      const chunks = await outcome(await client.chat.completions.create(ask));
      assert.equal(chunks.error, undefined);
      // As text: so that the order of the keys counts too.
      assert.equal(JSON.stringify(chunks.items), JSON.stringify(shape.chunks), `reads of ${size}`);
      const texts = await outcome((await client.chat.completions.create(ask)).textStream);
      assert.equal(texts.items.join(""), shape.text, `reads of ${size}`);
    }
  });
}

test("textStream gives one string for each read that brought text", async () => {
  const read = (...texts) => texts.map((text) => event(says(text))).join("");
  const stream = await streamOf([
    read("a"),
    read("b", "c"),
    ": ping\n\n",
    read("", "d"),
    read(""),
    read('"\n'),
    DONE,
  ]);
  assert.deepEqual((await outcome(stream.textStream)).items, ["a", "bc", "d", '"\n']);
});

test("a consumer may change a chunk without changing any other", async () => {
  const logprobs = (token) => ({
    content: [{ token, logprob: -1, bytes: [1, 2], top_logprobs: [] }],
    refusal: null,
  });
  const chunk = (token) =>
    chunkOf({ delta: { content: token }, logprobs: logprobs(token) }, { usage: { kept: [1] } });
  const expected = ["a", "b", "c", "d", "e"].map(chunk);
  const stream = await streamOf(pieces(expected.map(event).join("") + DONE, 2000));
  const seen = [];
  for await (const got of stream) {
    seen.push(structuredClone(got));
    got.choices[0].delta.content = "changed";
    got.choices[0].logprobs.content[0].bytes.push(9);
    got.choices[0].logprobs.content[0].top_logprobs.push(9);
    got.choices.push(9);
    got.usage.kept.push(9);
    got.model = "changed";
  }
  assert.deepEqual(seen, expected);
});

test("streams of changing structure fall back event by event, with the same answer", async () => {
  const texts = "one two three four five six".split(" ");
  const variants = [
    (text) => chunkOf({ delta: { content: text } }),
    (text) => chunkOf({ delta: { content: text } }, { obfuscation: text.repeat(2) }),
    (text) => chunkOf({ delta: { content: text, refusal: null } }, { usage: {} }),
    (text) => chunkOf({ delta: { content: `${text}"\\\n\u0001😀` } }),
    (text) => chunkOf({ delta: { content: text }, index: 1 }),
    (text) =>
      chunkOf({
        delta: { content: null, tool_calls: [{ index: 0, function: { arguments: text } }] },
      }),
    (text) => ({ nothing: { but: [text, { of: [] }] }, "": 1, 2: 3 }),
    (text) => chunkOf({ delta: { content: [{ type: "text", text }] } }),
    (text) => chunkOf({ text }),
    (text) => chunkOf({ delta: { content: text }, text: "other" }),
    (text) => chunkOf({ delta: { content: text, content_again: text } }, { created: text.length }),
    (text) =>
      JSON.parse(`{"choices":[{"index":0,"delta":{"content":"${text}","__proto__":{"x":1}}}]}`),
  ];
  const chunks = [];
  for (let round = 0; round < 40; round += 1) {
    // A fixed mixture in which each variant follows each other one.
    const variant = variants[(round * round + 3 * round + (round >> 3)) % variants.length];
    for (let again = 0; again <= round % 4; again += 1)
      chunks.push(variant(texts[(round + again) % texts.length]));
  }
  const stream = chunks.map(event).join("") + DONE;
  for (const size of [1, 100, 1000, 100_000]) {
    const { chunks: got, error } = await outcomes(() => streamOf(pieces(stream, size)));
    assert.equal(error, undefined);
    assert.equal(JSON.stringify(got), JSON.stringify(chunks), `reads of ${size}`);
  }
  const { chunks: objects, text } = await outcomes(() => streamOf(stream));
  const joined = objects.map(textOf).join("");
  assert.equal(text, joined);
});

const textOf = ({ choices }) => {
  const choice = choices?.find(({ index }) => !index);
  const content = choice?.delta?.content ?? choice?.text ?? "";
  return typeof content === "string" ? content : content.map((part) => part.text).join("");
};
