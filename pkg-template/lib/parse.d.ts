// Structured answers: what formats and tools say of an answer's type.

import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessage,
  ChatCompletionMessageCustomToolCall,
  ChatCompletionMessageFunctionToolCall,
} from "../types.d.ts";

/** `response_format` of chat completions whose answer is parsed. */
export interface AutoParseableResponseFormat<Parsed> {
  type: "json_schema";
  json_schema: {
    name: string;
    description?: string | undefined;
    schema?: Record<string, unknown> | undefined;
    strict?: boolean | null | undefined;
  };
  /** Of the types alone: what the answer is parsed to. */
  __output: Parsed;
  $brand: "auto-parseable-response-format";
  $parseRaw(content: string): Parsed;
}

/** `text.format` of responses whose answer is parsed. */
export interface AutoParseableTextFormat<Parsed> {
  type: "json_schema";
  name: string;
  description?: string | undefined;
  schema: Record<string, unknown>;
  strict?: boolean | null | undefined;
  __output: Parsed;
  $brand: "auto-parseable-response-format";
  $parseRaw(content: string): Parsed;
}

/** A tool of chat completions whose arguments are parsed, and which `runTools` calls if it has a function. */
export interface AutoParseableTool<Arguments, HasFunction extends boolean = boolean> {
  type: "function";
  function: {
    name: string;
    description?: string | undefined;
    parameters?: Record<string, unknown> | undefined;
    strict?: boolean | null | undefined;
  };
  __arguments: Arguments;
  __hasFunction: HasFunction;
  $brand: "auto-parseable-tool";
  $callback: ((args: Arguments) => unknown) | undefined;
  $parseRaw(args: string): Arguments;
}

/** A tool of responses whose arguments are parsed. */
export interface AutoParseableResponseTool<Arguments> {
  type: "function";
  name: string;
  description?: string | null | undefined;
  parameters: Record<string, unknown> | null;
  strict: boolean | null;
  defer_loading?: boolean | undefined;
  __arguments: Arguments;
  $brand: "auto-parseable-tool";
  $callback: ((args: Arguments) => unknown) | undefined;
  $parseRaw(args: string): Arguments;
}

/** What the answer to these parameters is parsed to. */
export type ParsedBy<Params> = Params extends { response_format: infer Format }
  ? Format extends { __output: infer Parsed }
    ? Parsed
    : Format extends { type: "json_schema" }
      ? unknown
      : null
  : null;

export interface ParsedFunction {
  name: string;
  arguments: string;
  /** What a strict tool's arguments are; null for other tools. */
  parsed_arguments?: unknown;
}

export interface ParsedFunctionToolCall
  extends Omit<ChatCompletionMessageFunctionToolCall, "function"> {
  function: ParsedFunction;
}

export interface ParsedChatCompletionMessage<Parsed>
  extends Omit<ChatCompletionMessage, "tool_calls"> {
  /** Null if the model refused or called tools. */
  parsed: Parsed | null;
  tool_calls?: Array<ParsedFunctionToolCall | ChatCompletionMessageCustomToolCall> | undefined;
}

export interface ParsedChoice<Parsed> extends Omit<ChatCompletion["choices"][number], "message"> {
  message: ParsedChatCompletionMessage<Parsed>;
}

export interface ParsedChatCompletion<Parsed> extends Omit<ChatCompletion, "choices"> {
  choices: ParsedChoice<Parsed>[];
}

export type ChatCompletionParseParams = ChatCompletionCreateParamsNonStreaming;
