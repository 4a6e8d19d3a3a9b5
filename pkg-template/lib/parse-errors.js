// Errors of structured answers and of tools. A page that asks for neither does not load them, so nothing
// here runs at import: the names, which minifiers must not change, are getters.

import { OpenAIError } from "./errors.js";

/** The answer was cut off by a limit of tokens, so that it cannot be parsed. `completion` is what came. */
export class LengthFinishReasonError extends OpenAIError {
  get name() {
    return "LengthFinishReasonError";
  }

  constructor(completion) {
    super("Could not parse response content as the length limit was reached");
    this.completion = completion;
  }
}

/** The server's content filter cut the answer off, so that it cannot be parsed. `completion` is what came. */
export class ContentFilterFinishReasonError extends OpenAIError {
  get name() {
    return "ContentFilterFinishReasonError";
  }

  constructor(completion) {
    super("Could not parse response content as the request was rejected by the content filter");
    this.completion = completion;
  }
}

/**
 * An answer, or the arguments of a call, that is not JSON or that the schema refuses. `text` is what the
 * model wrote, `path` where the first fault is (`steps[0].answer`, "" for the whole), `issues` all that
 * the validator said, `tool` the function that was called, if one was, and `cause` the validator's error.
 */
export class StructuredOutputError extends OpenAIError {
  get name() {
    return "StructuredOutputError";
  }

  constructor(cause, text, tool) {
    const issues = Array.isArray(cause?.issues) ? cause.issues : [];
    const path = pathOf(issues[0]?.path);
    const what = tool === undefined ? "The answer" : `The arguments of the call of ${tool}`;
    const why = issues[0]?.message ?? cause?.message ?? String(cause);
    super(
      cause instanceof SyntaxError
        ? `${what}: not JSON`
        : `${what}: refused by the schema${path ? ` at ${path}` : ""}: ${why}`,
    );
    Object.assign(this, { text, path, issues, tool, cause });
  }
}

/**
 * A run of tools that cannot go on. `code` says why: `tool_failed` (the function threw, `cause`),
 * `result_not_json` (its result cannot be written as JSON), or `too_many_turns` (the model still calls tools
 * after `maxChatCompletions` answers). `tool` is the function's name.
 */
export class ToolError extends OpenAIError {
  get name() {
    return "ToolError";
  }

  constructor(message, code, tool, cause) {
    super(message);
    Object.assign(this, { code, tool });
    if (cause !== undefined) this.cause = cause;
  }
}

/** The signature of a webhook is missing, wrong or too old. */
export class InvalidWebhookSignatureError extends Error {
  get name() {
    return "InvalidWebhookSignatureError";
  }
}

/** The path of an issue, whose segments are keys, or objects with one: `steps[0].answer`. */
function pathOf(path = []) {
  let text = "";
  for (const segment of path) {
    const key = segment?.key ?? segment;
    text += typeof key === "number" ? `[${key}]` : `${text && "."}${String(key)}`;
  }
  return text;
}
