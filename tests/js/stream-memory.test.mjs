// Long streams and many streams leave nothing behind: neither in WebAssembly's memory, which never
// shrinks, nor on JavaScript's heap.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import {
  bodyOf,
  bytes,
  direct,
  DONE,
  event,
  instanceOf,
  outcome,
  says,
} from "../support/streams.mjs";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const PER_READ = 50;
const read = bytes(
  Array.from({ length: PER_READ }, (_, at) => event(says(at % 7 ? ` word${at}` : '"\n'))).join(""),
);

const streamOf = (instance, body) =>
  direct(new Response(body, { headers: { "content-type": "text/event-stream" } }), { instance });

/** A body of so many events, made on demand. */
function bodyWith(events) {
  let left = events / PER_READ;
  return new ReadableStream(
    {
      pull(controller) {
        left -= 1;
        controller.enqueue(left >= 0 ? read : bytes(DONE));
        if (left < 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function consume(instance, events, take) {
  const stream = await streamOf(instance, bodyWith(events));
  let count = 0;
  for await (const item of take(stream))
    count += typeof item === "string" ? item.length > 0 : item.choices.length;
  return count;
}

for (const [how, take, each] of [
  ["chunks", (stream) => stream, 1],
  ["text", (stream) => stream.textStream, 1 / PER_READ],
]) {
  test(`a stream of a million events, read as ${how}, leaves memory as one of a thousand does`, async () => {
    const instance = await instanceOf();
    const after = async (events) => {
      assert.equal(await consume(instance, events, take), events * each);
      collect();
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      return { wasm: instance.memory.buffer.byteLength, heap: process.memoryUsage().heapUsed };
    };
    await after(1000);
    const thousand = await after(1000);
    const million = await after(1_000_000);
    assert.equal(million.wasm, thousand.wasm);
    assert.ok(
      million.heap - thousand.heap < 1 << 20,
      `${million.heap - thousand.heap} bytes of heap`,
    );
  });
}

test("a thousand streams that are left half-way give their memory back", async () => {
  const instance = await instanceOf();
  const leave = async (streams) => {
    for (let opened = 0; opened < streams; opened += 1) {
      const stream = await streamOf(instance, bodyOf([read, read, "hang"]));
      let taken = 0;
      for await (const _ of stream) if ((taken += 1) > PER_READ) break;
    }
    return instance.memory.buffer.byteLength;
  };
  const few = await leave(10);
  assert.equal(await leave(1000), few);
});

test("fifty streams at once on one instance do not mix", async () => {
  const instance = await instanceOf();
  const texts = Array.from({ length: 50 }, (_, at) =>
    Array.from({ length: 20 }, (_, word) => `${at}.${word} `),
  );
  const streams = texts.map((words, at) => {
    const reads = [];
    const all = bytes(words.map((word) => event(says(word))).join("") + DONE);
    for (let from = 0; from < all.length; from += 37 + at)
      reads.push(all.slice(from, from + 37 + at));
    return streamOf(instance, bodyOf(reads));
  });
  const outcomes = await Promise.all(
    streams.map(async (stream) => outcome((await stream).textStream)),
  );
  assert.deepEqual(
    outcomes.map(({ items }) => items.join("")),
    texts.map((words) => words.join("")),
  );
});
