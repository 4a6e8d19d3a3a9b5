// `openai-wasm/tokens`: counting tokens offline.

export { InvalidOptionError, OpenAIError, WasmTrapError } from "../lib/errors.js";

/** OpenAI's encodings. */
export type Encoding = "r50k_base" | "p50k_base" | "cl100k_base" | "o200k_base" | "o200k_harmony";

/** Counts, encodes and decodes by one encoding. Special tokens in a text are ordinary text. */
export interface Tokenizer {
  readonly encoding: Encoding;
  /** How many tokens a text has. */
  count(text: string): number;
  /** The tokens of a text. What is no Unicode in it, half a surrogate pair, counts as U+FFFD. */
  encode(text: string): Uint32Array;
  /**
   * The text of tokens. Where they end inside a character, it has U+FFFD.
   * @throws InvalidOptionError a number is no token; `option` says where
   */
  decode(tokens: Iterable<number>): string;
  /** The bytes of tokens, as they are. */
  decodeBytes(tokens: Iterable<number>): Uint8Array;
  /** Counts a text that grows, while it is typed for example. */
  counter(): TokenCounter;
}

/** The number of tokens of a text that comes in parts. */
export interface TokenCounter {
  /** Appends to the text and gives how many tokens it has now. It costs what was appended. */
  append(text: string): number;
  readonly tokens: number;
}

/**
 * The tokenizer of a model or an encoding. Its table is loaded and opened once, which takes some tens of
 * milliseconds.
 * @throws InvalidOptionError no encoding is known for the name
 */
export function tokenizer(name: Encoding | (string & {})): Promise<Tokenizer>;

/** How many tokens a text may have: one for four characters, OpenAI's rule of thumb for English. */
export function estimate(text: string): number;
