// Passes an answer on to the caller: reads, waits, and does what the answer's Inspector says. It decides
// nothing. It keeps what has come and is not settled, and a few facts, so that a stream outlives the
// WebAssembly instance that began it.

import { WasmTrapError } from "../lib/errors.js";
import { coalescingReader } from "./coalescing-reader.js";
import { BROKEN, DONE, FORWARD, INSERT, WAIT } from "./codes.js";

const encoder = new TextEncoder();

/** How long the rest of a body may take once its answer is whole. */
const DRAIN_MS = 1000;

/**
 * @param answer `{ held, body, abort, inspector }`: what was read and is not settled, the rest, what
 *   closes its connection, and its Inspector
 * @param terms `{ signal, renew, settle, coalesceMs }`: the signal of the caller's request, what gives a
 *   promise of another Inspector when the instance has died, what is called once with the record of what
 *   the answer has cost, and for how long events wait to be sent together
 * @returns the stream that the caller gets
 */
export function relay({ held, body, abort, inspector }, { signal, renew, settle, coalesceMs }) {
  const facts = inspector.facts();
  const pieces = held;
  const reader = coalescingReader(body, coalesceMs);
  let output;
  let timer;
  /** Since when a read is awaited. */
  let waiting;
  let ended = false;

  /** Does a step and those that follow it. Did the caller get anything, or the end? */
  const run = (first) => {
    let sent = false;
    for (let step = first; step !== WAIT; step = inspector.step()) {
      if (step === FORWARD) {
        const { len, skip } = inspector;
        if (len > 0) {
          output.enqueue(pieces.take(len));
          sent = true;
        }
        if (skip > 0) pieces.take(skip);
      } else if (step === INSERT) {
        output.enqueue(encoder.encode(inspector.text));
        sent = true;
      } else {
        over(step);
        return true;
      }
    }
    return sent;
  };

  /** Tells the inspector something, and does what it says: at once, unless its instance has died. */
  const tell = (use) => {
    try {
      return run(use(inspector));
    } catch (error) {
      if (error instanceof WasmTrapError) return revive(use).catch(() => over(BROKEN) ?? true);
      throw error;
    }
  };

  /** Another inspector gets what is not settled; then it is told the same. */
  const revive = async (use) => {
    inspector = await renew(facts, pieces.gone);
    if (ended) return true;
    const sent = run(inspector.push(pieces.joined(), Date.now()));
    return ended || use === looksAtPiece ? true : run(use(inspector)) || sent;
  };

  const looksAtPiece = (own) => own.push(pieces.last, Date.now());

  /** The end, whichever it is: once. */
  const over = (how) => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", left);
    if (how === BROKEN) output.error(new TypeError("The answer broke off."));
    else if (how !== undefined) output.close();
    if (how === DONE) drain();
    else abort();
    settle(record());
  };

  const left = () => over(undefined);

  const record = async () => {
    const last = (own) => own.record(Date.now());
    try {
      return last(inspector);
    } catch {
      return last(await renew(facts, pieces.gone));
    } finally {
      try {
        inspector.free();
      } catch {
        // Freed with its instance.
      }
    }
  };

  /** A connection whose body was read to its end can be used again; one that stays open is closed. */
  const drain = async () => {
    const late = setTimeout(abort, DRAIN_MS);
    await reader.read().then(({ done }) => done || abort(), abort);
    clearTimeout(late);
  };

  // One timer for all, and none for each read.
  const tick = () =>
    tell((own) => {
      // A caller who has not taken the last chunk does not ask.
      const step = own.tick(Date.now(), waiting, output.desiredSize >= 0);
      timer = setTimeout(tick, own.againMs);
      return step;
    });

  const stream = new ReadableStream(
    {
      start(controller) {
        output = controller;
      },
      async pull() {
        let sent = tell((own) => own.step());
        while (!ended && !(sent === true || (await sent))) {
          let read;
          waiting = Date.now();
          try {
            read = await reader.read();
          } catch {
            read = undefined;
          }
          waiting = undefined;
          if (ended) return;
          if (!read && signal?.aborted) return left();
          if (!read) sent = tell((own) => own.lost());
          else if (read.done) sent = tell((own) => own.end(Date.now()));
          else {
            pieces.add(read.value);
            sent = tell(looksAtPiece);
          }
        }
      },
      cancel: left,
    },
    { highWaterMark: 0 },
  );
  signal?.addEventListener("abort", left);
  tick();
  return stream;
}
