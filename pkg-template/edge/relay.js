// Passes an answer on to the caller. What goes on is decided in WebAssembly (`AnswerWatch`); here
// stand the loop, the clock and the end, so that a stream outlives the instance that began it.

import { look } from "./clock.js";
import { source } from "./coalescing-reader.js";

const NONE = new Uint8Array();
const encoder = new TextEncoder();

// What AnswerWatch says of a read, and what it is told of a break.
const AGAIN = 1;
const DONE = 2;
const FAILED = 3;
const BROKEN = { truncated: 0, idle: 1, duration: 2, size: 3 };

/** A comment, by which the platform notices a caller who has closed its connection without a reset. */
const HEARTBEAT = encoder.encode(":\n\n");

/** How long the rest of a body may take once its answer is whole. */
const DRAIN_MS = 1000;

/**
 * @param answer `{ first, body, abort, watch }`: the beginning that was read already, the rest, what
 *   ends its connection, and the instance's AnswerWatch
 * @param limits `{ idleMs, durationMs, maxBytes, heartbeatMs }`
 * @param signal of the caller's request
 * @param renew gives a promise of another watch, when the instance has died
 * @param settle is called once, with the record of what the answer has cost
 * @returns the stream that the caller gets
 */
export function relay({ first, body, abort, watch }, { limits, signal, renew, settle }) {
  // Without a body all that there is was read already.
  const reader = body ? source(body) : { read: async () => ({ done: true }) };
  // Asked for before the caller asks: it comes while the head is on its way.
  let upcoming = reader.read();
  upcoming.catch(() => {});
  const began = Date.now();
  let output;
  let timer;
  /** What has come and not gone on: an event that is not whole yet. */
  let held = NONE;
  let bytes = 0;
  /** Since when a read is awaited. */
  let waiting;
  /** When the caller last got something. */
  let sent = began;
  let ended = false;
  /** Whether the watch is not the first: it does not know how the last event that went on began. */
  let renewed = false;

  const guarded = async (use) => {
    try {
      return use(watch);
    } catch {
      watch = await renew(); // The instance has died, the stream has not.
      renewed = true;
      return use(watch);
    }
  };

  /** The end, whichever it is: exactly once. */
  const finish = async () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", left);
    await settle(guarded((own) => own.record(Date.now())));
    try {
      watch.free();
    } catch {
      // Freed with its instance.
    }
  };

  const left = () => {
    if (ended) return undefined;
    ended = true;
    abort();
    return finish();
  };

  /** Ends the caller's stream with an error: its last event, or a connection that breaks. */
  const fail = async (why) => {
    if (ended) return;
    ended = true;
    const text = await guarded((own) => own.error(why));
    try {
      if (text) {
        output.enqueue(encoder.encode(text));
        output.close();
      } else {
        output.error(new TypeError("The answer broke off."));
      }
    } catch {
      // The caller is gone too.
    }
    abort();
    await finish();
  };

  const done = async () => {
    if (ended) return;
    ended = true;
    output.close();
    await finish();
    // A connection whose body was read to its end can be used again; one that stays open is closed.
    const late = setTimeout(abort, DRAIN_MS);
    await reader.read().then(({ done: over }) => over || abort(), abort);
    clearTimeout(late);
  };

  const send = (chunk) => {
    sent = Date.now();
    output.enqueue(chunk);
  };

  const isBetweenEvents = () => {
    try {
      return !renewed && watch.between;
    } catch {
      return false; // The instance has died; the next event tells.
    }
  };

  // One timer for all, and none for each read.
  const tick = () => {
    const quiet = isBetweenEvents() ? sent : undefined;
    const { broken, beat, again } = look(limits, { began, waiting, quiet }, Date.now());
    if (broken) return fail(BROKEN[broken]);
    // A caller who has not taken the last one is not waiting.
    if (beat && output.desiredSize >= 0) send(HEARTBEAT);
    timer = setTimeout(tick, again);
    return undefined;
  };

  const pass = async (chunk) => {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) return fail(BROKEN.size);
    held = held.length === 0 ? chunk : joined(held, chunk);
    for (;;) {
      const verdict = await guarded((own) => own.push(held));
      if (ended) return true;
      const { forward, skip } = watch;
      if (forward > 0) send(forward === held.length ? held : held.subarray(0, forward));
      held = forward + skip === held.length ? NONE : held.subarray(forward + skip);
      if (verdict === DONE) return done();
      if (verdict === FAILED) return fail();
      if (verdict !== AGAIN) return forward > 0;
    }
  };

  const over = async () => {
    const verdict = await guarded((own) => own.end(held));
    if (verdict === FAILED || ended) return fail();
    if (watch.forward > 0) output.enqueue(held);
    return done();
  };

  const stream = new ReadableStream(
    {
      start(controller) {
        output = controller;
      },
      async pull() {
        if (first) {
          const chunk = first;
          first = undefined;
          if (await pass(chunk)) return;
        }
        while (!ended) {
          let read;
          waiting = Date.now();
          try {
            read = await (upcoming ?? reader.read());
            upcoming = undefined;
          } catch {
            return signal?.aborted ? left() : fail(BROKEN.truncated);
          } finally {
            waiting = undefined;
          }
          if (ended) return undefined;
          if (read.done) return over();
          // Something for the caller came out of it, or the end: that was asked for.
          if ((await pass(read.value)) !== false) return undefined;
        }
        return undefined;
      },
      cancel: left,
    },
    { highWaterMark: 0 },
  );
  signal?.addEventListener("abort", left);
  tick();
  return stream;
}

function joined(a, b) {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
