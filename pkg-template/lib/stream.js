// What a streamed call gives: an async iterable of chunks, and other ways to take them.

import { textOf } from "./chunk-reader.js";
import { APIUserAbortError, OpenAIError } from "./errors.js";
import { isObject } from "./json.js";
import { StreamReader } from "./stream-reader.js";

/** The reason of an abort that leaves a stream to go on at the proxy. */
export const DETACHED = "detached";

export class Stream {
  /** By which the stream can be resumed; null if it cannot. */
  id = null;
  /** The number of the last event that was read, of a stream that can be resumed. */
  lastEventId = null;
  #iterate;
  #iterateText;
  #consumed = false;

  /**
   * @param source what a call got, or (for `tee` and the like) a function that gives an iterator of chunks
   * @param controller aborts the request; only with a function
   */
  constructor(source, controller) {
    if (typeof source === "function") {
      this.controller = controller ?? new AbortController();
      this.#iterate = source;
      this.#iterateText = () => texts(source());
    } else {
      this.controller = source.controller;
      this.#iterate = () => new StreamReader(source, false);
      this.#iterateText = () => new StreamReader(source, true);
    }
  }

  /** The chunks, as the server sent them. A stream can be consumed once. */
  [Symbol.asyncIterator]() {
    return this.#consume(this.#iterate);
  }

  /** The text of choice 0: one string for each network read that brought any. */
  get textStream() {
    return { [Symbol.asyncIterator]: () => this.#consume(this.#iterateText) };
  }

  /** Closes the connection. A stream that can be resumed goes on at the proxy for a while. */
  detach() {
    this.controller.abort(DETACHED);
  }

  /** Two streams of the same chunks. What one has read ahead of the other is kept in memory. */
  tee() {
    const iterator = this[Symbol.asyncIterator]();
    const open = new Set([[], []]);
    const [left, right] = [...open].map((waiting) => {
      let taken = 0;
      const next = () => {
        if (taken === waiting.length) {
          const item = iterator.next();
          item.catch(() => {}); // The other branch may never look.
          for (const queue of open) queue.push(item);
        }
        const item = waiting[taken];
        waiting[taken] = undefined;
        taken += 1;
        if (taken === waiting.length) taken = waiting.length = 0;
        return item;
      };
      const stop = async (value) => {
        open.delete(waiting);
        waiting.length = 0;
        if (open.size === 0) await iterator.return?.();
        return { value, done: true };
      };
      return new Stream(() => iteratorOf(next, stop), this.controller);
    });
    return [left, right];
  }

  /** The chunks as newline-delimited JSON, for a Response of your own; `fromReadableStream` reads it. */
  toReadableStream() {
    return bytesOf(this, (chunk) => `${JSON.stringify(chunk)}\n`);
  }

  /** The text of choice 0 in UTF-8, for a Response of your own. */
  toTextStream() {
    return bytesOf(this.textStream, (text) => text);
  }

  /** The opposite of `toReadableStream`. */
  static fromReadableStream(readable, controller) {
    const stream = new Stream(
      () => objects(linesOf(readable, stream.controller.signal)),
      controller,
    );
    return stream;
  }

  #consume(iterate) {
    if (this.#consumed) {
      throw new OpenAIError("A stream can be consumed once; use `.tee()` to read it twice.");
    }
    this.#consumed = true;
    return iterate();
  }
}

const iteratorOf = (next, stop) => ({
  next,
  return: stop,
  [Symbol.asyncIterator]() {
    return this;
  },
});

/** What an iterable gives, as the bytes of `write(item)`; read on demand. */
function bytesOf(iterable, write) {
  const iterator = iterable[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  // Half of a letter that two items share.
  let half = "";
  return new ReadableStream({
    pull: async (controller) => {
      for (let text = ""; text === ""; ) {
        const { value, done } = await iterator.next();
        if (done) return controller.close();
        text = half + write(value);
        half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
        text = text.slice(0, text.length - half.length);
        if (text !== "") controller.enqueue(encoder.encode(text));
      }
    },
    cancel: async () => void (await iterator.return?.()),
  });
}

async function* texts(chunks) {
  for await (const chunk of chunks) {
    const text = textOf(chunk);
    if (text) yield text;
  }
}

async function* objects(lines) {
  for await (const line of lines) {
    if (line.trim() === "") continue;
    let value;
    try {
      value = JSON.parse(line);
    } catch {
      // Not JSON, so no object.
    }
    if (!isObject(value)) throw new OpenAIError("a line of the stream is not a JSON object");
    yield value;
  }
}

/**
 * The lines of newline-delimited JSON, without their ends. Leaving early cancels the stream, and so does the signal, at once:
 * a pending read ends, without waiting for the source to confirm the cancel.
 */
async function* linesOf(readable, signal) {
  const reader = readable.getReader();
  const decoder = new TextDecoder();
  // The open line's pieces: joining them once keeps a long line linear.
  let pieces = [];
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      pieces.push(lines[0]);
      for (const line of lines.slice(1)) {
        yield pieces.join("");
        signal.throwIfAborted();
        pieces = [line];
      }
      if (done) break;
    }
    const last = pieces.join("");
    if (last) yield last;
  } catch (error) {
    throw signal.aborted ? new APIUserAbortError() : error;
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
    reader.releaseLock();
  }
}
