// Chunks of a chat answer in, the whole answer out: for every choice, from any server.

import { OpenAIError } from "./errors.js";

/** As many choices and calls as the official client takes: an index must not fill the memory. */
const MAX_INDEX = 127;

export class Accumulator {
  #choices = new Map();
  #completion = { id: "", object: "chat.completion", created: 0, model: "", choices: [] };

  /** Whether any chunk came. */
  started = false;

  /** Takes one chunk. Gives the choices that it changed: `{ choice, piece, calls }`. */
  push(chunk) {
    this.started = true;
    const changed = [];
    for (const [name, value] of Object.entries(chunk)) this.#takeField(name, value);
    for (const piece of Array.isArray(chunk.choices) ? chunk.choices : []) {
      if (piece) changed.push(this.#takeChoice(piece));
    }
    return changed;
  }

  /** The answer so far. It changes with the next chunk. */
  get snapshot() {
    return this.#completion;
  }

  /** The answer, once all chunks came. */
  finish() {
    for (const { message } of this.#completion.choices) {
      message.role ||= "assistant";
      for (const call of message.tool_calls ?? []) call.function.arguments ??= "";
    }
    return this.#completion;
  }

  #takeField(name, value) {
    if (name === "choices" || name === "object" || name === "obfuscation" || value === null) return;
    const answer = this.#completion;
    if (name === "id" || name === "model" || name === "created" || name === "system_fingerprint") {
      // Some servers send them empty at first, or change them on the way.
      if (value && !answer[name]) answer[name] = value;
    } else if (name !== "usage" || Object.keys(value).length > 0) {
      set(answer, name, value);
    }
  }

  #takeChoice(piece) {
    const choice = this.#choice(index(piece.index ?? 0, "choice"));
    const delta = piece.delta ?? {};
    if (piece.finish_reason) choice.finish_reason = piece.finish_reason;
    if (piece.logprobs) choice.logprobs = joinLogprobs(choice.logprobs, piece.logprobs);
    for (const [name, value] of Object.entries(piece)) {
      if (!["index", "delta", "finish_reason", "logprobs"].includes(name)) set(choice, name, value);
    }
    const calls = [];
    for (const [name, value] of Object.entries(delta)) {
      if (name === "tool_calls" && Array.isArray(value)) {
        for (const part of value) if (part) calls.push({ part, ...takeCall((choice.message.tool_calls ??= []), part) });
      } else {
        takeDelta(choice.message, name, value);
      }
    }
    return { choice, piece, calls };
  }

  #choice(at) {
    let choice = this.#choices.get(at);
    if (!choice) {
      const message = { role: "", content: null, refusal: null };
      choice = { index: at, message, logprobs: null, finish_reason: null };
      this.#choices.set(at, choice);
      this.#completion.choices = [...this.#choices.values()].sort((a, b) => a.index - b.index);
    }
    return choice;
  }
}

function takeDelta(message, name, value) {
  if (value === null || value === undefined) return;
  switch (name) {
    case "role":
      if (value) message.role = value;
      break;
    case "content":
      message.content = (message.content ?? "") + textOf(value);
      break;
    case "function_call":
      message.function_call ??= { name: "", arguments: "" };
      takeFunction(message.function_call, value);
      break;
    default:
      // Texts that servers stream beside the content: refusal, reasoning, reasoning_content.
      if (typeof value === "string" && /^(refusal|reasoning)/.test(name)) {
        message[name] = (message[name] ?? "") + value;
      } else {
        set(message, name, value);
      }
  }
}

/** Some gateways send an array of parts. */
export const textOf = (content) =>
  typeof content === "string" ? content : Array.isArray(content) ? content.map((part) => part?.text ?? "").join("") : "";

/**
 * Which call a piece belongs to, by its id, else by its index, else the last one; servers leave out
 * each of them. A new id under a known index is a new call.
 */
function takeCall(calls, piece) {
  let call = findCall(calls, piece);
  if (!call) {
    if (calls.length > MAX_INDEX) throw new OpenAIError("the answer has too many tool calls");
    call = { id: "", type: "function", function: { name: "", arguments: "" } };
    Object.defineProperty(call, "index", { value: piece.index, enumerable: false });
    calls.push(call);
  }
  if (piece.id) call.id = piece.id;
  if (piece.type) call.type = piece.type;
  if (piece.function) takeFunction(call.function, piece.function);
  for (const [name, value] of Object.entries(piece)) {
    if (!["id", "type", "function", "index"].includes(name) && value !== null) set(call, name, value);
  }
  return { call, at: calls.indexOf(call) };
}

function findCall(calls, { id, index: at, function: named }) {
  const last = calls.at(-1);
  const sameIndex = calls.findLast((call) => call.index === at);
  if (id) {
    const same = calls.find((call) => call.id === id);
    return same ?? (at !== undefined && at !== null && sameIndex?.id === "" ? sameIndex : undefined);
  }
  if (at !== undefined && at !== null) {
    index(at, "tool call");
    return sameIndex;
  }
  // Neither id nor index: a new name after whole arguments begins a new call.
  const begins = named?.name && last?.function.name && (named.name !== last.function.name || isJson(last.function.arguments));
  return begins ? undefined : last;
}

function takeFunction(call, { name, arguments: text }) {
  if (name) call.name = name;
  if (typeof text === "string") call.arguments += text;
  else if (text !== null && typeof text === "object") call.arguments = JSON.stringify(text);
}

function joinLogprobs(known, { content, refusal, ...rest }) {
  const join = (before, more) => (more ? [...(before ?? []), ...more] : (before ?? null));
  return { ...known, ...rest, content: join(known?.content, content), refusal: join(known?.refusal, refusal) };
}

/** A field of whatever name, as JSON.parse would set it. */
function set(object, name, value) {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function index(value, what) {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_INDEX) return value;
  throw new OpenAIError(`the answer has a ${what} with an index that is no number from 0 to ${MAX_INDEX}`);
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
