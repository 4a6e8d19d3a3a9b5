import type { ChatCompletion } from "../types.d.ts";
import { OpenAIError } from "./errors.js";

/** The answer was cut off by a limit of tokens, so that it cannot be parsed. */
export class LengthFinishReasonError extends OpenAIError {
  constructor(completion?: ChatCompletion);
  /** What came. */
  readonly completion: ChatCompletion | undefined;
}

/** The server's content filter cut the answer off, so that it cannot be parsed. */
export class ContentFilterFinishReasonError extends OpenAIError {
  constructor(completion?: ChatCompletion);
  /** What came. */
  readonly completion: ChatCompletion | undefined;
}

/** What a validator says of one place. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<unknown> | undefined;
}

/** An answer, or the arguments of a call, that is not JSON or that the schema refuses. */
export class StructuredOutputError extends OpenAIError {
  constructor(cause: unknown, text: string, tool?: string);
  /** What the model wrote. */
  readonly text: string;
  /** Where the first fault is: `steps[0].answer`, or "" for the whole. */
  readonly path: string;
  /** All that the validator said. */
  readonly issues: readonly SchemaIssue[];
  /** The function that was called, if one was. */
  readonly tool: string | undefined;
}

/** A run of tools that cannot go on. */
export class ToolError extends OpenAIError {
  constructor(
    message: string,
    code: "tool_failed" | "result_not_json" | "too_many_turns",
    tool: string,
    cause?: unknown,
  );
  /**
   * `tool_failed`: the function threw (`cause`). `result_not_json`: its result cannot be written as JSON.
   * `too_many_turns`: the model still calls tools after `maxChatCompletions` answers.
   */
  readonly code: "tool_failed" | "result_not_json" | "too_many_turns";
  /** The function's name. */
  readonly tool: string;
}

/** The signature of a webhook is missing, wrong or too old. */
export class InvalidWebhookSignatureError extends Error {}
