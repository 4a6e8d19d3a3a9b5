// client.chat.completions.stream(): events while the answer comes, the whole answer at its end.

import { Accumulator, listOf, textOf } from "./accumulate.js";
import { Emitter } from "./emitter.js";
import { OpenAIError } from "./errors.js";
import { parsePartialJson } from "./partial-json.js";
import { isObject } from "./pieces.js";
import { Stream } from "./stream.js";

/** How many chunks an iterator may lag before reading waits for it, unless the end is awaited. */
const MAX_LAG = 256;

export class ChatCompletionStream extends Emitter {
  #accumulator = new Accumulator();
  #completion;
  #structured = false;
  #done = new Set();
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
    stream.#structured = format === "json_schema" || format === "json_object";
    const { signal } = options ?? {};
    const abort = () => stream.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    stream.run(async () => {
      try {
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
    stream.run(() => stream.#consume(Stream.fromReadableStream(readable, stream.controller)));
    return stream;
  }

  /** The answer so far. */
  get currentChatCompletionSnapshot() {
    return this.#accumulator.started ? this.#accumulator.snapshot : undefined;
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
    return usageOf(await this.finalChatCompletion());
  }

  /** The chunks. Leaving the loop aborts the request; reading waits for a slow loop. */
  [Symbol.asyncIterator]() {
    const queue = new Queue();
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
        if (queue.length > 0) {
          const value = queue.shift();
          if (queue.length < MAX_LAG) this.#resume?.();
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
      queue.clear();
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

  async #consume(stream) {
    this.emit("connect");
    for await (const chunk of stream) {
      const changed = this.#accumulator.push(chunk);
      this.emit("chunk", chunk, this.#accumulator.snapshot);
      for (const change of changed) this.#report(change);
      while (this.#mustWait()) await new Promise((resolve) => (this.#resume = resolve));
    }
    if (!this.#accumulator.started) throw new OpenAIError("request ended without sending any chunks");
    this.#completion = this.#accumulator.finish();
    const { choices } = this.#completion;
    for (const choice of choices) this.#reportDone(choice);
    this.emit("chatCompletion", this.#completion);
    for (const { message } of choices.slice(0, 1)) this.emit("message", message);
    const message = choices[0]?.message;
    if (message) this.emit("finalMessage", message);
    if (message?.content) this.emit("finalContent", message.content);
    this.emit("finalChatCompletion", this.#completion);
    if (this.#completion.usage) this.emit("totalUsage", usageOf(this.#completion));
  }

  /** Whoever awaits the end does not drain an iterator meanwhile: then the queues grow. */
  expectEnd() {
    super.expectEnd();
    this.#resume?.();
  }

  #mustWait() {
    if (this.awaited || this.controller.signal.aborted) return false;
    return [...this.#queues].some((queue) => queue.length >= MAX_LAG);
  }

  #report({ choice, delta, logprobs: added, calls }) {
    const { message, logprobs } = choice;
    const text = textOf(delta.content);
    if (text) {
      this.emit("content", text, message.content);
      this.emit("content.delta", this.#withParsed({ delta: text, snapshot: message.content }, message.content));
    }
    const refusal = textOf(delta.refusal);
    if (refusal) this.emit("refusal.delta", { delta: refusal, snapshot: message.refusal });
    for (const what of ["content", "refusal"]) {
      const entries = listOf(added[what]);
      if (entries.length > 0) this.emit(`logprobs.${what}.delta`, { [what]: entries, snapshot: logprobs[what] });
    }
    for (const { part, call, at } of calls) {
      const more = part.function?.arguments;
      if (!more) continue;
      const { name, arguments: text } = call.function;
      const event = { name, index: at, arguments: text, arguments_delta: typeof more === "string" ? more : text };
      this.emit("tool_calls.function.arguments.delta", partial(event, "parsed_arguments", text));
    }
    if (choice.finish_reason) this.#reportDone(choice);
  }

  #reportDone(choice) {
    if (this.#done.has(choice.index)) return;
    this.#done.add(choice.index);
    const { message, logprobs } = choice;
    if (message.content) {
      this.emit("content.done", this.#withParsed({ content: message.content }, message.content));
    }
    if (message.refusal) this.emit("refusal.done", { refusal: message.refusal });
    for (const what of ["content", "refusal"]) {
      if (listOf(logprobs?.[what]).length > 0) this.emit(`logprobs.${what}.done`, { [what]: logprobs[what] });
    }
    for (const [index, { function: called }] of (message.tool_calls ?? []).entries()) {
      if (!called) continue;
      const event = { name: called.name, index, arguments: called.arguments };
      this.emit("tool_calls.function.arguments.done", partial(event, "parsed_arguments", called.arguments));
    }
  }

  #withParsed(event, text) {
    return this.#structured ? partial(event, "parsed", text) : { ...event, parsed: null };
  }
}

/** Parsing the whole text for each piece of it would be quadratic, so it is done when asked for. */
function partial(event, name, text) {
  let parsed;
  return Object.defineProperty(event, name, {
    enumerable: true,
    get: () => (parsed === undefined ? (parsed = parsePartialJson(text) ?? null) : parsed),
  });
}

/** What waits to be taken. An array's own `shift` moves all the rest. */
class Queue {
  #items = [];
  #taken = 0;

  get length() {
    return this.#items.length - this.#taken;
  }

  push(item) {
    this.#items.push(item);
  }

  shift() {
    const item = this.#items[this.#taken];
    this.#items[this.#taken++] = undefined;
    if (this.#taken > 1000 && this.#taken > this.length) this.#items.splice(0, this.#taken), (this.#taken = 0);
    return item;
  }

  clear() {
    this.#items = [];
    this.#taken = 0;
  }
}

function usageOf({ usage }) {
  const { completion_tokens = 0, prompt_tokens = 0, total_tokens = 0, ...rest } = usage ?? {};
  return { completion_tokens, prompt_tokens, total_tokens, ...rest };
}
