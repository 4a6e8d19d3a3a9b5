// The tokenizer of a model, loaded when the first question is written: no page that asks nothing pays for it.

/** For a model that the table does not know: a count to go by. */
const OTHERS = "o200k_base";

const tokenizers = new Map();

/** `{ tokenizer, known }`; `known` says whether the model is one whose prices and window are known. */
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
    return { tokenizer: await tokenizer(model), known: true };
  } catch (error) {
    if (!(error instanceof UnknownModelError)) throw error;
    return { tokenizer: await tokenizer(OTHERS), known: false };
  }
}
