// `openai-wasm/ai-sdk`: a transport for the AI SDK's chat hooks (`useChat`), which asks the client's proxy. It needs
// no route of your own, and nothing of the package `ai`.

import { APIConnectionError, InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { DETACHED } from "../lib/stream.js";
import { chatMessages } from "./messages.js";
import { readStep } from "./steps.js";
import { Turns } from "./turns.js";

const DEFAULT_MAX_STEPS = 10;

/** A tool's schema as JSON: one that is some already, or one of a library that follows Standard Schema. */
function parametersOf(schema, name) {
  if (schema?.["~standard"]) {
    const json = schema["~standard"].jsonSchema?.input({ target: "draft-07" });
    if (json) return json;
    throw new InvalidOptionError(
      `tools.${name}.inputSchema`,
      "makes no JSON Schema of its own: give one as an object",
    );
  }
  // The AI SDK's jsonSchema() holds one.
  return schema?.jsonSchema ?? schema ?? { type: "object", properties: {} };
}

/** What the model is told of the tools: `{ name: { description, inputSchema, execute } }`, or OpenAI's own list. */
function toolsOf(tools) {
  if (tools === undefined || Array.isArray(tools)) return tools;
  return Object.entries(tools).map(([name, { description, inputSchema }]) => ({
    type: "function",
    function: {
      name,
      ...(description && { description }),
      parameters: parametersOf(inputSchema, name),
    },
  }));
}

/** Runs a tool: the chunk that says what it gave, or what went wrong, and the text for the model. */
async function resultOf(tool, { id: toolCallId, input, error }, options) {
  const fail = (errorText) => ({
    chunk: { type: "tool-output-error", toolCallId, errorText },
    content: errorText,
  });
  if (error) return fail(error);
  try {
    const checked = await tool.inputSchema?.["~standard"]?.validate(input);
    if (checked?.issues) return fail(checked.issues.map(({ message }) => message).join("; "));
    const output = await tool.execute(checked ? checked.value : input, { toolCallId, ...options });
    const content = typeof output === "string" ? output : (JSON.stringify(output) ?? "null");
    return {
      chunk: { type: "tool-output-available", toolCallId, output: output ?? null },
      content,
    };
  } catch (cause) {
    return fail(cause?.message ?? String(cause));
  }
}

/**
 * A transport for `useChat({ transport })`.
 *
 * @param client of `openai-wasm`, or one that is like it
 * @param options `{ model, instructions, tools, maxSteps, resumable, storage }`, and any other parameter of
 *   chat completions
 */
export function chatTransport(client, options) {
  if (typeof client?.chat?.completions?.create !== "function")
    throw new InvalidOptionError("client", `must be a client, not ${describe(client)}`);
  const {
    instructions,
    tools,
    maxSteps = DEFAULT_MAX_STEPS,
    resumable,
    storage,
    ...params
  } = options ?? {};
  if (typeof params.model !== "string")
    throw new InvalidOptionError("model", `must be a string, not ${describe(params.model)}`);
  if (!Number.isSafeInteger(maxSteps) || maxSteps < 1)
    throw new InvalidOptionError("maxSteps", "must be a whole number, at least 1");
  if (resumable && typeof client.streams?.resume !== "function")
    throw new InvalidOptionError("resumable", "needs a client of openai-wasm");
  const definitions = toolsOf(tools);
  const turns = resumable ? new Turns(storage) : undefined;

  /**
   * The stream of one turn: its answers, and what its tools gave. Those of a turn that is known are read again,
   * and it goes on from there.
   */
  async function streamOf(turn, { chatId, abortSignal, headers, body, resumed }) {
    const leaving = new AbortController();
    const { signal } = leaving;
    // Which stream is read, of a turn that can be resumed.
    let current;
    const leave = (reason) => {
      if (signal.aborted) return;
      if (!resumed) turns?.end(chatId, turn);
      leaving.abort(resumed ? DETACHED : reason);
      // The hook also leaves one stream for another one of the same chat, which must not be stopped.
      const stop = () => {
        if (!turns.end(chatId, turn)) return;
        if (current) client.streams.stop(current).catch(() => {});
      };
      if (resumed) setTimeout(stop);
    };
    const abort = () => leave(abortSignal.reason);
    if (abortSignal?.aborted) abort();
    abortSignal?.addEventListener("abort", abort, { once: true });
    const conversation = turn.messages && [...turn.messages];
    const ask = async (step) => {
      const known = turn.steps[step - 1];
      current = known?.id;
      if (known) return client.streams.resume(known.id, { headers, signal });
      const own = { ...params, tools: definitions, ...body };
      const asked = { ...own, messages: conversation, stream: true };
      const how = { headers, signal, ...(resumable && { resumable }) };
      const answer = await client.chat.completions.create(asked, how);
      current = answer.id ?? undefined;
      if (current) {
        turn.steps.push({ id: current });
        turns.keep(chatId, turn);
      }
      return answer;
    };
    // The AI SDK knows an abort by this name.
    const told = (error) =>
      signal.aborted ? new DOMException("The chat was aborted.", "AbortError") : error;
    let answer;
    try {
      answer = await ask(1);
    } catch (error) {
      throw told(error);
    }

    let count = 0;
    const names = (kind) => `${kind}-${(count += 1)}`;
    const run = async (write) => {
      write({ type: "start" });
      for (let step = 1; ; step += 1) {
        write({ type: "start-step" });
        const { text, calls, reason } = await readStep(answer, write, names);
        const runnable = calls.filter(({ name }) => tools?.[name]?.execute);
        const known = turn.steps[step - 1];
        const results =
          known?.results ??
          (await Promise.all(
            runnable.map((call) => resultOf(tools[call.name], call, { abortSignal: signal })),
          ));
        if (known && !known.results && runnable.length > 0 && !signal.aborted) {
          known.results = results;
          turns.keep(chatId, turn);
        }
        for (const { chunk } of results) write(chunk);
        write({ type: "finish-step" });
        // Calls that the page answers end the turn; the hook sends their results by itself.
        const goesOn = runnable.length > 0 && runnable.length === calls.length && conversation;
        if (!goesOn || step >= maxSteps || signal.aborted)
          return write({ type: "finish", finishReason: reason });
        conversation.push({
          role: "assistant",
          content: text || null,
          tool_calls: calls.map(({ id, name, text: args }) => ({
            id,
            type: "function",
            function: { name, arguments: args || "{}" },
          })),
        });
        for (const [at, { content }] of results.entries())
          conversation.push({ role: "tool", tool_call_id: runnable[at].id, content });
        answer = await ask(step + 1);
      }
    };
    // An error drops what a stream has not handed on yet, so that waits here until it is asked for.
    const waiting = [];
    let end;
    let wake = () => {};
    const write = (chunk) => {
      waiting.push(chunk);
      wake();
    };
    run(write)
      .then(() => signal.throwIfAborted())
      .then(
        () => {
          end = {};
          turns?.end(chatId, turn);
        },
        (error) => {
          end = { error: told(error) };
          // What only the connection broke off can be resumed later.
          if (!signal.aborted && !(error instanceof APIConnectionError)) turns?.end(chatId, turn);
        },
      )
      .finally(() => {
        abortSignal?.removeEventListener("abort", abort);
        wake();
      });
    signal.addEventListener("abort", () => wake(), { once: true });
    const pull = async (controller) => {
      while (waiting.length === 0 && !end && !signal.aborted)
        await new Promise((resolve) => (wake = resolve));
      if (waiting.length > 0 && !signal.aborted) return controller.enqueue(waiting.shift());
      if (end?.error || signal.aborted) controller.error(end?.error ?? told());
      else controller.close();
    };
    return new ReadableStream({ pull, cancel: () => leave() }, { highWaterMark: 0 });
  }

  return {
    /** Rejects if the answer does not begin; what breaks it off later is the stream's error. */
    async sendMessages({ messages, ...how }) {
      const conversation = [
        ...(instructions ? [{ role: "system", content: instructions }] : []),
        ...chatMessages(messages),
      ];
      const turn = { messages: conversation, steps: [] };
      turns?.begin(how.chatId, turn);
      return streamOf(turn, how);
    },

    /** The answer that came when the page was left, from its start; null if it is missing. */
    async reconnectToStream(how) {
      const turn = turns?.take(how.chatId);
      if (!turn) return null;
      try {
        return await streamOf(turn, { ...how, resumed: true });
      } catch (error) {
        if (error?.status !== 404 && error?.status !== 410) throw error;
        turns.end(how.chatId, turn);
        return null;
      }
    },
  };
}
