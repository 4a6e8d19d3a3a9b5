import type { RequestOptions } from "../lib/api.js";
import { OpenAIError } from "../lib/errors.js";
import type { AutoParseableResponseTool } from "../lib/parse.js";
import type { Response, Responses } from "../lib/responses.js";
import type * as wire from "../types.d.ts";

/** What a function gives the model: a text, or contents. What is neither is written as JSON. */
export type RunnerOutput = wire.ResponseFunctionCallOutput["output"];

/** A function, and how it is declared to the model. */
export interface RunnerFunction {
  tool: wire.FunctionTool;
  /** May `supplyOutputs` give its result? Default false. */
  allowOutputOverride?: boolean | undefined;
  /** Gets the arguments as an object. What it throws ends the run. */
  execute: (
    args: Record<string, unknown>,
    options?: { signal: AbortSignal | undefined },
  ) => unknown;
}

export interface ResponsesRunnerTools {
  functions?: RunnerFunction[] | undefined;
}

export interface ResponsesRunnerOptions {
  /** The most requests of a run; the calls of the last one's answer are not run. Default 20. */
  maxSteps?: number | undefined;
  /** Ask for streams, and give each event to `onEvent`. */
  stream?: boolean | undefined;
  onEvent?: ((event: wire.ResponseStreamEvent) => void | Promise<void>) | undefined;
  /** Ends the run at once, whatever it waits for. */
  signal?: AbortSignal | undefined;
  requestOptions?: RequestOptions | undefined;
}

/** A response, before the functions run that it calls. */
export interface ResponsesRunnerTurn {
  readonly response: Response;
  /** From 1. */
  readonly step: number;
  /** Does it call no function? */
  readonly final: boolean;
  readonly toolsExecuted: boolean;
  readonly attemptedCallIds: readonly string[];
  readonly completedCallIds: readonly string[];
  /** Results of calls of this turn whose functions have `allowOutputOverride`: those do not run. */
  supplyOutputs(outputs: wire.ResponseFunctionCallOutput[]): void;
  /** A message of the user's, after this turn's results. */
  appendUserText(text: string): void;
}

/** What sends the requests: this package's client, or the official one. */
export interface ResponsesClient {
  responses: Pick<Responses, "create" | "stream">;
}

/** A function of `zodResponsesFunction` or `standardResponsesFunction` for the runner. */
export function runnerFunction<Arguments>(
  tool: AutoParseableResponseTool<Arguments>,
): RunnerFunction;

/** Why a run cannot go on. */
export type ResponsesToolRunnerErrorCode =
  | "tool_failed"
  | "result_not_json"
  | "bad_arguments"
  | "unknown_tool"
  | "bad_call"
  | "too_many_turns"
  | "response_not_completed"
  | "no_answer"
  | "request_failed";

/** A run that cannot go on. */
export class ResponsesToolRunnerError extends OpenAIError {
  constructor(
    message: string,
    attempted: string[],
    completed: string[],
    why?: {
      code?: ResponsesToolRunnerErrorCode | undefined;
      tool?: string | undefined;
      cause?: unknown;
    },
  );
  readonly code: ResponsesToolRunnerErrorCode | undefined;
  /** The function's name, where the error is about one. */
  readonly tool: string | undefined;
  /** The calls that had begun. */
  readonly attemptedCallIds: string[];
  /** The calls that had given a result. */
  readonly completedCallIds: string[];
}

/** Asks for a response, runs the functions that the model calls, and asks again. */
export class ResponsesToolRunner {
  constructor(registered: ResponsesRunnerTools);
  /** The response that calls no function any more. Rejects with a ResponsesToolRunnerError. */
  run(
    client: ResponsesClient,
    params: wire.ResponseCreateParamsNonStreaming,
    options?: ResponsesRunnerOptions,
  ): Promise<Response>;
  /** Response by response: the functions that one calls run when the loop goes on. */
  iterate(
    client: ResponsesClient,
    params: wire.ResponseCreateParamsNonStreaming,
    options?: ResponsesRunnerOptions,
  ): AsyncGenerator<ResponsesRunnerTurn, void, unknown>;
  /** No new runs. */
  close(): { status: "closed" | "draining" };
}
