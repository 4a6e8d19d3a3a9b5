// `openai-wasm/helpers/responses-tool-runner`: asks for a response, runs the functions that the model calls,
// and asks again.

import { APIUserAbortError, InvalidOptionError, OpenAIError } from "../lib/errors.js";
import { isTool, valueOf } from "../lib/parse.js";
import { ToolError } from "../lib/parse-errors.js";
import { contentOf } from "../lib/tool-result.js";

const DEFAULT_MAX_STEPS = 20;

/** What a tool that the helpers made says of its arguments and its function, unseen by JSON. */
const prepared = Symbol("prepared");

const refuse = (name, what) => {
  throw new InvalidOptionError(name, what);
};

/**
 * A run that cannot go on. `code` says why, `tool` is the function's name where it is about one, and `cause`
 * what it threw or what the request failed by. `attemptedCallIds` and `completedCallIds` say which calls had
 * begun and which had given a result.
 */
export class ResponsesToolRunnerError extends OpenAIError {
  get name() {
    return "ResponsesToolRunnerError";
  }

  constructor(message, attempted, completed, { code, tool, cause } = {}) {
    super(message);
    this.attemptedCallIds = [...attempted];
    this.completedCallIds = [...completed];
    Object.assign(this, { code, tool });
    if (cause !== undefined) this.cause = cause;
  }
}

/** Why a run stops, before its calls are known. */
class Stop extends Error {
  constructor(code, message, tool, cause) {
    super(message);
    Object.assign(this, { code, tool, cause });
  }
}

/** A function of `zodResponsesFunction` or `standardResponsesFunction` for the runner. */
export function runnerFunction(tool) {
  if (!isTool(tool) || typeof tool.$callback !== "function")
    refuse(
      "tool",
      "must be made by zodResponsesFunction or standardResponsesFunction, with a function",
    );
  const { name } = tool;
  const execute = (args, options) =>
    tool.$callback(valueOf(tool, JSON.stringify(args), name), options);
  return Object.assign({ tool: { ...tool }, execute }, { [prepared]: tool });
}

const FUNCTION = ["tool", "execute", "allowOutputOverride"];
const REGISTERED = ["functions"];
const OPTIONS = ["maxSteps", "stream", "onEvent", "signal", "requestOptions"];

/** Only these members, each of which has a meaning here. */
function only(object, known, what) {
  if (object === null || typeof object !== "object" || Array.isArray(object))
    refuse(what, "must be an object");
  for (const [name, value] of Object.entries(object))
    if (!known.includes(name) && value !== undefined && value !== null)
      refuse(
        `${what}.${name}`,
        `is not an option of this package's runner, which has ${known.join(", ")}`,
      );
}

export class ResponsesToolRunner {
  #functions = new Map();
  #active = 0;
  #closed = false;

  constructor(registered) {
    only(registered, REGISTERED, "ResponsesToolRunner");
    const { functions = [] } = registered;
    if (!Array.isArray(functions)) refuse("functions", "must be an array");
    functions.forEach((each, at) => {
      const where = `functions[${at}]`;
      only(each, FUNCTION, where);
      const { tool, execute } = each;
      if (tool?.type !== "function" || typeof tool.name !== "string" || !tool.name)
        refuse(`${where}.tool`, "must be `{ type: 'function', name, parameters }`");
      if (typeof execute !== "function") refuse(`${where}.execute`, "must be a function");
      if (this.#functions.has(tool.name))
        refuse(`${where}.tool.name`, `must be unique: ${JSON.stringify(tool.name)} is taken`);
      this.#functions.set(tool.name, { ...each, parser: each[prepared] });
    });
  }

  /** No new runs. A run that goes on is to be awaited. */
  close() {
    this.#closed = true;
    return { status: this.#active > 0 ? "draining" : "closed" };
  }

  /** The response that calls no function any more. */
  async run(client, params, options) {
    for await (const turn of this.iterate(client, params, options))
      if (turn.final) return turn.response;
    throw new OpenAIError("The run was left before its end.");
  }

  /** Response by response: the functions that one calls run when the loop goes on. */
  async *iterate(client, params, options = {}) {
    if (this.#closed) throw new OpenAIError("The runner is closed.");
    only(options, OPTIONS, "options");
    const { maxSteps = DEFAULT_MAX_STEPS } = options;
    if (!Number.isSafeInteger(maxSteps) || maxSteps < 1)
      refuse("options.maxSteps", "must be a whole number, at least 1");
    const body = this.#body(params);
    const attempted = [];
    const completed = [];
    this.#active += 1;
    try {
      yield* this.#turns(client, body, { ...options, maxSteps }, attempted, completed);
    } catch (error) {
      const said = error instanceof Stop || error instanceof ToolError;
      const message = said ? error.message : `The request failed: ${error?.message ?? error}`;
      const { code = "request_failed", tool } = said ? error : {};
      const cause = said ? error.cause : error;
      throw new ResponsesToolRunnerError(message, attempted, completed, { code, tool, cause });
    } finally {
      this.#active -= 1;
    }
  }

  /** The parameters of each request; its input is a list that grows. */
  #body(params) {
    only(params, Object.keys(params ?? {}), "params");
    for (const name of ["stream", "background", "conversation", "previous_response_id"])
      if (params[name])
        refuse(
          `params.${name}`,
          "must not be set: the runner sends the whole input with each request",
        );
    const { input, tools, include } = params;
    for (const tool of tools ?? [])
      if (tool?.type === "function" || tool?.type === "custom")
        refuse(
          "params.tools",
          `must not hold ${JSON.stringify(tool.name)}: register it with the runner`,
        );
    const declared = [...this.#functions.values()].map(({ tool }) => tool);
    return {
      ...params,
      input: typeof input === "string" ? [{ role: "user", content: input }] : [...(input ?? [])],
      // Thoughts go back to the model with the calls that they led to, and nothing is kept for it.
      include: [...new Set([...(include ?? []), "reasoning.encrypted_content"])],
      tools: [...declared, ...(tools ?? [])],
    };
  }

  async *#turns(client, body, options, attempted, completed) {
    const { maxSteps } = options;
    const signal = options.signal ?? options.requestOptions?.signal ?? undefined;
    const { aborted, forget } = abortOf(signal);
    try {
      for (let step = 1; ; step += 1) {
        checked(signal);
        const response = await ask(client, body, options, signal);
        checked(signal);
        const calls = this.#callsOf(response, attempted);
        const final = calls.length === 0;
        if (!final && step >= maxSteps)
          throw new Stop(
            "too_many_turns",
            `The model still calls tools after ${step} responses: raise maxSteps, or look at what the tools tell it.`,
            calls[0].name,
          );
        const supplied = new Map();
        const more = [];
        let open = true;
        try {
          yield {
            ...{ response, step, final, toolsExecuted: false },
            attemptedCallIds: [...attempted],
            completedCallIds: [...completed],
            supplyOutputs: (outputs) => this.#supply(open, calls, outputs, supplied),
            appendUserText(text) {
              if (!open || final || typeof text !== "string" || !text.trim())
                throw new TypeError(
                  "A text can be added to a turn that goes on, and must say something.",
                );
              more.push({ role: "user", content: text });
            },
          };
        } finally {
          open = false;
        }
        if (final) return;
        // In order: a call may build on what the one before has done.
        const outputs = [];
        for (const call of calls) {
          checked(signal);
          attempted.push(call.call_id);
          const output = supplied.get(call.call_id) ?? (await this.#execute(call, signal, aborted));
          outputs.push({ type: "function_call_output", call_id: call.call_id, output });
          completed.push(call.call_id);
        }
        body.input = [...body.input, ...toInput(response.output), ...outputs, ...more];
      }
    } finally {
      forget();
    }
  }

  /** The calls of a whole response, all of which can be run. */
  #callsOf(response, attempted) {
    if (response?.status !== "completed" || !Array.isArray(response.output))
      throw new Stop(
        "response_not_completed",
        `The response is not whole: its status is ${JSON.stringify(response?.status ?? null)}.`,
      );
    const calls = [];
    const seen = new Set(attempted);
    for (const item of response.output) {
      if (item?.type === "custom_tool_call")
        throw new Stop(
          "unknown_tool",
          "The runner runs functions, and no custom tools.",
          item.name,
        );
      if (item?.type !== "function_call") continue;
      const { name, call_id: id } = item;
      const known = this.#functions.get(name);
      if (!known) {
        const names = [...this.#functions.keys()].join(", ");
        const message = `The model called ${JSON.stringify(name)}, which is not registered: there is ${names || "no function"}.`;
        throw new Stop("unknown_tool", message, name);
      }
      if (typeof id !== "string" || !id || seen.has(id))
        throw new Stop("bad_call", `The call of ${name} has no identifier of its own.`, name);
      seen.add(id);
      calls.push({ name, call_id: id, known, args: argumentsOf(item, known) });
    }
    const said = response.output.some(
      ({ type, phase }) => (type === "message" && phase !== "commentary") || /_call$/.test(type),
    );
    if (calls.length === 0 && !said)
      throw new Stop("no_answer", "The response calls no function, and says nothing.");
    return calls;
  }

  #supply(open, calls, outputs, supplied) {
    const allowed = new Set();
    for (const { known, call_id: id } of calls)
      if (known.allowOutputOverride === true) allowed.add(id);
    const next = new Map();
    for (const { type, call_id: id, output } of outputs) {
      if (!open || type !== "function_call_output" || !allowed.has(id) || next.has(id))
        throw new TypeError(
          `An output can be supplied to a call of this turn whose function has allowOutputOverride, once: ${JSON.stringify(id)} is not one.`,
        );
      next.set(id, outputOf(output, id));
    }
    supplied.clear();
    for (const [id, output] of next) supplied.set(id, output);
  }

  async #execute({ name, known, args }, signal, aborted) {
    let result;
    try {
      const own = known.parser ? known.parser.$callback : known.execute;
      result = await Promise.race([own(args, { signal }), aborted]);
    } catch (cause) {
      if (signal?.aborted) throw new APIUserAbortError({ cause: signal.reason });
      const why = cause?.message ?? String(cause);
      throw new Stop("tool_failed", `The tool ${name} failed: ${why}`, name, cause);
    }
    return outputOf(result, name);
  }
}

/** A promise that rejects when the signal aborts, and what ends waiting for it. */
function abortOf(signal) {
  let leave;
  const aborted = new Promise((_, reject) => {
    leave = () => reject(new APIUserAbortError({ cause: signal.reason }));
    signal?.addEventListener("abort", leave, { once: true });
  });
  aborted.catch(() => {});
  return { aborted, forget: () => signal?.removeEventListener("abort", leave) };
}

function checked(signal) {
  if (signal?.aborted) throw new APIUserAbortError({ cause: signal.reason });
}

async function ask(client, body, { stream, onEvent, requestOptions }, signal) {
  const options = { ...requestOptions, ...(signal && { signal }) };
  const sent = { ...body };
  if (stream !== true) return client.responses.create(sent, options);
  const events = client.responses.stream(sent, options);
  for await (const event of events) await onEvent?.(event);
  return events.finalResponse();
}

function argumentsOf({ name, arguments: text }, { parser }) {
  let args;
  try {
    args = JSON.parse(text);
    if (args === null || typeof args !== "object" || Array.isArray(args))
      throw new TypeError("they are not an object");
    return parser ? valueOf(parser, text, name) : args;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "they are not JSON" : cause.message;
    throw new Stop("bad_arguments", `The arguments of the call of ${name}: ${why}`, name, cause);
  }
}

const BLOCKS = ["input_text", "input_image", "input_file"];

/** A result as the model gets it: a text, a list of contents, or else JSON. */
const outputOf = (result, name) =>
  Array.isArray(result) && result.length > 0 && result.every((each) => BLOCKS.includes(each?.type))
    ? result
    : contentOf(result, name);

/** Items of an answer as items of a request: without what only answers and the helpers have. */
function toInput(items) {
  return items.map((item) => {
    const { created_by, parsed_arguments, ...kept } = item;
    if (kept.type === "message" && Array.isArray(kept.content))
      kept.content = kept.content.map(({ parsed, ...part }) => part);
    return kept;
  });
}
