// A stream that is kept, in memory: what its readers get when something under it fails. The rest is shown in workerd,
// by tests/worker/streams_*.test.mjs.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const { LiveStream } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/durable/live-stream.js")).href
);

const bytes = (text) => new TextEncoder().encode(text);
const silent = (t) => t.mock.method(console, "error", () => {});

/** A log that passes events on, and dies at the event `trap`. */
const log = () => ({
  last: 0,
  isKept: true,
  push(events) {
    if (new TextDecoder().decode(events) === "trap") throw new Error("unreachable");
    this.last += 1;
    return events;
  },
  end: () => new Uint8Array(),
  look: () => 1000,
  takeComments: () => false,
  setReaders() {},
  free() {},
});

test("a stream whose log dies is an error for each of its readers, after what has come", async (t) => {
  silent(t);
  const stream = new LiveStream(log(), {}, () => {});
  const [quick, slow] = [stream.readFrom(0).getReader(), stream.readFrom(0).getReader()];
  stream.push(bytes("one"));
  assert.deepEqual((await quick.read()).value, bytes("one"));
  const waiting = quick.read();
  stream.push(bytes("trap"));
  await assert.rejects(waiting, /broken/);
  assert.deepEqual((await slow.read()).value, bytes("one"));
  await assert.rejects(slow.read(), /broken/);
  assert.equal(stream.isRead, false);
  // The control: one that ends by itself is no error.
  const other = new LiveStream(log(), {}, () => {});
  const reader = other.readFrom(0).getReader();
  other.end();
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
});
