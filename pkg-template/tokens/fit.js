// Leaving out the oldest turns of a conversation until it fits: src/tokens/fit.rs.

import { ContextWindowError, InvalidOptionError, UnknownModelError } from "./errors.js";
import { find } from "./find.js";
import { Tally, messagesOf } from "./tally.js";

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/**
 * @param {(text: string) => number} count
 * @param {{ contextWindow?, maxOutputTokens?, keep?, cutNewest? }} options
 */
export function fit(count, rules, own, params, options = {}) {
  const all = messagesOf(params);
  const { keep = 1, cutNewest = false } = options;
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new InvalidOptionError("keep", "must be a whole number of turns, at least 1");
  }
  const { window, maxOutputTokens } = limits(own, params, options);
  const room = Math.max(0, window - maxOutputTokens);

  const frame = new Tally(count, rules);
  frame.frame(params);
  const turns = turnsOf(all);
  const sizes = [];
  let system = frame.tokens;
  const estimated = [];
  all.forEach((message, at) => {
    const tally = new Tally(count, rules);
    tally.message(message, at);
    const turn = turns[at];
    if (turn === undefined) system += tally.tokens;
    else sizes[turn] = (sizes[turn] ?? 0) + tally.tokens;
    if (!tally.exact) estimated.push(at);
  });
  if (system > window) throw new ContextWindowError(system, window);
  let tokens = sizes.reduce((sum, size) => sum + size, system);
  let first = 0;
  while (tokens > room && first + keep < sizes.length) tokens -= sizes[first++];

  const stays = (at) => turns[at] === undefined || turns[at] >= first;
  const kept = all.filter((_, at) => stays(at));
  const leftOut = all.filter((_, at) => !stays(at));
  const cut = tokens > room;
  if (cut) {
    const tooLarge = new ContextWindowError(tokens, window, maxOutputTokens);
    const text = cutNewest ? textOf(kept.at(-1)) : undefined;
    if (text === undefined) throw tooLarge;
    const others = tokens - count(text);
    if (room - others <= 0) throw tooLarge;
    const shorter = shorten(count, text, room - others);
    kept[kept.length - 1] = withText(kept.at(-1), shorter);
    tokens = others + count(shorter);
  }
  return {
    params: { ...params, messages: kept },
    leftOut,
    cut,
    tokens,
    tokensLeft: window - tokens,
    exact: frame.exact && !estimated.some(stays),
  };
}

function limits(own, params, { contextWindow, maxOutputTokens }) {
  const found = typeof params.model === "string" ? find(params.model, own) : undefined;
  for (const [name, value] of Object.entries({ contextWindow, maxOutputTokens })) {
    if (value !== undefined && !isCount(value))
      throw new InvalidOptionError(name, "must be a whole number of tokens");
  }
  if (contextWindow === undefined && !found) throw new UnknownModelError(params.model ?? "");
  const window = contextWindow ?? found.model.contextWindow;
  if (window === 0) {
    throw new InvalidOptionError(
      "contextWindow",
      "must be at least 1 token; set it if the window of the model is not known",
    );
  }
  const asked = maxOutputTokens ?? [params.max_completion_tokens, params.max_tokens].find(isCount);
  const quarter = Math.floor(window / 4);
  return {
    window,
    maxOutputTokens: asked ?? Math.min(found?.model.maxOutputTokens || quarter, quarter),
  };
}

/** For each message the turn that it is of; undefined for those that always stay. */
function turnsOf(messages) {
  let turn = 0;
  let begun = false;
  // Calls that no tool has answered yet: their results are of the same turn, whatever stands between.
  const open = new Set();
  return messages.map((message) => {
    const role = message?.role;
    if (role === "system" || role === "developer") return undefined;
    if (role === "user" && begun && open.size === 0) turn++;
    begun = true;
    for (const call of Array.isArray(message?.tool_calls) ? message.tool_calls : []) {
      if (typeof call?.id === "string") open.add(call.id);
    }
    open.delete(message?.tool_call_id);
    return turn;
  });
}

/** The text of a message, if it has one: its content, or the last part of it. */
function textOf(message) {
  const content = message?.content;
  const text = Array.isArray(content) ? content.at(-1)?.text : content;
  return typeof text === "string" ? text : undefined;
}

function withText(message, text) {
  const { content } = message;
  if (!Array.isArray(content)) return { ...message, content: text };
  return { ...message, content: [...content.slice(0, -1), { ...content.at(-1), text }] };
}

/** The longest prefix of the text that fits in the budget, in tokens. */
function shorten(count, text, budget) {
  // Never between the halves of a surrogate pair.
  const start = (end) =>
    text.slice(
      0,
      end -
        (/[\ud800-\udbff]/.test(text[end - 1] ?? "") && /[\udc00-\udfff]/.test(text[end] ?? "")
          ? 1
          : 0),
    );
  const fits = (end) => count(start(end)) <= budget;
  let good = 0;
  let bad = text.length + 1;
  // Twice as many characters each time, so that a long text is not counted whole again and again.
  for (let step = Math.max(1, budget); good + step < bad; step *= 2) {
    if (!fits(good + step)) bad = good + step;
    else good += step;
  }
  while (good + 1 < bad) {
    const middle = good + Math.floor((bad - good) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return start(good);
}
