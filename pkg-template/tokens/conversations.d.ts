import type { InvalidOptionError, OpenAIError } from "../lib/errors.js";

/** The encodings that can be named instead of a model. */
export type EncodingName =
  | "r50k_base"
  | "p50k_base"
  | "cl100k_base"
  | "o200k_base"
  | "o200k_harmony";

/** The parameters of a chat completion that count as input. Other parameters are allowed and ignored. */
export interface ChatParams {
  /** By whose rules: default the model that the tokenizer was made for. */
  model?: string | undefined;
  messages: readonly object[];
  tools?: readonly object[] | null | undefined;
  functions?: readonly object[] | null | undefined;
  tool_choice?: string | object | null | undefined;
  function_call?: string | object | null | undefined;
  response_format?: object | null | undefined;
}

/** The tokens of a conversation. */
export interface ChatCount {
  /** What the server will count as its input. */
  tokens: number;
  /**
   * Whether the documents say so. False for tools, pictures, sound, files, a schema of the answer, and
   * models that OpenAI's cookbook does not name: GPT-5 and later count a few tokens otherwise.
   */
  exact: boolean;
}

export interface FitOptions {
  /** Tokens of question and answer together. Default: the model's. */
  contextWindow?: number | undefined;
  /**
   * Tokens to be left for the answer. Default: `max_completion_tokens` or `max_tokens` of the parameters,
   * otherwise the model's longest answer, but at most a quarter of the window.
   */
  maxOutputTokens?: number | undefined;
  /** How many of the newest turns must stay. Default: 1. */
  keep?: number | undefined;
  /** Whether the text of the newest message may be cut at its end, if nothing else helps. Default: false. */
  cutNewest?: boolean | undefined;
}

/** What `fit()` did. */
export interface FitReport {
  /** The messages that were left out, oldest first. */
  leftOut: object[];
  /** Whether the newest message was cut. */
  cut: boolean;
  /** Tokens of what stayed. */
  tokens: number;
  /** Tokens that are left in the window for the answer. */
  tokensLeft: number;
  /** Whether `tokens` is what the documents say, and no estimate. */
  exact: boolean;
}

/** A price. */
export interface Price {
  /** In nanodollars, thousandths of a millionth of a US dollar: a whole number, rounded up once. */
  nanoDollars: number;
  /** The same in US dollars, to be shown: not exact. */
  dollars: number;
}

/** The most that an answer can cost. */
export interface WorstPrice extends Price {
  /** The tokens of the input, at most. */
  tokens: number;
  /** The tokens of all answers together, at most. */
  maxOutputTokens: number;
  /** Whether `tokens` is what the documents say, and no estimate. */
  exact: boolean;
}

/** What is priced. A token, unless the name says another unit. */
export type Meter =
  | "input"
  | "cachedInput"
  | "cacheWrite"
  | "cacheWriteLong"
  | "output"
  | "audioInput"
  | "cachedAudioInput"
  | "audioOutput"
  | "imageInput"
  | "cachedImageInput"
  | "imageOutput"
  | "inputSecond"
  | "character";

/** An author's own entry for a model, instead of the table's. */
export interface ModelEntry {
  encoding?: EncodingName | undefined;
  /** Tokens of question and answer together. */
  contextWindow?: number | undefined;
  /** The longest answer in tokens. */
  maxOutputTokens?: number | undefined;
  /** The last day on which it is served: `2026-10-23`. */
  lastDay?: string | undefined;
  /** In US dollars for a million units, whatever the service tier and the length. */
  prices?: { [meter in Meter]?: number | undefined } | undefined;
}

export interface ConversationOptions {
  /** Entries that replace those of the table, by the names of models. */
  models?: { [id: string]: ModelEntry } | undefined;
}

/** What a client's option `fit` takes. */
export interface Fitter {
  /** Called by the client. */
  attach(client: never): void;
}

/** What a tokenizer does with whole conversations. */
export interface Conversations extends Fitter {
  /** Counts messages with all that the model's format adds. */
  countChat(params: ChatParams): ChatCount;
  /**
   * Leaves out the oldest turns until the conversation fits. A turn is a question with all that follows
   * it up to the next one, so a tool's result never stands without its call; messages of the system and
   * the developer stay. What was given is not changed.
   *
   * @throws ContextWindowError if what must stay does not fit
   */
  fit<P extends ChatParams>(params: P, options?: FitOptions): FitReport & { params: P };
  /** What an answer cost, by its `usage`. `serviceTier`: the answer's `service_tier`. */
  price(
    usage: object,
    options?: { model?: string | undefined; serviceTier?: string | null | undefined },
  ): Price;
  /**
   * The most that the answers to a chat completion, or to a completion with a `prompt`, can cost.
   * `serviceTier`: what the project's `auto` stands for.
   */
  worstPrice(params: object, options?: { serviceTier?: string | null | undefined }): WorstPrice;
  /** The most tokens that a request can have: for the proxy's `maxInputTokens`. Undefined if that cannot be told. */
  mostTokens(params: object): number | undefined;
  /** For a client's option `fit`: this tokenizer with options of `fit()`. */
  fitter(options?: FitOptions): Fitter;
  attach(client: never): void;
}

/** The table has no such model. */
export class UnknownModelError extends InvalidOptionError {
  code: "unknown_model";
  model: string;
  /** What can be named instead. */
  encodings: EncodingName[];
}

/** A conversation cannot be made to fit. */
export class ContextWindowError extends OpenAIError {
  code: "context_window_exceeded";
  /** Tokens of what must stay. */
  tokens: number;
  contextWindow: number;
  /** What was to be left for the answer; undefined if the system's messages and the tools are alone too many. */
  maxOutputTokens: number | undefined;
}

/** The price of a used unit is not known. */
export class NoPriceError extends OpenAIError {
  code: "no_price";
  model: string;
  meter: Meter;
  tier: string;
}
