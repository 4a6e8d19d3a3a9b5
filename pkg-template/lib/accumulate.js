// Chunks of a chat answer in, the whole answer out: for every choice, from any server.

import { OpenAIError } from "./errors.js";
import { add, addAll, isObject, set } from "./pieces.js";

/** As many choices as the official client takes. */
const MAX_INDEX = 127;

export class Accumulator {
  /** For each choice: the choice itself, and where its calls are by id and by index. */
  #choices = new Map();
  #completion = { id: "", object: "chat.completion", created: 0, model: "", choices: [] };

  /** Whether any chunk came. */
  started = false;

  /** Takes one chunk. Gives the choices that it changed: `{ choice, delta, logprobs, calls }`. */
  push(chunk) {
    if (!isObject(chunk)) return [];
    this.started = true;
    for (const [name, value] of Object.entries(chunk)) this.#takeField(name, value);
    return listOf(chunk.choices).filter(isObject).map((piece) => this.#takeChoice(piece));
  }

  /** The answer so far. It changes with the next chunk. */
  get snapshot() {
    return this.#completion;
  }

  /** The answer, once all chunks came. */
  finish() {
    for (const { message } of this.#completion.choices) {
      message.role ||= "assistant";
      for (const call of message.tool_calls ?? []) {
        if (call.type === "custom") call.custom = withWords(call.custom, "name", "input");
      }
    }
    return this.#completion;
  }

  #takeField(name, value) {
    if (name === "choices" || name === "object" || name === "obfuscation" || value === null) return;
    const answer = this.#completion;
    if (name === "id" || name === "model" || name === "created" || name === "system_fingerprint") {
      // Some servers send them empty at first, or change them on the way.
      if (value && !answer[name]) answer[name] = value;
    } else if (name !== "usage" || (isObject(value) && Object.keys(value).length > 0)) {
      set(answer, name, value);
    }
  }

  #takeChoice(piece) {
    const state = this.#stateOf(piece.index ?? 0);
    const { choice } = state;
    if (piece.finish_reason && typeof piece.finish_reason === "string") choice.finish_reason = piece.finish_reason;
    for (const [name, value] of Object.entries(piece)) {
      if (!["index", "delta", "message", "finish_reason", "logprobs"].includes(name) && value !== null) set(choice, name, value);
    }
    const logprobs = isObject(piece.logprobs) ? piece.logprobs : {};
    if (isObject(piece.logprobs)) {
      choice.logprobs ??= {};
      for (const [name, value] of Object.entries(logprobs)) {
        const bad = (name === "content" || name === "refusal") && !Array.isArray(value);
        add(choice.logprobs, name, bad ? null : value, 1);
      }
    }
    let delta = isObject(piece.delta) ? piece.delta : {};
    if (isObject(piece.message) && !Object.values(delta).some((value) => value !== null && value !== "")) {
      // A message that is whole stands for all that came of it before.
      delta = piece.message;
      forget(state, delta);
    }
    const calls = [];
    for (const [name, value] of Object.entries(delta)) {
      if (name !== "tool_calls") takeDelta(choice.message, name, value);
      else for (const part of listOf(value)) if (isObject(part)) calls.push(takeCall(state, part));
    }
    return { choice, delta, logprobs, calls };
  }

  #stateOf(index) {
    if (!Number.isInteger(index) || index < 0 || index > MAX_INDEX) {
      throw new OpenAIError(`choices[].index must be a whole number from 0 to ${MAX_INDEX}: the server sent another`);
    }
    let state = this.#choices.get(index);
    if (!state) {
      const message = { role: "", content: null, refusal: null };
      state = { choice: { index, message, logprobs: null, finish_reason: null }, ids: new Map(), places: new Map() };
      this.#choices.set(index, state);
      this.#completion.choices = [...this.#choices.values()].map(({ choice }) => choice).sort((a, b) => a.index - b.index);
    }
    return state;
  }
}

export const listOf = (value) => (Array.isArray(value) ? value : []);

/** A number where a text is due counts as its digits. */
const word = (value) => (typeof value === "number" ? String(value) : typeof value === "string" ? value : "");

/** Some gateways send an array of parts. */
export const textOf = (content) => word(content) || listOf(content).map((part) => word(part?.text ?? part)).join("");

/** Mistral sends what the model thinks as parts of the content. */
const thoughtOf = (content) => listOf(content).map((part) => textOf(part?.thinking)).join("");

function forget({ choice, ids, places }, whole) {
  const blank = { role: "", content: null, refusal: null };
  for (const [name, value] of Object.entries(whole)) {
    if (value === null) continue;
    if (Object.hasOwn(blank, name)) choice.message[name] = blank[name];
    else delete choice.message[name];
    if (name === "tool_calls") for (const known of [ids, places]) known.clear();
  }
}

function takeDelta(message, name, value) {
  if (value === null) return;
  if (name === "role") {
    if (value && typeof value === "string") message.role = value;
  } else if (name === "content" || name === "refusal") {
    if (isObject(value) || typeof value === "boolean") return;
    message[name] = (message[name] ?? "") + textOf(value);
    const thought = thoughtOf(value);
    if (thought) add(message, "reasoning_content", thought);
  } else if (name === "function_call") {
    if (isObject(value)) takeFunction((message.function_call ??= withWords({}, "name", "arguments")), value);
  } else {
    add(message, name, value);
  }
}

function takeCall({ choice: { message }, ids, places }, piece) {
  const calls = (message.tool_calls ??= []);
  let at = placeOf(calls, ids, places, piece);
  const { index, id, type, function: called, ...rest } = piece;
  if (at === undefined) {
    at = calls.length;
    calls.push({ id: "", type: "function", function: withWords({}, "name", "arguments") });
    if (typeof index === "number") places.set(index, at);
  }
  const call = calls[at];
  if (word(id)) ids.set((call.id = word(id)), at);
  addAll(call, rest);
  // A call whose type is missing is of a function until a custom tool's input comes.
  if (word(type)) call.type = word(type);
  else if (isObject(rest.custom) && isBlank(call.function)) call.type = "custom";
  if (isObject(called) || call.type === "function") call.function ??= withWords({}, "name", "arguments");
  if (isObject(called)) takeFunction(call.function, called);
  if (call.type !== "function" && isBlank(call.function)) delete call.function;
  return { part: piece, call, at };
}

/**
 * Which call a piece belongs to, by its id, else by its index, else the last one; servers leave out
 * each of them. A new id under a known index is a new call.
 */
function placeOf(calls, ids, places, { id, index, function: called, custom }) {
  const same = typeof index === "number" ? places.get(index) : undefined;
  if (word(id)) return ids.get(word(id)) ?? (same !== undefined && !calls[same].id ? same : undefined);
  if (same !== undefined) return same;
  const name = word(called?.name) || word(custom?.name);
  const last = calls.at(-1);
  // An unknown index with a name begins a call; so does, without an index, a name after whole arguments.
  const known = word(last?.function?.name) || word(last?.custom?.name);
  const begins = name && (typeof index === "number" || (known && (name !== known || isWhole(last.function?.arguments))));
  return last && !begins ? calls.length - 1 : undefined;
}

function takeFunction(called, piece) {
  for (const [name, value] of Object.entries(piece)) {
    if (name === "name") called.name = word(value) || called.name;
    else if (name !== "arguments") add(called, name, value);
    else if (typeof value === "string") called.arguments += value;
    else if (value !== null) called.arguments = JSON.stringify(value);
  }
}

const isBlank = (called) => !called || Object.values(called).every((value) => value === "");

/** A function or a custom tool with what each of them has. */
const withWords = (object, ...names) =>
  object === undefined || isObject(object) ? { ...Object.fromEntries(names.map((name) => [name, ""])), ...object } : object;

/** Whether arguments are a whole object or list. */
function isWhole(text = "") {
  try {
    return /[}\]]\s*$/.test(text) && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}
