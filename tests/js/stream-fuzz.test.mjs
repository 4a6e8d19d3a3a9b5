// Random answers, sound and broken, under random cuts: JavaScript gets the same from every cut, as
// chunks and as text, and an event at a time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { random } from "../../benches/shapes.mjs";
import { bodyOf, bytes, chunkOf, direct, DONE, event, instanceOf, outcome, says, stops } from "../support/streams.mjs";

const CASES = Number(process.env.STREAM_FUZZ_CASES ?? 400);

test("any answer is the same however it is cut, and text and chunks end alike", async () => {
  const instance = await instanceOf();
  const next = random(Number(process.env.STREAM_FUZZ_SEED ?? 1));
  const below = (limit) => Math.floor(next() * limit);
  const pick = (list) => list[below(list.length)];
  const word = () => pick(["a", " the", '"', "\\", "\n", "é", "😀", "\ud83d", "\u2028", "", "}", "[DONE]"]);
  const makers = [
    () => event(says(word())),
    () => event(says(word() + word())),
    () => event(says(word(), { obfuscation: "x".repeat(below(4)) })),
    () => event(chunkOf({ index: below(2), delta: { content: word() } })),
    () => event(chunkOf({ delta: { tool_calls: [{ index: 0, function: { arguments: word() } }] } })),
    () => event(chunkOf({ delta: { content: word() }, logprobs: { content: [{ token: word(), logprob: -next(), bytes: [below(9)] }] } })),
    () => event(chunkOf(undefined, { usage: { total_tokens: below(9) } })),
    () => event(chunkOf({ text: word(), delta: undefined })),
    () => ": ping\n\n",
    () => "data:\n\n",
    () => `data: ${JSON.stringify(says(word()))}\r\n\r\n`,
    () => `event: x\nid: 1\ndata: ${JSON.stringify(says(word()))}\n\n`,
  ];
  const breakers = [
    () => event("{"), () => event('{"a":1},{"b":2}'), () => event('{"a":['), () => event("]}"), () => event("1"),
    () => event({ error: word() || "x" }), () => "event: error\ndata: x\n\n", () => `error: {"message":"m"}\n\n`,
  ];
  const take = async (reads, how) => {
    const response = new Response(bodyOf(reads), { headers: { "content-type": "text/event-stream" } });
    const stream = await direct(response, { instance });
    const { items, error } = await outcome(how === "text" ? stream.textStream : stream);
    return { items, end: error && [error.constructor.name, error.message, error.text, error.eventIndex] };
  };
  let failed = 0;
  let built = 0;
  for (let round = 0; round < CASES; round += 1) {
    const kinds = [pick(makers), pick(makers), () => pick(makers)()];
    const parts = Array.from({ length: 1 + below(20) }, () => (below(25) ? pick(kinds)() : pick(breakers)()));
    if (below(3)) parts.push(event(stops()), DONE);
    const text = parts.join("");
    const all = bytes(text.slice(0, text.length - below(2) * below(10)) || "\n");
    // The reference: byte by byte, hardly any event is there at once, so nearly all take the slow path.
    const expected = await take(Array.from(all, (byte) => Uint8Array.of(byte)));
    failed += expected.end ? 1 : 0;
    built += expected.items.length;
    const reads = [];
    const largest = pick([20, 200, 2000]);
    for (let at = 0; at < all.length; ) {
      const size = 1 + below(largest);
      reads.push(all.slice(at, at + size));
      at += size;
    }
    const shown = JSON.stringify(text);
    const cut = await take(reads);
    assert.equal(JSON.stringify(cut), JSON.stringify(expected), shown);
    const whole = await take([all]);
    assert.equal(JSON.stringify(whole), JSON.stringify(expected), shown);
    const texts = await take(reads, "text");
    assert.deepEqual(texts.end, expected.end, shown);
    assert.equal(texts.items.join(""), expected.items.map(textOf).join(""), shown);
  }
  assert.ok(failed > CASES / 10 && failed < CASES && built > CASES, "the control: answers of both kinds");
});

const textOf = ({ choices }) => {
  const choice = choices.find(({ index }) => index === 0);
  return choice?.delta?.content ?? choice?.text ?? "";
};
