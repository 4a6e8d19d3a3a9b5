// The tokenizer of a model, loaded when the first question is written: no page that asks nothing pays for it.

import { STAND_IN_PRICES } from "../prices.js";

/** For a model that the table does not know: a count to go by. */
const OTHERS = "o200k_base";
/** The proxy's cap on an answer. */
const MAX_OUTPUT_TOKENS = 2048;

const models = Object.fromEntries(
  Object.entries(STAND_IN_PRICES).map(([model, prices]) => [
    model,
    { encoding: OTHERS, maxOutputTokens: MAX_OUTPUT_TOKENS, prices },
  ]),
);

const tokenizers = new Map();

/** `{ tokenizer, known, priced }`; `known` says whether the model's encoding and window are known. */
export function tokenizerOf(model) {
  if (!tokenizers.has(model)) {
    const loading = load(model);
    tokenizers.set(model, loading);
    // A connection that was lost is tried again with the next key.
    loading.catch(() => tokenizers.delete(model));
  }
  return tokenizers.get(model);
}

async function load(model) {
  const { tokenizer, UnknownModelError } = await import("openai-wasm/tokens");
  try {
    const found = await tokenizer(model, { models });
    return { tokenizer: found, known: !Object.hasOwn(models, model), priced: true };
  } catch (error) {
    if (!(error instanceof UnknownModelError)) throw error;
    return { tokenizer: await tokenizer(OTHERS), known: false, priced: false };
  }
}
