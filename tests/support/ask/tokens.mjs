// Counts, encodes and decodes offline. Where nothing can be loaded on demand, in service workers and classic
// scripts, the project has another file in its place.

import { tokenizer } from "openai-wasm/tokens";

const TEXT = "ChatGPT is great!";

export async function countTokens() {
  const t = await tokenizer("cl100k_base");
  return t.decode(t.encode(TEXT)) === TEXT ? `${t.count(TEXT)} tokens` : "another text";
}
