// `openai-wasm/tokens`: counting tokens offline.

import type { ConversationOptions, Conversations, EncodingName } from "./conversations.js";

export { InvalidOptionError, OpenAIError, WasmTrapError } from "../lib/errors.js";
export { ContextWindowError, NoPriceError, UnknownModelError } from "./conversations.js";
export type {
  ChatCount,
  ChatParams,
  ConversationOptions,
  FitOptions,
  FitReport,
  Fitter,
  Meter,
  ModelEntry,
  Price,
  WorstPrice,
} from "./conversations.js";

/** OpenAI's encodings. */
export type Encoding = EncodingName;

/** Counts, encodes and decodes by one encoding. Special tokens in a text are ordinary text. */
export interface Tokenizer extends Conversations {
  readonly encoding: Encoding;
  /** How many tokens a text has. */
  count(text: string): number;
  /** The tokens of a text. A lone surrogate counts as U+FFFD. */
  encode(text: string): Uint32Array;
  /**
   * The text of tokens. Where they end inside a character, it has U+FFFD.
   * @throws InvalidOptionError if a number is not a token; `option` holds its index
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
 * The tokenizer of a model or an encoding. A model's is also the one whose rules and prices count where none
 * is named; `models` are entries of yours. Its table is loaded and opened once, which takes some tens of
 * milliseconds.
 * @throws UnknownModelError no encoding is known for the name
 */
export function tokenizer(
  name: Encoding | (string & {}),
  options?: ConversationOptions,
): Promise<Tokenizer>;

/** How many tokens a text may have: one for four characters, OpenAI's rule of thumb for English. */
export function estimate(text: string): number;
