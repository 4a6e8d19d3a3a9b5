// Chunks of a chat answer in, the whole answer out: for every choice, from any server.

import { OpenAIError } from "./errors.js";
import { isObject } from "./json.js";
import { tryParse } from "./partial-json.js";
import { add, addAll, set } from "./pieces.js";

/** As many choices as the official client takes. */
const MAX_INDEX = 127;

/** Members of a message that are texts, or lists of parts. */
const TEXTS = ["content", "refusal"];

export class Accumulator {
  /** For each choice: the choice itself, and where its calls are by their ids (texts) and indexes (numbers). */
  #choices = new Map();
  #completion = { id: "", object: "chat.completion", created: 0, model: "", choices: [] };

  /** Whether any chunk came. */
  started = false;

  /** Takes one chunk. Gives the choices that it changed: `{ choice, delta, logprobs, calls }`. */
  push(chunk) {
    if (!isObject(chunk)) return [];
    this.started = true;
    for (const [name, value] of Object.entries(chunk)) this.#takeField(name, value);
    return listOf(chunk.choices)
      .filter(isObject)
      .map((piece) => this.#takeChoice(piece));
  }

  /** The answer so far. It changes with the next chunk. */
  get snapshot() {
    return this.#completion;
  }

  /** The answer, once all chunks came. */
  finish() {
    for (const { message } of this.#completion.choices) message.role ||= "assistant";
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
    if (piece.finish_reason && typeof piece.finish_reason === "string")
      choice.finish_reason = piece.finish_reason;
    for (const [name, value] of Object.entries(piece)) {
      if (
        !["index", "delta", "message", "finish_reason", "logprobs"].includes(name) &&
        value !== null
      )
        set(choice, name, value);
    }
    const logprobs = { ...(isObject(piece.logprobs) && piece.logprobs) };
    if (isObject(piece.logprobs)) {
      for (const what of ["content", "refusal"])
        if (!Array.isArray(logprobs[what])) logprobs[what] = null;
      choice.logprobs = addAll(choice.logprobs ?? {}, logprobs, 1);
    }
    let delta = isObject(piece.delta) ? piece.delta : {};
    if (
      isObject(piece.message) &&
      Object.values(delta).every((value) => value === null || value === "")
    ) {
      // A message that is whole stands for all that came of it before.
      delta = piece.message;
      for (const name of Object.keys(delta))
        if (delta[name] !== null) set(choice.message, name, null);
      for (const name of TEXTS) {
        if (othersOf(delta[name]).length > 0) delete choice.message[`${name}_parts`];
        if (thoughtOf(delta[name])) delete choice.message.reasoning_content;
      }
      if (delta.tool_calls) state.places.clear();
    }
    const calls = [];
    for (const [name, value] of Object.entries(delta)) {
      if (name !== "tool_calls") takeDelta(choice.message, name, value);
      else for (const part of listOf(value).filter(isObject)) calls.push(takeCall(state, part));
    }
    return { choice, delta, logprobs, calls };
  }

  #stateOf(index) {
    if (!Number.isInteger(index) || index < 0 || index > MAX_INDEX) {
      throw new OpenAIError(
        `The server sent a choices[].index that is not a whole number from 0 to ${MAX_INDEX}.`,
      );
    }
    let state = this.#choices.get(index);
    if (!state) {
      const message = { role: "", content: null, refusal: null };
      state = {
        choice: { index, message, logprobs: null, finish_reason: null },
        places: new Map(),
      };
      this.#choices.set(index, state);
      this.#completion.choices = [...this.#choices.values()]
        .map(({ choice }) => choice)
        .sort((a, b) => a.index - b.index);
    }
    return state;
  }
}

export const listOf = (value) => (Array.isArray(value) ? value : []);

/** A number where a text is due counts as its digits. */
const word = (value) =>
  typeof value === "number" ? String(value) : typeof value === "string" ? value : "";

/** Some gateways send an array of parts. */
export const textOf = (content) =>
  word(content) ||
  listOf(content)
    .map((part) => word(part?.text ?? part))
    .join("");

/** Mistral sends what the model thinks as parts of the content. */
const thoughtOf = (content) =>
  listOf(content)
    .map((part) => textOf(part?.thinking))
    .join("");

/** Parts that are neither text nor thought. */
const others = (list) =>
  listOf(list).filter((part) => isObject(part) && !isSaid(part.text) && !isSaid(part.thinking));
const isSaid = (value) => value !== undefined && typeof value !== "boolean" && !isObject(value);
const othersOf = (content) =>
  others(content).concat(...listOf(content).map((part) => others(part?.thinking)));

function takeDelta(message, name, value) {
  if (value === null) return;
  if (name === "role") {
    if (value && typeof value === "string") message.role = value;
  } else if (TEXTS.includes(name)) {
    message[name] = (message[name] ?? "") + textOf(value);
    const thought = thoughtOf(value);
    if (thought) add(message, "reasoning_content", thought);
    // Nothing that came is lost: `content` itself must stay a text.
    const parts = othersOf(value);
    if (parts.length > 0) add(message, `${name}_parts`, parts);
  } else if (name === "function_call") {
    if (isObject(value)) addFunction(message, name, value);
  } else {
    add(message, name, value);
  }
}

function takeCall({ choice: { message }, places }, piece) {
  const calls = (message.tool_calls ??= []);
  let at = placeOf(calls, places, piece);
  const { index, id, type, function: called, ...rest } = piece;
  if (at === undefined) {
    at = calls.push({ id: "", type: "function" }) - 1;
    if (typeof index === "number") places.set(index, at);
  }
  const call = calls[at];
  if (word(id)) places.set((call.id = word(id)), at);
  addAll(call, rest);
  // A call whose type is missing is of a function until a custom tool's input comes.
  call.type =
    word(type) || (isBlank(call.function) && isObject(rest.custom) ? "custom" : call.type);
  if (isObject(called) || call.type === "function")
    addFunction(call, "function", isObject(called) ? called : {});
  if (call.type !== "function" && isBlank(call.function)) delete call.function;
  if (call.type === "custom" && isObject(call.custom ?? {}))
    add(call, "custom", { name: "", input: "" });
  return { part: piece, call, at };
}

/**
 * Which call a piece belongs to, by its id, else by its index, else the last one; servers leave out
 * each of them. A new id under a known index is a new call.
 */
function placeOf(calls, places, { id, index, function: called, custom }) {
  const same = typeof index === "number" ? places.get(index) : undefined;
  if (word(id)) return places.get(word(id)) ?? (calls[same]?.id === "" ? same : undefined);
  if (same !== undefined) return same;
  const name = word(called?.name) || word(custom?.name);
  const last = calls.at(-1);
  // An unknown index with a name begins a call; so does, without an index, a name after whole arguments.
  const known = word(last?.function?.name) || word(last?.custom?.name);
  const begins =
    name &&
    (typeof index === "number" || (known && (name !== known || isWhole(last.function?.arguments))));
  return last && !begins ? calls.length - 1 : undefined;
}

const isBlank = (called) => Object.values(called ?? {}).every((value) => value === "");

/** Adds to a function's call. Arguments that come as an object are whole. */
function addFunction(holder, key, { name, arguments: text = "", ...rest }) {
  const whole = typeof text !== "string" && text !== null;
  if (whole && holder[key]) holder[key].arguments = "";
  add(holder, key, { name: word(name), arguments: whole ? jsonOf(text) : (text ?? ""), ...rest });
}

function jsonOf(value) {
  try {
    return JSON.stringify(value);
  } catch {
    throw new OpenAIError("The server sent arguments that are nested too deeply.");
  }
}

/** Whether arguments are a whole object or list. */
const isWhole = (text) => /[}\]]\s*$/.test(text) && tryParse(text) !== undefined;
