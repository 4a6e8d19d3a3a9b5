// client.chat.completions.runTools(): asks the model, calls the functions that it wants, and asks again.

import { ChatRun } from "./conversation.js";
import { APIUserAbortError, InvalidOptionError } from "./errors.js";
import { isTool, valueOf } from "./parse.js";
import { ToolError } from "./parse-errors.js";
import { randomText } from "./json.js";
import { contentOf } from "./tool-result.js";

const DEFAULT_MAX_COMPLETIONS = 10;

/**
 * Runs until the model calls no function any more.
 *
 * @param how `chatRun` gives a promise of lib/chat-run.js, for a run in streams
 */
export async function read(stream, { completions, params, options, chatRun }) {
  const { maxChatCompletions = DEFAULT_MAX_COMPLETIONS, afterCompletion, ...call } = options ?? {};
  if (!Number.isSafeInteger(maxChatCompletions) || maxChatCompletions < 1)
    throw new InvalidOptionError("maxChatCompletions", "must be a whole number, at least 1");
  if (params?.n > 1) throw new InvalidOptionError("n", "must be 1 where tools are run");
  const { tools: given, tool_choice = "auto", stream: streamed, toolContext, ...rest } = params;
  const functions = new Map();
  const tools = toolsOf(given, functions);
  const only = tool_choice?.type === "function" ? tool_choice.function?.name : undefined;
  const { signal } = stream.controller;
  const aborted = new Promise((_, reject) => {
    const leave = () => reject(new APIUserAbortError({ cause: signal.reason }));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
  });
  aborted.catch(() => {});
  const { ChatEvents } = streamed ? await chatRun() : {};
  const run = new ChatRun(stream, params);
  stream.reading = run;

  /** Calls one function: `{ message, called }`. */
  const answerOf = async ({ id, function: { name, arguments: text } }) => {
    const say = (content) => ({ message: { role: "tool", tool_call_id: id, content } });
    const tool = functions.get(name);
    if (!tool || (only && only !== name)) {
      const names = JSON.stringify(only ? [only] : [...functions.keys()]).slice(1, -1);
      const other = tool
        ? `${names} requested`
        : `Available options are: ${names.replaceAll(",", ", ")}`;
      return say(`Invalid tool_call: ${JSON.stringify(name)}. ${other}. Please try again`);
    }
    let input = text;
    if (tool.parse) {
      // The model is told what is wrong with its arguments, and may try again.
      try {
        input = await tool.parse(text);
      } catch (error) {
        return say(error instanceof Error ? error.message : String(error));
      }
    }
    let result;
    try {
      result = await Promise.race([tool.function(input, stream, toolContext), aborted]);
    } catch (cause) {
      if (signal.aborted) throw new APIUserAbortError({ cause: signal.reason });
      const why = cause?.message ?? String(cause);
      throw new ToolError(`The tool ${name} failed: ${why}`, "tool_failed", name, cause);
    }
    return { ...say(contentOf(result, name)), called: true };
  };

  for (let turn = 1; ; turn += 1) {
    const messages = run.messages.map(requestOf);
    const body = { ...rest, tool_choice, tools, messages, stream: Boolean(streamed) };
    const answer = await completions.create(body, { ...call, signal });
    let completion;
    if (streamed) completion = withIds(await run.read(answer, ChatEvents));
    else {
      stream.emit("connect");
      completion = run.add(withIds(answer));
      const said = completion.choices?.[0]?.message?.content;
      if (said) stream.emit("content", said);
    }
    if (signal.aborted) await aborted;
    const { message, finish_reason } = completion.choices[0] ?? {};
    const isCut = finish_reason === "length" || finish_reason === "content_filter";
    const calls = (!isCut && message?.tool_calls) || [];
    const wanted = calls.filter(({ type }) => type === "function");
    let called = false;
    if (only || params.parallel_tool_calls === false) {
      for (const each of wanted) {
        const done = await answerOf(each);
        run.addMessage(done.message);
        called ||= done.called;
        if (only && called) break;
      }
    } else {
      // Functions that have begun are waited for, so that what they did is known before the run fails.
      const results = await Promise.race([Promise.allSettled(wanted.map(answerOf)), aborted]);
      for (const { reason, status } of results) if (status === "rejected") throw reason;
      for (const { value } of results) run.addMessage(value.message);
    }
    await Promise.race([afterCompletion?.(completion, stream), aborted]);
    // A call of a custom tool is the caller's to answer.
    if (wanted.length === 0 || (only && called)) return run.reportEnd();
    if (turn >= maxChatCompletions) {
      throw new ToolError(
        `The model still calls tools after ${turn} answers: raise maxChatCompletions, or look at what the tools tell it.`,
        "too_many_turns",
        wanted[0].function.name,
      );
    }
  }
}

/** The tools as the server gets them; `functions` gets what they run, by name. */
function toolsOf(given, functions) {
  if (!Array.isArray(given)) throw new InvalidOptionError("tools", "must be an array");
  return given.map((tool, at) => {
    if (tool?.type !== "function") return tool;
    const own = tool.function ?? {};
    const auto = isTool(tool);
    const run = auto ? tool.$callback : own.function;
    const name = own.name || run?.name;
    if (typeof run !== "function" || !name)
      throw new InvalidOptionError(
        `tools[${at}]`,
        "must have a function to run, and a name: `function: { name, function, parameters }`",
      );
    const parse = auto ? (text) => valueOf(tool, text, name) : own.parse;
    functions.set(name, { function: run, parse });
    const { parameters, description, strict } = own;
    return {
      type: "function",
      function: {
        name,
        parameters,
        description: auto ? description || "" : description,
        strict: auto ? true : strict,
      },
    };
  });
}

/** Some servers give calls no id; a result needs one to answer to. */
function withIds(completion) {
  for (const { message } of completion.choices ?? [])
    for (const call of message?.tool_calls ?? []) call.id ||= `call_${randomText()}`;
  return completion;
}

/** A message as the server takes it: without what only answers and this package's helpers have. */
function requestOf(message) {
  if (message?.role !== "assistant") return message;
  const { parsed, annotations, audio, refusal, function_call, tool_calls, ...kept } = message;
  if (audio) kept.audio = { id: audio.id };
  if (refusal != null) kept.refusal = refusal;
  if (function_call != null) kept.function_call = function_call;
  if (tool_calls)
    kept.tool_calls = tool_calls.map(({ function: called, index, ...call }) => {
      if (!called) return call;
      const { parsed_arguments, ...sent } = called;
      return { ...call, function: sent };
    });
  return kept;
}
