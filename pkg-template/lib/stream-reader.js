// One streamed body: the read loop, and every way in which it can end.

import { ChunkReader } from "./chunk-reader.js";
import {
  APIConnectionError,
  APIUserAbortError,
  OpenAIError,
  ResponseError,
  StreamIdleTimeoutError,
  WasmTrapError,
} from "./errors.js";
import { readOdd } from "./odd-body.js";

const clock = globalThis.performance ?? Date;
const ignore = () => {};

/** An async iterator over what a body holds: chunks, or with `textOnly` one string a read. */
export class StreamReader {
  #options;
  #chunks;
  #reader;
  #queue = [];
  #taken = 0;
  /** The bytes of the last read that are not decoded yet. */
  #rest;
  #bytesSeen = 0;
  /** The body's type, until its first bytes have told that it holds events. */
  #type;
  /** The promise that a call of `next` waits for, and how to settle it. */
  #waiting;
  #resolve;
  #reject;
  /** Nothing more will be read. */
  #closed = false;
  #error;
  #idleSince = 0;
  #timer;
  #unlisten = [];

  constructor(options, textOnly) {
    this.#options = options;
    this.textOnly = textOnly;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** The next item. Calls that do not wait for each other get items in their order. */
  next() {
    if (this.#waiting) {
      const next = () => this.next();
      return this.#waiting.then(next, next);
    }
    if (this.#taken < this.#queue.length) return Promise.resolve(this.#shift());
    if (!this.#chunks && !this.#closed) this.#open();
    if (this.#closed) return this.#last();
    const waiting = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#waiting = waiting;
    this.#watchIdle();
    if (this.#type === undefined) this.#advance();
    else this.#judge();
    return waiting;
  }

  /** The consumer wants no more: the request is aborted and the body released. */
  return(value) {
    if (!this.#closed) this.#stop(undefined);
    this.#queue = [];
    this.#taken = 0;
    this.#error = undefined;
    this.#forget();
    return Promise.resolve({ value, done: true });
  }

  /** What is wrong with the response shows here. */
  #open() {
    const { response, resumer, controller, signal, instance } = this.#options;
    const body = resumer ?? response.body;
    const { headers } = response;
    const { textOnly } = this;
    this.#chunks = new ChunkReader(instance, { ...this.#options, headers, textOnly });
    const type = headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";
    if (type !== "text/event-stream") this.#type = type;
    if (body) this.#reader = readerOf(body);
    if (signal?.aborted) controller.abort(signal.reason);
    if (controller.signal.aborted) return this.#abort();
    this.#listen(controller.signal, () => this.#abort());
    if (signal) this.#listen(signal, () => controller.abort(signal.reason));
    this.#unlisten.push(
      instance.onDead((death) => {
        this.#stop(Object.assign(new WasmTrapError(death.message), { cause: death.cause }));
      }),
    );
    if (!this.#reader) this.#stop(this.#wrong("with no body"));
  }

  /** Decodes until something can be handed out, then reads on. */
  #advance() {
    try {
      while (this.#rest) {
        const decoded = this.#chunks.push(this.#rest, this.#queue);
        this.#rest = decoded < this.#rest.length ? this.#rest.subarray(decoded) : undefined;
        if (this.#chunks.end || this.#queue.length > 0) return this.#settle();
      }
    } catch (error) {
      return this.#stop(error);
    }
    this.#reader.read().then(this.#onRead, this.#onFault);
  }

  #onRead = ({ done, value }) => {
    if (this.#closed) return;
    if (!done) {
      this.#rest = bytesOf(value);
      this.#bytesSeen += this.#rest?.length ?? 0;
      return this.#advance();
    }
    if (this.#bytesSeen === 0) return this.#stop(this.#wrong("with an empty body"));
    try {
      this.#chunks.finish(this.#queue, value);
    } catch (error) {
      return this.#stop(error);
    }
    this.#settle();
  };

  #onFault = (cause) => {
    this.#stop(
      cause instanceof OpenAIError
        ? cause
        : new APIConnectionError({
            message: "The connection was lost while the stream was read.",
            cause,
          }),
    );
  };

  /** Hands the first item out, and closes as soon as the end is known. */
  #settle() {
    const { end } = this.#chunks;
    if (end) {
      this.#close(end.error);
      this.#error = end.error;
    }
    if (this.#taken < this.#queue.length) this.#finishWaiting(this.#shift());
    else this.#finishWaiting();
  }

  #finishWaiting(item) {
    if (!this.#waiting) return;
    const [resolve, reject] = [this.#resolve, this.#reject];
    this.#waiting = undefined;
    if (item) resolve(item);
    else this.#last().then(resolve, reject);
  }

  #shift() {
    const value = this.#queue[this.#taken];
    this.#taken += 1;
    if (this.#taken === this.#queue.length) this.#taken = this.#queue.length = 0;
    return { value, done: false };
  }

  /** The error, once; from then on the iterator is done. */
  #last() {
    const error = this.#error;
    this.#error = undefined;
    this.#forget();
    return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
  }

  #abort() {
    const { reason } = this.#options.controller.signal;
    this.#stop(new APIUserAbortError({ cause: reason }));
  }

  /** Ends before the stream's own end: what is queued is dropped. */
  #stop(error) {
    if (this.#closed && this.#taken >= this.#queue.length) return;
    this.#queue = [];
    this.#taken = 0;
    this.#error = error && this.#chunks?.describe(error);
    this.#close(error ?? true);
    this.#finishWaiting();
  }

  /** Closes the connection and gives back the body's lock and the decoder's memory. */
  #close(early) {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest = undefined;
    clearTimeout(this.#timer);
    const reader = this.#reader;
    // After [DONE] a server may keep the socket open, and its complaints are of no interest.
    reader?.cancel(early).catch(ignore);
    if (early) {
      this.#forget();
      this.#options.controller.abort();
    }
    try {
      reader?.releaseLock();
    } catch {
      // Old engines refuse while a read is pending; the cancelled body is let go all the same.
    }
    this.#chunks?.free();
  }

  #listen(signal, listener) {
    signal.addEventListener("abort", listener, { once: true });
    this.#unlisten.push(() => signal.removeEventListener("abort", listener));
  }

  #forget() {
    for (const unlisten of this.#unlisten) unlisten();
    this.#unlisten.length = 0;
  }

  /** One timer a stream, armed anew only when it fires: events come too often for one each. */
  #watchIdle() {
    if (!(this.#options.idleTimeout > 0)) return;
    this.#idleSince = clock.now();
    this.#timer ??= setTimeout(this.#onTimer, this.#options.idleTimeout);
  }

  #onTimer = () => {
    this.#timer = undefined;
    if (!this.#waiting) return; // It is the consumer who takes time.
    const { idleTimeout } = this.#options;
    // Whatever a clock does, the wait is at least one tick and at most one limit.
    const left = idleTimeout - (clock.now() - this.#idleSince);
    if (left >= 1) {
      this.#timer = setTimeout(this.#onTimer, Math.min(left, idleTimeout));
      return;
    }
    this.#stop(new StreamIdleTimeoutError(`no event came within ${idleTimeout} ms`));
  };

  /** A body that is not called an event stream: events all the same, one whole answer, or an error. */
  async #judge() {
    try {
      const read = async () => {
        for (;;) {
          const { done, value } = await this.#reader.read();
          const bytes = done ? undefined : bytesOf(value);
          if (done || bytes) return bytes;
        }
      };
      const { rest, answer, chunks } = await readOdd(read, this.#type, this.#options);
      if (this.#closed) return;
      if (rest) {
        this.#type = undefined;
        this.#rest = rest;
        this.#bytesSeen = rest.length;
        return this.#advance();
      }
      this.#chunks.takeWhole(answer, chunks, this.#queue);
      this.#settle();
    } catch (error) {
      if (!this.#closed) this.#onFault(error);
    }
  }

  #wrong(what) {
    const { status, headers } = this.#options.response;
    return new ResponseError(`${status} ${what} where an event stream was expected`, {
      status,
      headers,
    });
  }
}

/** The body's reader; a body that is only an async iterable (node-fetch) gets one. */
function readerOf(body) {
  if (typeof body.getReader === "function") return body.getReader();
  const iterator = body[Symbol.asyncIterator]();
  return {
    read: async () => iterator.next(),
    cancel: async () => void (await iterator.return?.()),
    releaseLock: ignore,
  };
}

const encoder = new TextEncoder();

/** Bytes, whatever the runtime delivers. */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return value.length > 0 ? value : undefined;
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return encoder.encode(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value);
}
