// client.chat.completions.stream(): events while the answer comes, the whole answer at its end.

import { Emitter } from "./emitter.js";
import { Stream } from "./stream.js";

/** How many chunks an iterator may lag before reading waits for it, unless the end is awaited. */
const MAX_LAG = 256;

/**
 * The class of an entry.
 * @param load gives a promise of the module lib/chat-events.js, which pages without such streams do not load
 */
export const chatStreams = (load) =>
  class ChatCompletionStream extends Emitter {
    #events;
    #usage;
    #completion;
    /** What the iterators have not taken yet. */
    #queues = new Set();
    #resume;

    constructor() {
      super();
      this.controller.signal.addEventListener("abort", () => this.#resume?.());
    }

    static create(completions, params, options) {
      const stream = new ChatCompletionStream();
      const format = params?.response_format?.type;
      const structured = format === "json_schema" || format === "json_object";
      const { signal } = options ?? {};
      const abort = () => stream.abort();
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort, { once: true });
      stream.run(async () => {
        try {
          await stream.#load(structured);
          const own = { ...options, signal: stream.controller.signal };
          await stream.#consume(await completions.create({ ...params, stream: true }, own));
        } finally {
          signal?.removeEventListener("abort", abort);
        }
      });
      return stream;
    }

    /** Reads what `toReadableStream` wrote. */
    static fromReadableStream(readable) {
      const stream = new ChatCompletionStream();
      const chunks = Stream.fromReadableStream(readable, stream.controller);
      stream.run(async () => {
        await stream.#load(false);
        await stream.#consume(chunks);
      });
      return stream;
    }

    /** The answer so far. */
    get currentChatCompletionSnapshot() {
      return this.#events?.snapshot;
    }

    async finalChatCompletion() {
      await this.done();
      return this.#completion;
    }

    async finalMessage() {
      return (await this.finalChatCompletion()).choices[0]?.message;
    }

    async finalContent() {
      return (await this.finalMessage())?.content ?? null;
    }

    async totalUsage() {
      const completion = await this.finalChatCompletion();
      return this.#usage(completion);
    }

    /** The chunks. Leaving the loop aborts the request; reading waits for a slow loop. */
    [Symbol.asyncIterator]() {
      // Taken from the end of `ready`, in turned order: an array's `shift` moves all the rest.
      const queue = Object.assign([], { ready: [] });
      let waiting;
      let failure;
      this.#queues.add(queue);
      const wake = () => {
        waiting?.();
        waiting = undefined;
      };
      const fail = (error) => {
        failure = error;
      };
      this.on("chunk", (chunk) => {
        if (this.#queues.has(queue)) queue.push(chunk);
        wake();
      });
      this.on("error", fail);
      this.on("abort", fail);
      this.on("end", wake);
      const next = async () => {
        for (;;) {
          if (queue.ready.length === 0) queue.ready = queue.splice(0).reverse();
          if (queue.ready.length > 0) {
            const value = queue.ready.pop();
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
        queue.length = queue.ready.length = 0;
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

    /** What reads the chunks: before the request, which costs money, is sent. */
    async #load(structured) {
      const { ChatEvents, usageOf } = await load();
      this.#usage = usageOf;
      this.#events = new ChatEvents((...event) => this.emit(...event));
      this.#events.structured = structured;
    }

    async #consume(stream) {
      this.emit("connect");
      for await (const chunk of stream) {
        this.#events.push(chunk);
        while (this.#mustWait()) await new Promise((resolve) => (this.#resume = resolve));
      }
      this.#completion = this.#events.finish();
      this.#events.reportEnd(this.#completion);
    }

    /** A caller that awaits the end does not read an iterator meanwhile, so the queues may grow. */
    expectEnd() {
      super.expectEnd();
      this.#resume?.();
    }

    #mustWait() {
      if (this.awaited || this.controller.signal.aborted) return false;
      return [...this.#queues].some(({ length, ready }) => length + ready.length >= MAX_LAG);
    }
  };
