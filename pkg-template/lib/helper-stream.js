// Events while an answer comes, and the whole answer at its end: what .stream() and .runTools() give.

import { Emitter } from "./emitter.js";
import { DETACHED, Stream } from "./stream.js";

/** How many items an iterator may lag before reading waits for it, unless the end is awaited. */
const MAX_LAG = 256;

export class HelperStream extends Emitter {
  /** By which the answer can be resumed; null if it cannot, or has not begun. */
  id = null;
  /** What the iterators have not taken yet. */
  #queues = new Set();
  #resume;
  /** What reads the answer, once it is loaded: it has the values of the end. */
  reading;

  constructor() {
    super();
    this.controller.signal.addEventListener("abort", () => this.#resume?.());
  }

  /**
   * Loads what reads the answer, before the request is sent, which costs money; then reads.
   *
   * @param load gives a promise of a module with `read(stream, how)`
   * @param how what is read; `options` of the call may have a `signal`
   */
  start(load, how) {
    const signal = how.options?.signal;
    const abort = () => this.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener?.("abort", abort, { once: true });
    this.run(async () => {
      try {
        await (await load()).read(this, how);
      } finally {
        signal?.removeEventListener?.("abort", abort);
      }
    });
    return this;
  }

  /** Closes the connection. A stream that can be resumed goes on at the proxy for a while. */
  detach() {
    this.controller.abort(DETACHED);
  }

  /** Hands an item to the iterators, and waits for a slow one. */
  async give(item) {
    for (const queue of this.#queues) queue.add(item);
    while (this.#mustWait()) await new Promise((resolve) => (this.#resume = resolve));
  }

  /** The items. Leaving the loop aborts the request; reading waits for a slow loop. */
  [Symbol.asyncIterator]() {
    // Taken from the end of `ready`, in turned order: an array's `shift` moves all the rest.
    const fresh = [];
    let ready = [];
    let waiting;
    let failure;
    const wake = () => {
      waiting?.();
      waiting = undefined;
    };
    const queue = {
      add: (item) => {
        fresh.push(item);
        wake();
      },
      lag: () => fresh.length + ready.length,
    };
    this.#queues.add(queue);
    const fail = (error) => {
      failure = error;
    };
    this.on("error", fail);
    this.on("abort", fail);
    this.on("end", wake);
    const next = async () => {
      for (;;) {
        if (ready.length === 0) ready = fresh.splice(0).reverse();
        if (ready.length > 0) {
          const value = ready.pop();
          this.#resume?.();
          return { value, done: false };
        }
        if (failure) {
          const error = failure;
          failure = undefined;
          throw error;
        }
        if (this.ended || !this.#queues.has(queue)) return { value: undefined, done: true };
        await new Promise((resolve) => (waiting = resolve));
      }
    };
    const stop = async (value) => {
      this.#queues.delete(queue);
      fresh.length = ready.length = 0;
      this.#resume?.();
      if (!this.ended) this.abort();
      wake();
      return { value, done: true };
    };
    return { next, return: stop, [Symbol.asyncIterator]: () => ({ next, return: stop }) };
  }

  toReadableStream() {
    return new Stream(() => this[Symbol.asyncIterator](), this.controller).toReadableStream();
  }

  /** A caller that awaits the end does not read an iterator meanwhile, so the queues may grow. */
  expectEnd() {
    super.expectEnd();
    this.#resume?.();
  }

  #mustWait() {
    if (this.awaited || this.controller.signal.aborted) return false;
    return [...this.#queues].some((queue) => queue.lag() >= MAX_LAG);
  }
}

/** Gives a class the methods of these names, which wait for the end and ask what read the answer. */
export function atEnd(Class, names) {
  for (const name of names.split(" ")) {
    Class.prototype[name] = async function () {
      await this.done();
      return this.reading[name]();
    };
  }
  return Class;
}
