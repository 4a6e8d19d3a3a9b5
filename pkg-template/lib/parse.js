// Structured answers of chat: what a response format and strict tools say of the text of an answer.

import { InvalidOptionError } from "./errors.js";
import {
  ContentFilterFinishReasonError,
  LengthFinishReasonError,
  StructuredOutputError,
} from "./parse-errors.js";

const FORMAT = "auto-parseable-response-format";
const TOOL = "auto-parseable-tool";

/** What a format or a tool makes of a text: the value, or a StructuredOutputError. */
export function valueOf(parser, text, tool) {
  try {
    return typeof parser?.$parseRaw === "function" ? parser.$parseRaw(text) : JSON.parse(text);
  } catch (cause) {
    throw new StructuredOutputError(cause, text, tool);
  }
}

/** Whether a format says how an answer's text is parsed. */
export const isFormat = (format) => format?.$brand === FORMAT || format?.type === "json_schema";

/** Whether a tool says how its arguments are parsed. */
export const isTool = (tool) => tool?.$brand === TOOL;

/**
 * What these parameters say of an answer: `{ asked, content(text), call(name, text), check(choice, answer) }`. `asked`: there
 * is something to parse, so that an answer that was cut off is an error.
 */
export function parserOf(params) {
  const format = params?.response_format;
  const parses = isFormat(format);
  const tools = new Map();
  for (const tool of Array.isArray(params?.tools) ? params.tools : []) {
    const strict = isTool(tool) || tool?.function?.strict === true;
    if (strict && tool.type === "function") tools.set(tool.function?.name, tool);
  }
  return {
    asked: parses || tools.size > 0,
    structured: parses || format?.type === "json_object",
    content: (text) => (parses ? valueOf(format, text) : null),
    call: (name, text) => (tools.has(name) ? valueOf(tools.get(name), text, name) : null),
    check({ finish_reason: reason }, answer) {
      if (reason === "length") throw new LengthFinishReasonError(answer);
      if (reason === "content_filter") throw new ContentFilterFinishReasonError(answer);
    },
  };
}

/** The answer with `parsed` on its messages and `parsed_arguments` on its calls, or an error. */
export function parsedCompletion(completion, parser) {
  const choices = (completion?.choices ?? []).map((choice) => {
    parser.check(choice, completion);
    const { message } = choice;
    if (!message) return choice;
    const { content, refusal, tool_calls: calls, function_call: called } = message;
    const said = content || (content === "" && !calls?.length && !called);
    return {
      ...choice,
      message: {
        ...message,
        ...(calls && { tool_calls: calls.map((call) => parsedCall(call, parser)) }),
        parsed: said && !refusal ? parser.content(content) : null,
      },
    };
  });
  // What the headers said stays where it is: not enumerable.
  const own = Object.getOwnPropertyDescriptors(completion);
  return Object.defineProperties({}, { ...own, choices: { ...own.choices, value: choices } });
}

function parsedCall(call, parser) {
  if (call?.type !== "function") return call;
  const { name, arguments: text } = call.function;
  return { ...call, function: { ...call.function, parsed_arguments: parser.call(name, text) } };
}

/** client.chat.completions.parse(): `create`, whose answer is parsed. */
export async function parseChat(completions, params, options) {
  for (const [at, tool] of (Array.isArray(params?.tools) ? params.tools : []).entries()) {
    const { type, function: called } = tool ?? {};
    if (type !== "custom" && !(type === "function" && called?.strict === true)) {
      throw new InvalidOptionError(
        `tools[${at}]`,
        "must be a function with `strict: true`, or custom: the calls of others cannot be parsed",
      );
    }
  }
  const parser = parserOf(params);
  return {
    promise: completions.create(params, options),
    finish: (completion) => parsedCompletion(completion, parser),
  };
}
