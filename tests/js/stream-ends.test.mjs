// How a stream ends: each way a typed outcome, the text kept, the body released, nothing left behind.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import {
  bodyOf,
  bytes,
  direct,
  DONE,
  event,
  instanceOf,
  OpenAI,
  outcome,
  says,
  stops,
  streamOf,
} from "../support/streams.mjs";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const ab = event(says("a")) + event(says("b"));

/** The body was let go, and the request if it was still open. */
function released(log, { aborted }) {
  assert.equal(log.body.locked, false, "the lock is released");
  assert.equal(log.signal.aborted, aborted, "the request is aborted");
}

test("done: no error, the body is released, the request not aborted", async () => {
  const log = {};
  const { items, error } = await outcome(await streamOf(ab + DONE, { log }));
  assert.deepEqual([items.length, error], [2, undefined]);
  released(log, { aborted: false });
});

test("abort of a signal ends a waiting read at once, with the text so far", async () => {
  for (const take of [(stream) => stream, (stream) => stream.textStream]) {
    const log = {};
    const aborting = new AbortController();
    const stream = await streamOf([ab, "hang"], { log, options: { signal: aborting.signal } });
    const result = outcome(take(stream));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    aborting.abort(new Error("enough"));
    const { items, error } = await result;
    assert.ok(items.length > 0);
    assert.equal(error.constructor, OpenAI.APIUserAbortError);
    assert.deepEqual([error.text, error.eventIndex], ["ab", 2]);
    released(log, { aborted: true });
  }
});

test("abort between two chunks of one read ends there, even if [DONE] has come", async () => {
  for (const abort of [(stream) => stream.controller.abort(), (_, signal) => signal.abort()]) {
    const aborting = new AbortController();
    const stream = await streamOf(ab + DONE, { options: { signal: aborting.signal } });
    const items = [];
    const error = await (async () => {
      for await (const chunk of stream) {
        items.push(chunk);
        abort(stream, aborting);
      }
    })().catch((error) => error);
    assert.deepEqual(items, [says("a")]);
    assert.equal(error?.constructor, OpenAI.APIUserAbortError);
  }
});

test("a signal that is aborted before the first read, and one aborted after the end", async () => {
  const aborting = new AbortController();
  const stream = await streamOf(ab + DONE, { options: { signal: aborting.signal } });
  aborting.abort();
  const { items, error } = await outcome(stream);
  assert.deepEqual([items, error.constructor], [[], OpenAI.APIUserAbortError]);

  const late = new AbortController();
  const whole = await outcome(await streamOf(ab + DONE, { options: { signal: late.signal } }));
  late.abort();
  late.abort();
  await turn();
  assert.equal(whole.error, undefined);
});

test("break, return and throw abort the request and release the body", async () => {
  const leave = {
    async break(stream) {
      for await (const _ of stream) break;
    },
    async throw(stream) {
      await assert.rejects(async () => {
        for await (const _ of stream) throw new Error("mine");
      }, /mine/);
    },
    async return(stream) {
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      assert.deepEqual(await iterator.return("v"), { value: "v", done: true });
      assert.deepEqual(await iterator.next(), { value: undefined, done: true });
    },
    async unread(stream) {
      await stream[Symbol.asyncIterator]().return();
    },
  };
  for (const [how, run] of Object.entries(leave)) {
    for (const take of [
      (stream) => stream,
      (stream) => ({ [Symbol.asyncIterator]: () => stream.textStream[Symbol.asyncIterator]() }),
    ]) {
      const log = {};
      const stream = await streamOf([ab, ab, "hang"], { log });
      await run(take(stream));
      assert.equal(log.signal.aborted, true, how);
      if (how !== "unread") released(log, { aborted: true });
    }
  }
});

test("a lost connection is a connection error with the text so far", async () => {
  const cause = new TypeError("terminated");
  for (const take of [(stream) => stream, (stream) => stream.textStream]) {
    const log = {};
    const stream = await streamOf([ab, cause], { log });
    const { items, error } = await outcome(take(stream));
    assert.ok(items.length > 0);
    assert.equal(error.constructor, OpenAI.APIConnectionError);
    assert.deepEqual([error.cause, error.text, error.eventIndex], [cause, "ab", 2]);
    released(log, { aborted: true });
  }
});

test("truncated, failed, malformed and too large: the chunks before it, then the error, once", async () => {
  const ends = {
    StreamTruncatedError: [ab],
    APIError: [`${ab}data: {"error":{"message":"m"}}\n\n${event(says("never"))}`, "hang"],
    StreamDecodeError: [`${ab}data: {\n\n${event(says("never"))}`, "hang"],
    StreamLimitError: [ab + event(says("x".repeat(2000))), "hang"],
  };
  for (const [name, reads] of Object.entries(ends)) {
    const log = {};
    const stream = await streamOf(reads, { log, client: { maxEventBytes: 1000 } });
    const iterator = stream[Symbol.asyncIterator]();
    assert.deepEqual((await iterator.next()).value, says("a"), name);
    assert.deepEqual((await iterator.next()).value, says("b"), name);
    const error = await iterator.next().catch((error) => error);
    assert.equal(error.constructor, OpenAI[name]);
    assert.deepEqual([error.text, error.eventIndex], ["ab", 2], name);
    assert.deepEqual(await iterator.next(), { value: undefined, done: true }, name);
    released(log, { aborted: true });
  }
});

test("calls of next that do not wait for each other get the items in order", async () => {
  const stream = await streamOf([event(says("a")), event(says("b")) + event(says("c")), DONE]);
  const iterator = stream[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 6 }, () => iterator.next()));
  assert.deepEqual(
    results.map(({ value, done }) => (done ? "done" : value.choices[0].delta.content)),
    ["a", "b", "c", "done", "done", "done"],
  );
});

test("a stream can be consumed once, in one way", async () => {
  const stream = await streamOf(ab + DONE);
  await outcome(stream);
  assert.throws(() => stream[Symbol.asyncIterator](), /consumed once/);
  assert.throws(() => stream.textStream[Symbol.asyncIterator](), OpenAI.OpenAIError);
  assert.throws(() => stream.tee(), OpenAI.OpenAIError);
});

test("a long-lived signal keeps no listener of an ended stream", async () => {
  const ways = {
    done: (stream) => outcome(stream),
    left: async (stream) => {
      for await (const _ of stream) break;
    },
  };
  for (const [way, run] of Object.entries(ways)) {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...args) => ((listeners += 1), add.apply(signal, args));
    signal.removeEventListener = (...args) => ((listeners -= 1), remove.apply(signal, args));
    await run(await streamOf(ab + DONE, { options: { signal } }));
    await turn();
    assert.equal(listeners, 0, way);
  }
});

/** A stream with an idle limit of 1000 ms and a clock that only the test moves. */
async function withClock(run) {
  const clock = { now: 5000 };
  const now = mock.method(performance, "now", () => clock.now);
  mock.timers.enable({ apis: ["setTimeout"] });
  const advance = async (ms) => {
    for (let turns = 0; turns < 4; turns += 1) await turn();
    clock.now += ms;
    mock.timers.tick(ms);
    for (let turns = 0; turns < 4; turns += 1) await turn();
  };
  try {
    const log = {};
    const feed = {};
    const body = new ReadableStream({
      start(controller) {
        feed.push = (text) => controller.enqueue(new TextEncoder().encode(text));
      },
      cancel() {
        log.cancelled = true;
      },
    });
    const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
    const stream = await streamOf(response, { log, client: { idleTimeout: 1000 } });
    await run({ stream, feed, advance, log, clock, body });
  } finally {
    now.mock.restore();
    mock.timers.reset();
  }
}

test("idle: no event in time ends the stream, to the millisecond, and comments do not feed it", () =>
  withClock(async ({ stream, feed, advance, log, body }) => {
    const iterator = stream[Symbol.asyncIterator]();
    let settled;
    const next = () => {
      settled = undefined;
      iterator.next().then(
        (item) => (settled = item),
        (error) => (settled = error),
      );
    };
    next();
    await advance(999);
    feed.push(event(says("a")));
    await advance(1);
    assert.deepEqual(settled.value, says("a"), "an event in the last millisecond is in time");
    next();
    await advance(400);
    feed.push(": keep-alive\n\n");
    await advance(400);
    feed.push(": keep-alive\n\n");
    await advance(198);
    assert.equal(settled, undefined);
    await advance(2);
    assert.equal(settled?.constructor, OpenAI.StreamIdleTimeoutError);
    assert.deepEqual([settled.text, settled.eventIndex], ["a", 1]);
    assert.equal(log.signal.aborted, true);
    assert.equal(body.locked, false);
  }));

test("idle: the time counts from the last event, not from the timer's own start", () =>
  withClock(async ({ stream, feed, advance }) => {
    let error;
    const reading = outcome(stream).then((result) => (error = result.error));
    await advance(999);
    feed.push(event(says("a")));
    await advance(500);
    feed.push(event(says("b")));
    await advance(999);
    assert.equal(error, undefined);
    await advance(1);
    await reading;
    assert.equal(error.constructor, OpenAI.StreamIdleTimeoutError);
    assert.equal(error.text, "ab");
  }));

test("idle: a consumer that takes its time is not idleness", () =>
  withClock(async ({ stream, feed, advance }) => {
    const iterator = stream[Symbol.asyncIterator]();
    feed.push(ab);
    assert.deepEqual((await iterator.next()).value, says("a"));
    await advance(60_000);
    assert.deepEqual((await iterator.next()).value, says("b"));
    await advance(60_000);
    const next = iterator.next();
    await advance(900);
    feed.push(event(stops()) + DONE);
    assert.deepEqual((await next).value, stops());
    assert.equal((await iterator.next()).done, true);
  }));

test("idle: a clock that jumps makes no hang and no wait beyond the limit", () =>
  withClock(async ({ stream, advance, clock }) => {
    const iterator = stream[Symbol.asyncIterator]();
    const next = iterator.next().catch((error) => error);
    await advance(500);
    clock.now -= 1_000_000;
    await advance(500);
    clock.now += 1_000_000;
    await advance(1000);
    assert.equal((await next).constructor, OpenAI.StreamIdleTimeoutError);
  }));

test("an ended stream leaves no timer behind", async () => {
  const cleared = mock.method(globalThis, "clearTimeout");
  const set = mock.method(globalThis, "setTimeout");
  try {
    const client = { idleTimeout: 4321 };
    await outcome(await streamOf([ab, ab, ab, ab, DONE], { client }));
    const ours = set.mock.calls.filter(({ arguments: [, ms] }) => ms === 4321);
    assert.equal(ours.length, 1, "one timer a stream, not one a read");
    assert.ok(cleared.mock.calls.some(({ arguments: [timer] }) => timer === ours[0].result));
  } finally {
    cleared.mock.restore();
    set.mock.restore();
  }
});

test("back-pressure: no more is read than the consumer asked for", async () => {
  const log = {};
  const reads = Array.from({ length: 1000 }, () => ab);
  const stream = await streamOf([...reads, DONE], { log });
  const iterator = stream[Symbol.asyncIterator]();
  for (let taken = 1; taken <= 20; taken += 1) {
    await iterator.next();
    await turn();
    assert.equal(
      log.pulled,
      Math.ceil(taken / 2),
      "one read is in the queue, and none ahead of it",
    );
  }
  await iterator.return();
});

test("the death of the WebAssembly instance fails the stream that waits, with its text", async () => {
  const instance = await instanceOf();
  let die;
  const watched = {
    exports: instance.exports,
    memory: instance.memory,
    onDead: (watcher) => ((die = watcher), () => {}),
  };
  const response = new Response(bodyOf([bytes(ab), "hang"]), {
    headers: { "content-type": "text/event-stream" },
  });
  const stream = await direct(response, { instance: watched });
  const result = outcome(stream);
  for (let turns = 0; turns < 5; turns += 1) await turn();
  die(new OpenAI.WasmTrapError("gone"));
  const { items, error } = await result;
  assert.equal(items.length, 2);
  assert.deepEqual(
    [error.constructor, error.message, error.text],
    [OpenAI.WasmTrapError, "gone", "ab"],
  );
  assert.equal(response.body.locked, false);
});
