// Listeners and promises of a run: what the official package's helpers are made of.

import { APIUserAbortError } from "./errors.js";

export class Emitter {
  /** Aborts the run. */
  controller = new AbortController();
  #listeners = new Map();
  #settled;
  #resolve;
  #reject;
  /** Somebody awaits the end, so that an error needs no other way out. */
  awaited = false;

  ended = false;
  errored = false;
  aborted = false;

  constructor() {
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#settled.catch(() => {});
  }

  abort() {
    this.controller.abort();
  }

  on(event, listener) {
    return this.#add(event, { listener });
  }

  once(event, listener) {
    return this.#add(event, { listener, once: true });
  }

  off(event, listener) {
    const list = this.#listeners.get(event) ?? [];
    const at = list.findIndex((each) => each.listener === listener);
    if (at >= 0) this.#listeners.set(event, list.toSpliced(at, 1));
    return this;
  }

  /** The next event of that name; rejects if the run fails before. */
  emitted(event) {
    this.expectEnd();
    return new Promise((resolve, reject) => {
      if (event !== "error") this.once("error", reject);
      if (event !== "abort") this.once("abort", reject);
      this.once(event, resolve);
    });
  }

  /** Resolves when the run has ended, rejects if it failed. */
  done() {
    this.expectEnd();
    return this.#settled;
  }

  expectEnd() {
    this.awaited = true;
  }

  /** Runs, after the caller had its turn to add listeners. */
  run(work) {
    queueMicrotask(() => {
      work().then(
        () => this.#end(),
        (error) => this.#fail(error),
      );
    });
  }

  emit(event, ...values) {
    const list = this.#listeners.get(event);
    if (!list) return;
    if (list.some(({ once }) => once))
      this.#listeners.set(
        event,
        list.filter(({ once }) => !once),
      );
    for (const { listener } of list) listener(...values);
  }

  #add(event, entry) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), entry]);
    return this;
  }

  #end() {
    this.ended = true;
    this.#resolve();
    this.emit("end");
  }

  #fail(error) {
    this.ended = true;
    this.errored = true;
    this.aborted = error instanceof APIUserAbortError;
    const event = this.aborted ? "abort" : "error";
    // A caller that listens for errors only, and aborts, knows about the abort.
    const heard =
      this.awaited ||
      [event, this.aborted && "error"].some((name) => this.#listeners.get(name)?.length > 0);
    this.#reject(error);
    this.emit(event, error);
    this.emit("end");
    // Nobody looks: then it must not pass in silence.
    if (!heard) void Promise.reject(error);
  }
}
