// A run of one answer or of several: what was said, and the values of its end.

import { parsedCompletion, parserOf } from "./parse.js";

export class ChatRun {
  /** The answers so far. */
  completions = [];
  messages;
  #stream;
  #events;
  #parser;

  constructor(stream, params) {
    this.#stream = stream;
    this.messages = Array.isArray(params?.messages) ? [...params.messages] : [];
    this.#parser = parserOf(params);
  }

  /** The answer that comes, once a chunk came. */
  get snapshot() {
    return this.#events?.snapshot;
  }

  /**
   * Reads one answer's chunks. Gives the whole.
   *
   * @param ChatEvents what tells them: lib/chat-events.js, which a run without streams does not load
   */
  async read(chunks, ChatEvents) {
    const stream = this.#stream;
    stream.id = chunks.id ?? null;
    stream.emit("connect");
    const events = new ChatEvents((...event) => stream.emit(...event), this.#parser);
    this.#events = events;
    for await (const chunk of chunks) {
      events.push(chunk);
      await stream.give(chunk);
    }
    const completion = events.finish();
    events.reportEnd(completion);
    return this.add(completion);
  }

  /** Takes a whole answer. */
  add(completion) {
    const whole = this.#parser.asked ? parsedCompletion(completion, this.#parser) : completion;
    this.completions.push(whole);
    this.#stream.emit("chatCompletion", whole);
    const message = whole.choices[0]?.message;
    if (message) this.addMessage(message);
    return whole;
  }

  addMessage(message) {
    this.messages.push(message);
    this.#stream.emit("message", message);
    if (message.role === "tool") this.#stream.emit("functionToolCallResult", message.content);
    for (const call of message.tool_calls ?? [])
      if (call.type === "function") this.#stream.emit("functionToolCall", call.function);
  }

  /** Tells the listeners what the whole run came to. */
  reportEnd() {
    const { choices } = this.completions.at(-1);
    const message = choices[0]?.message && this.finalMessage();
    const told = {
      finalMessage: message,
      finalContent: message?.content || undefined,
      finalChatCompletion: this.finalChatCompletion(),
      finalFunctionToolCall: this.finalFunctionToolCall(),
      finalFunctionToolCallResult: this.finalFunctionToolCallResult(),
      totalUsage: this.completions.some(({ usage }) => usage) ? this.totalUsage() : undefined,
    };
    for (const [name, value] of Object.entries(told))
      if (value !== undefined) this.#stream.emit(name, value);
  }

  finalChatCompletion() {
    return this.completions.at(-1);
  }

  finalMessage() {
    return this.messages.findLast(isAssistant);
  }

  finalContent() {
    return this.finalMessage()?.content ?? null;
  }

  finalFunctionToolCall() {
    const message = this.messages.findLast(
      (each) => isAssistant(each) && each.tool_calls?.some(isFunction),
    );
    return message?.tool_calls.findLast(isFunction).function;
  }

  finalFunctionToolCallResult() {
    return this.messages.findLast(
      ({ role, content }) => role === "tool" && typeof content === "string",
    )?.content;
  }

  totalUsage() {
    const total = usageOf({});
    for (const { usage } of this.completions) addCounts(total, usage ?? {});
    return total;
  }
}

const isAssistant = (message) => message?.role === "assistant";
const isFunction = (call) => call?.type === "function";

/** Adds the numbers of a usage, and of the details in it. */
function addCounts(total, usage) {
  for (const [name, value] of Object.entries(usage)) {
    const known = Object.hasOwn(total, name) ? total[name] : undefined;
    let sum = value;
    if (typeof value === "number") sum = (typeof known === "number" ? known : 0) + value;
    else if (value && typeof value === "object" && !Array.isArray(value))
      sum = addCounts(known && typeof known === "object" ? known : {}, value);
    if (value !== null)
      Object.defineProperty(total, name, {
        value: sum,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return total;
}

function usageOf({ usage }) {
  const { completion_tokens = 0, prompt_tokens = 0, total_tokens = 0, ...rest } = usage ?? {};
  return { completion_tokens, prompt_tokens, total_tokens, ...rest };
}
