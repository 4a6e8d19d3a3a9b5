// What the chunks of a chat answer tell listeners: an event for each piece, then the whole answer.

import { Accumulator, listOf, textOf } from "./accumulate.js";
import { OpenAIError } from "./errors.js";
import { parserOf } from "./parse.js";
import { parsePartialJson } from "./partial-json.js";

export class ChatEvents {
  #accumulator = new Accumulator();
  #done = new Set();
  #emit;
  #parser;

  /**
   * @param emit takes an event's name and what its listeners get
   * @param parser what the call's parameters say of the answer: lib/parse.js `parserOf`
   */
  constructor(emit, parser = parserOf()) {
    this.#emit = emit;
    this.#parser = parser;
  }

  /** The answer so far, once a chunk came. */
  get snapshot() {
    return this.#accumulator.started ? this.#accumulator.snapshot : undefined;
  }

  push(chunk) {
    const changed = this.#accumulator.push(chunk);
    this.#emit("chunk", chunk, this.#accumulator.snapshot);
    for (const change of changed) this.#report(change);
  }

  /** The whole answer, after the last chunk. */
  finish() {
    if (!this.#accumulator.started)
      throw new OpenAIError("request ended without sending any chunks");
    return this.#accumulator.finish();
  }

  /** What no chunk has ended is over with the last of them. */
  reportEnd({ choices }) {
    for (const choice of choices) this.#reportDone(choice);
  }

  #report({ choice, delta, logprobs: added, calls }) {
    const { message, logprobs } = choice;
    const text = textOf(delta.content);
    if (text) {
      this.#emit("content", text, message.content);
      this.#emit(
        "content.delta",
        this.#withParsed({ delta: text, snapshot: message.content }, message.content),
      );
    }
    const refusal = textOf(delta.refusal);
    if (refusal) this.#emit("refusal.delta", { delta: refusal, snapshot: message.refusal });
    for (const what of ["content", "refusal"]) {
      const entries = listOf(added[what]);
      if (entries.length > 0)
        this.#emit(`logprobs.${what}.delta`, { [what]: entries, snapshot: logprobs[what] });
    }
    for (const { part, call, at } of calls) {
      const more = part.function?.arguments;
      if (!more) continue;
      const whole = call.function.arguments;
      this.#reportCall("delta", at, call.function, {
        arguments_delta: typeof more === "string" ? more : whole,
      });
    }
    if (choice.finish_reason) this.#reportDone(choice);
  }

  #reportDone(choice) {
    if (this.#done.has(choice.index)) return;
    this.#done.add(choice.index);
    if (this.#parser.asked) this.#parser.check(choice, this.snapshot);
    const { message, logprobs } = choice;
    const { content, refusal } = message;
    if (content) {
      const parsed = refusal ? null : this.#parser.content(content);
      this.#emit(
        "content.done",
        parsed === null && !refusal ? this.#withParsed({ content }, content) : { content, parsed },
      );
    }
    if (refusal) this.#emit("refusal.done", { refusal });
    for (const what of ["content", "refusal"]) {
      if (listOf(logprobs?.[what]).length > 0)
        this.#emit(`logprobs.${what}.done`, { [what]: logprobs[what] });
    }
    for (const [index, { function: called }] of (message.tool_calls ?? []).entries()) {
      if (!called) continue;
      const { name, arguments: text } = called;
      const parsed = this.#parser.call(name, text);
      if (parsed === null) this.#reportCall("done", index, called);
      else
        this.#emit("tool_calls.function.arguments.done", {
          name,
          index,
          arguments: text,
          parsed_arguments: parsed,
        });
    }
  }

  #reportCall(what, index, { name, arguments: text }, more) {
    const event = partial({ name, index, arguments: text, ...more }, "parsed_arguments", text);
    this.#emit(`tool_calls.function.arguments.${what}`, event);
  }

  #withParsed(event, text) {
    return this.#parser.structured ? partial(event, "parsed", text) : { ...event, parsed: null };
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
