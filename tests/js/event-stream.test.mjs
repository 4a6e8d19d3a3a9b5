// decodeEventStream: plain server-sent events. The rules are tested over every cut in Rust
// (tests/native/sse_rules.rs); here, that JavaScript gets the same, and how it ends.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { random } from "../../benches/shapes.mjs";
import { keyless } from "../support/packed.mjs";
import { bodyOf, bytes, outcome, pieces } from "../support/streams.mjs";

const { decodeEventStream, StreamLimitError, InvalidOptionError } = await keyless();

const decode = (text, size = 1 << 20, options) =>
  outcome(decodeEventStream(bodyOf(pieces(text, size)), options));

test("events come as the server named them, with the last id and reconnection time", async () => {
  const text =
    '\ufeff: hi\n\nevent: a"b\nid: 1\nretry: 30\ndata: x\\y\ndata:  é😀\t\n\ndata:\r\n\r\nid: \u0001\rdata\r\r';
  for (const size of [1, 2, 5, 1000]) {
    const { items, error } = await decode(text, size);
    assert.equal(error, undefined);
    assert.deepEqual(items, [
      { event: 'a"b', data: "x\\y\n é😀\t", id: "1", retry: 30 },
      { event: "message", data: "", id: "1", retry: 30 },
      { event: "message", data: "", id: "\u0001", retry: 30 },
    ]);
  }
});

test("a response stands for its body", async () => {
  const events = [];
  for await (const { data } of decodeEventStream(new Response("data: a\n\ndata: b\n\n")))
    events.push(data);
  assert.deepEqual(events, ["a", "b"]);
});

test("nothing of OpenAI's habits is in it: [DONE] is data, errors are data, the end is no error", async () => {
  const { items, error } = await decode(
    'data: [DONE]\n\ndata: {"error":{}}\n\nevent: error\ndata: x\n\ndata: cut',
  );
  assert.deepEqual(
    items.map(({ data }) => data),
    ["[DONE]", '{"error":{}}', "x"],
  );
  assert.equal(error, undefined);
});

test("an event beyond the limit is an error, after the events before it", async () => {
  const { items, error } = await decode(`data: a\n\ndata: ${"x".repeat(100)}\n\n`, 1000, {
    maxEventBytes: 50,
  });
  assert.deepEqual([items.length, error.constructor, error.eventIndex], [1, StreamLimitError, 1]);
});

test("leaving the loop cancels the stream and releases it, and so does an error", async () => {
  for (const text of ["data: a\n\ndata: b\n\n", `data: a\n\ndata: ${"x".repeat(100)}`]) {
    const log = {};
    const body = bodyOf([bytes(text), "hang"], log);
    await outcome(
      (async function* () {
        for await (const event of decodeEventStream(body, { maxEventBytes: 50 })) {
          if (event.data === "b") break;
        }
      })(),
    );
    assert.equal(log.cancelled, true);
    assert.equal(body.locked, false);
  }
});

test("what is no stream is refused at once", () => {
  const locked = bodyOf([]);
  locked.getReader();
  const read = new Response("data: a\n\n");
  read.body.getReader();
  for (const [wrong, said] of [
    [undefined, /^readable: has no body/],
    [null, /^readable: has no body/],
    [new Response(null, { status: 204 }), /^readable: has no body/],
    ["text", /^readable: has no body/],
    [{}, /^readable: has no body/],
    [{ body: "text" }, /^readable: must be a ReadableStream or a Response/],
    [locked, /that nobody reads$/],
    [read, /that nobody reads$/],
  ]) {
    assert.throws(
      () => decodeEventStream(wrong),
      (error) => error instanceof InvalidOptionError && said.test(error.message),
    );
  }
  assert.throws(() => decodeEventStream(bodyOf([]), { maxEventBytes: 0 }), InvalidOptionError);
});

test("eventsource-parser says the same of random streams under random cuts", async () => {
  const { createParser } = await import(
    createRequire(new URL("../package.json", import.meta.url)).resolve("eventsource-parser")
  );
  const next = random(11);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const parts = [
    "data",
    "event",
    "id",
    "retry",
    ":",
    ":",
    " ",
    "\n",
    "\n",
    "\r\n",
    "\n\n",
    "x",
    "é",
    "12",
    '"',
    "\u0007",
    "data: y\n\n",
  ];
  for (let round = 0; round < 300; round += 1) {
    const text = Array.from({ length: 40 }, () => pick(parts)).join("");
    const expected = [];
    const parser = createParser({
      onEvent: ({ event, data }) => expected.push([event || "message", data]),
    });
    parser.feed(text);
    const { items } = await decode(text, 1 + Math.floor(next() * 20));
    assert.deepEqual(
      items.map(({ event, data }) => [event, data]),
      expected,
      JSON.stringify(text),
    );
  }
});
