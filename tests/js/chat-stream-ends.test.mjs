// Awaiting, aborting and leaving client.chat.completions.stream(), and streams of one's own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import {
  ask,
  bodyOf,
  bytes,
  DONE,
  event,
  OpenAI,
  outcome,
  says,
  stops,
  Stream,
} from "../support/streams.mjs";

const packedEntry = pathToFileURL(join(setting("OPENAI_WASM_PKG"), "index.js")).href;
const { ChatCompletionStream } = await keyless();

const MANY = 2000;
const letters = "a".repeat(MANY);

/** The helper over so many chunks, one a read. */
function long(log = {}) {
  const reads = Array.from({ length: MANY }, () => bytes(event(says("a"))));
  const fetch = async (_url, init) => {
    log.signal = init.signal;
    return new Response(bodyOf([...reads, bytes(event(stops()) + DONE)], log), {
      headers: { "content-type": "text/event-stream" },
    });
  };
  return new OpenAI({
    proxyUrl: "http://127.0.0.1:9/v1",
    token: "t",
    fetch,
    maxRetries: 0,
  }).chat.completions.stream(ask);
}

const turns = async (count) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("the end may be awaited while an iterator is not drained, which then gives every chunk", async () => {
  const ends = {
    done: async (stream) => stream.done(),
    finalContent: async (stream) => assert.equal(await stream.finalContent(), letters),
    finalMessage: async (stream) => assert.equal((await stream.finalMessage()).content, letters),
    finalChatCompletion: async (stream) =>
      assert.equal((await stream.finalChatCompletion()).choices[0].message.content, letters),
    totalUsage: async (stream) => assert.equal((await stream.totalUsage()).total_tokens, 0),
    emitted: async (stream) => assert.equal(await stream.emitted("finalContent"), letters),
  };
  for (const [name, end] of Object.entries(ends)) {
    const stream = long();
    const iterator = stream[Symbol.asyncIterator]();
    await end(stream);
    const { items } = await outcome(iterator);
    assert.equal(items.length, MANY + 1, name);
  }
});

test("the end may be awaited while a readable stream is not read", async () => {
  const stream = long();
  const readable = stream.toReadableStream();
  assert.equal(await stream.finalContent(), letters);
  assert.equal((await new Response(readable).text()).split("\n").length, MANY + 2);
});

test("the end may be awaited inside the loop", async () => {
  const stream = long();
  let turnsTaken = 0;
  for await (const _ of stream) {
    assert.equal(await stream.finalContent(), letters);
    turnsTaken += 1;
  }
  assert.equal(turnsTaken, MANY + 1);
});

test("the end may be awaited when the reading waits already, and until then it does wait", async () => {
  const log = {};
  const stream = long(log);
  const iterator = stream[Symbol.asyncIterator]();
  await turns(3000);
  assert.ok(log.pulled < 300, `${log.pulled} reads`);
  await stream.done();
  assert.equal((await outcome(iterator)).items.length, MANY + 1);
});

test("an abort ends a stream whose reading waits for a slow loop", async () => {
  const log = {};
  const stream = long(log);
  const iterator = stream[Symbol.asyncIterator]();
  await turns(3000);
  const ended = new Promise((resolve) => stream.on("end", resolve));
  stream.abort();
  await ended;
  assert.deepEqual([stream.aborted, log.signal.aborted], [true, true]);
  assert.ok((await outcome(iterator)).error instanceof OpenAI.APIUserAbortError);
});

const line = (value) => bytes(`${JSON.stringify(value)}\n`);

/** A source of lines without end, or one that falls silent; `log` learns what happens to it. */
function source(log, { silentAfter = Infinity, perRead = 1, onCancel = () => {} } = {}) {
  log.pulled = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (log.pulled >= silentAfter) return new Promise(() => {});
        log.pulled += 1;
        controller.enqueue(
          bytes(Array.from({ length: perRead }, () => `${JSON.stringify(says("a"))}\n`).join("")),
        );
      },
      cancel() {
        log.cancelled = true;
        return onCancel();
      },
    },
    { highWaterMark: 0 },
  );
}

const SOURCES = {
  "one that goes on": {},
  "one with many lines a read": { perRead: 50 },
  "one that falls silent": { silentAfter: 3 },
  "one that never answers to the cancelling": { onCancel: () => new Promise(() => {}) },
  "one that is silent and never answers": { silentAfter: 3, onCancel: () => new Promise(() => {}) },
  "one that fails when cancelled": { onCancel: () => Promise.reject(new Error("no")) },
};

test("aborting a stream that was made from a ReadableStream stops the reading and cancels the source", async () => {
  for (const [name, how] of Object.entries(SOURCES)) {
    const log = {};
    const controller = new AbortController();
    const stream = Stream.fromReadableStream(source(log, how), controller);
    const items = [];
    const read = async () => {
      for await (const chunk of stream) {
        items.push(chunk);
        // The third is the last before the silence: the abort comes while the next read waits.
        if (items.length === 3)
          how.silentAfter ? setImmediate(() => controller.abort()) : controller.abort();
      }
    };
    await assert.rejects(read, OpenAI.APIUserAbortError, name);
    assert.deepEqual([items.length, log.cancelled], [3, true], name);
    assert.ok(log.pulled <= 3, name);
  }
});

test("aborting a helper's stream that was made from a ReadableStream is an abort like any other", async () => {
  for (const [name, how] of Object.entries(SOURCES)) {
    const log = {};
    const stream = ChatCompletionStream.fromReadableStream(source(log, how));
    const seen = [];
    for (const heard of ["abort", "error", "end"])
      stream.on(heard, (error) => seen.push([heard, error?.constructor]));
    let chunks = 0;
    stream.on("chunk", () => {
      chunks += 1;
      if (chunks === 3) how.silentAfter ? setImmediate(() => stream.abort()) : stream.abort();
    });
    await assert.rejects(stream.finalContent(), OpenAI.APIUserAbortError, name);
    assert.deepEqual(
      seen,
      [
        ["abort", OpenAI.APIUserAbortError],
        ["end", undefined],
      ],
      name,
    );
    assert.deepEqual([chunks, stream.aborted, log.cancelled], [3, true, true], name);
  }
});

test("a stream from a ReadableStream that is aborted before it is read reads nothing", async () => {
  const log = {};
  const controller = new AbortController();
  controller.abort();
  const { items, error } = await outcome(Stream.fromReadableStream(source(log), controller));
  assert.deepEqual(
    [items.length, error.constructor, log.pulled, log.cancelled],
    [0, OpenAI.APIUserAbortError, 0, true],
  );
});

test("an abort that comes after the end, or after leaving, changes nothing", async () => {
  const controller = new AbortController();
  const whole = Stream.fromReadableStream(new Response(line(says("a"))).body, controller);
  assert.equal((await outcome(whole)).items.length, 1);
  controller.abort();
  const log = {};
  const left = Stream.fromReadableStream(
    source(log, { onCancel: () => new Promise(() => {}) }),
    new AbortController(),
  );
  for await (const _ of left) break;
  left.controller.abort();
  assert.equal(log.cancelled, true);
});

test("a line that is JSON and no object is refused by its kind", async () => {
  for (const bad of ["null", "5", '"x"', "[1]", "{"]) {
    const { error } = await outcome(Stream.fromReadableStream(new Response(`${bad}\n`).body));
    assert.ok(error instanceof OpenAI.OpenAIError && /JSON object/.test(error.message), bad);
    await assert.rejects(
      ChatCompletionStream.fromReadableStream(new Response(`${bad}\n`).body).done(),
      OpenAI.OpenAIError,
    );
  }
});

test("an abort that somebody listens for, if only by the errors, is not reported as unhandled", async () => {
  // In a program of its own: the test runner takes every unhandled rejection for a failed test.
  const program = `
    import { ChatCompletionStream } from ${JSON.stringify(packedEntry)};
    process.on("unhandledRejection", (error) => console.log("unhandled", error.constructor.name));
    const [how, listeners] = process.argv.slice(1);
    const body = how === "abort" ? new ReadableStream({ pull: () => new Promise(() => {}) }) : new Response("not JSON\\n").body;
    const stream = ChatCompletionStream.fromReadableStream(body);
    for (const name of listeners.split(",")) stream.on(name, () => console.log("heard", name));
    if (how === "abort") setImmediate(() => stream.abort());
  `;
  const run = async (...args) =>
    (await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, ...args]))
      .stdout;
  const cases = [
    ["abort", "error", ""],
    ["abort", "abort", "heard abort\n"],
    ["abort", "abort,error", "heard abort\n"],
    ["abort", "chunk", "unhandled APIUserAbortError\n"],
    ["error", "error", "heard error\n"],
    ["error", "abort", "unhandled OpenAIError\n"],
  ];
  for (const [how, listeners, output] of cases)
    assert.equal(await run(how, listeners), output, `${how}, ${listeners}`);
});
