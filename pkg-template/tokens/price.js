// What an answer cost, and the most that one can cost: src/tokens/price.rs. Computed in picodollars, which
// pass 2^53 soon, so as BigInt; rounded up once to nanodollars.

import { InvalidOptionError, NoPriceError, UnknownModelError } from "./errors.js";
import { find, rate } from "./find.js";
import { LONG_CONTEXT_TOKENS, TIERS } from "./model-table.js";
import { Tally, messagesOf } from "./tally.js";

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** Falls back to the price of the broader meter (cached input to input). Sound never falls back to text. */
const KIND_OF = {
  cachedInput: "input",
  cacheWrite: "input",
  cacheWriteLong: "input",
  imageInput: "input",
  cachedAudioInput: "audioInput",
  cachedImageInput: "imageInput",
  imageOutput: "output",
};

/** The price of a `usage`. */
export function price(own, id, usage, serviceTier) {
  const found = findOrThrow(id, own);
  const bad = (field) =>
    new InvalidOptionError(
      `usage.${field}`,
      "must be a whole number, no larger than what it is a part of",
    );
  const number = (place, field) => {
    const value = place?.[field];
    if (value == null) return undefined;
    if (!isCount(value)) throw bad(field);
    return value;
  };
  const less = (whole, parts, field) => {
    const rest = parts.reduce((rest, part) => rest - part, whole);
    if (rest < 0) throw bad(field);
    return rest;
  };
  const input = number(usage, "input_tokens") ?? number(usage, "prompt_tokens");
  const output = number(usage, "output_tokens") ?? number(usage, "completion_tokens");
  if (input === undefined && output === undefined) throw bad("prompt_tokens");
  const read = usage.input_tokens_details ?? usage.prompt_tokens_details;
  const wrote = usage.output_tokens_details ?? usage.completion_tokens_details;
  const part = (place, field) => number(place, field) ?? 0;
  const cached = part(read, "cached_tokens");
  const cachedAudio = part(read?.cached_tokens_details, "audio_tokens");
  const cachedImage = part(read?.cached_tokens_details, "image_tokens");
  const audio = part(read, "audio_tokens");
  const image = part(read, "image_tokens");
  const written = part(read, "cache_write_tokens");
  const spoken = part(wrote, "audio_tokens");
  const drawn = part(wrote, "image_tokens");
  const cachedText = less(cached, [cachedAudio, cachedImage], "cached_tokens_details");
  const counts = {
    audioInput: less(audio, [cachedAudio], "audio_tokens"),
    imageInput: less(image, [cachedImage], "image_tokens"),
    input: less(input ?? 0, [audio, image, cachedText, written], "prompt_tokens_details"),
    output: less(output ?? 0, [spoken, drawn], "completion_tokens_details"),
    cachedInput: cachedText,
    cacheWrite: written,
    cachedAudioInput: cachedAudio,
    cachedImageInput: cachedImage,
    audioOutput: spoken,
    imageOutput: drawn,
  };
  const pico = till(found, id, serviceTier, input ?? 0);
  // In the order of the meters, so that the first without a price is the same in both languages.
  const order = [
    "input",
    "cachedInput",
    "cacheWrite",
    "audioInput",
    "cachedAudioInput",
    "imageInput",
  ];
  order.push("cachedImageInput", "output", "audioOutput", "imageOutput");
  const sum = order.reduce(
    (sum, meter) => (counts[meter] ? sum + BigInt(counts[meter]) * pico(meter) : sum),
    0n,
  );
  return money(sum);
}

/** The most that the answers to a request can cost. */
export function worstPrice(count, rules, own, params, serviceTier) {
  const found = findOrThrow(params?.model ?? "", own);
  const tally = new Tally(count, rules, true);
  const legacy = params.messages === undefined;
  let answers = 1;
  if (legacy && params.prompt !== undefined) {
    answers = prompts(tally, params.prompt, params.suffix);
  } else {
    tally.frame(params);
    messagesOf(params).forEach((message, at) => tally.message(message, at));
  }
  if (tally.unbounded !== undefined) throw unbounded(tally.unbounded);

  const { model } = found;
  const number = (name) => (isCount(params[name]) ? params[name] : undefined);
  const asked =
    number("max_completion_tokens") ?? number("max_tokens") ?? (legacy ? 16 : undefined);
  const most = model.maxOutputTokens || model.contextWindow;
  if (asked === undefined && most === 0) throw unbounded("max_completion_tokens");
  const each = Math.min(asked ?? most, most || Infinity);
  const output =
    BigInt(each) * BigInt(Math.max(number("n") ?? 1, number("best_of") ?? 1)) * BigInt(answers);

  const pico = till(found, model.id, serviceTier ?? params.service_tier ?? undefined, tally.tokens);
  const dearest = (...meters) => meters.map(pico).reduce((a, b) => (a > b ? a : b));
  const read = dearest(
    "input",
    "cacheWrite",
    ...(params.prompt_cache_retention == null ? [] : ["cacheWriteLong"]),
  );
  const seen = dearest("input", "cacheWrite", "imageInput");
  const speaks = Array.isArray(params.modalities) && params.modalities.includes("audio");
  const written = dearest("output", ...(speaks ? ["audioOutput"] : []));
  const sum =
    BigInt(tally.tokens - tally.images) * read +
    BigInt(tally.images) * (seen > read ? seen : read) +
    output * written;
  return {
    ...money(sum),
    tokens: tally.tokens,
    maxOutputTokens: Number(output),
    exact: tally.exact,
  };
}

/** Counts the prompts of a completion; how many there are. */
export function prompts(tally, prompt, suffix) {
  tally.exact = true;
  if (typeof suffix === "string") tally.text(suffix);
  const ids = (list) => Array.isArray(list) && list.every(isCount);
  if (typeof prompt === "string") {
    tally.text(prompt);
    return 1;
  }
  if (!Array.isArray(prompt) || prompt.length === 0) throw unbounded("prompt");
  if (ids(prompt)) {
    tally.tokens += prompt.length;
    return 1;
  }
  for (const one of prompt) {
    if (typeof one === "string") tally.text(one);
    else if (ids(one)) tally.tokens += one.length;
    else throw unbounded("prompt");
  }
  return prompt.length;
}

const unbounded = (by) =>
  new InvalidOptionError(
    by,
    "what it costs cannot be told before the answer; leave it out or set a limit",
  );

function findOrThrow(id, own) {
  const found = find(id, own);
  if (!found) throw new UnknownModelError(id);
  return found;
}

/** A function that gives the price of a unit for one request. */
function till({ model, priced }, id, serviceTier = TIERS[0], input) {
  const tier = { auto: TIERS[0], fast: "priority" }[serviceTier] ?? serviceTier;
  if (!TIERS.includes(tier)) {
    throw new InvalidOptionError("service_tier", `${JSON.stringify(tier)} has no known prices`);
  }
  const known = (meter) =>
    priced ? rate(model, meter, tier, input > LONG_CONTEXT_TOKENS) : undefined;
  return (meter) => {
    for (let kind = meter; kind; kind = KIND_OF[kind]) {
      const pico = known(kind) ?? (kind === "output" ? known("imageOutput") : undefined);
      if (pico !== undefined) return BigInt(pico);
      meter = kind;
    }
    throw new NoPriceError(id, meter, tier);
  };
}

function money(pico) {
  const nano = (pico + 999n) / 1000n;
  if (nano > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InvalidOptionError("usage", "the price is above 2^53 nanodollars");
  }
  return { nanoDollars: Number(nano), dollars: Number(nano) / 1e9 };
}
