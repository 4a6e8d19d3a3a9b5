import type { RequestOptions, Stream } from "./api.js";
import type { APIUserAbortError, OpenAIError } from "./errors.js";
import type {
  AutoParseableTool,
  ParsedChatCompletion,
  ParsedChatCompletionMessage,
  ParsedFunction,
} from "./parse.js";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionCreateParams,
  CompletionUsage,
  ChatCompletionTokenLogprob,
} from "../types.d.ts";

/**
 * What a ChatCompletionStream or a run of tools reports: the name of an event and what its listeners get. Events of pieces
 * come from streams alone.
 */
export interface ChatCompletionStreamEvents<Parsed = unknown> {
  connect: () => void;
  chunk: (chunk: ChatCompletionChunk, snapshot: ChatCompletion) => void;
  content: (delta: string, snapshot: string) => void;
  /**
   * `parsed` is the JSON that the text holds so far, when JSON was asked for. The whole text is parsed
   * when it is read, once for each event. It is null if there is nothing yet, if the text is no JSON,
   * or if it is nested deeper than 512 levels.
   */
  "content.delta": (event: { delta: string; snapshot: string; readonly parsed: unknown }) => void;
  "content.done": (event: { content: string; readonly parsed: unknown }) => void;
  "refusal.delta": (event: { delta: string; snapshot: string }) => void;
  "refusal.done": (event: { refusal: string }) => void;
  "tool_calls.function.arguments.delta": (event: {
    name: string;
    index: number;
    arguments: string;
    readonly parsed_arguments: unknown;
    arguments_delta: string;
  }) => void;
  "tool_calls.function.arguments.done": (event: {
    name: string;
    index: number;
    arguments: string;
    readonly parsed_arguments: unknown;
  }) => void;
  "logprobs.content.delta": (event: {
    content: ChatCompletionTokenLogprob[];
    snapshot: ChatCompletionTokenLogprob[];
  }) => void;
  "logprobs.content.done": (event: { content: ChatCompletionTokenLogprob[] }) => void;
  "logprobs.refusal.delta": (event: {
    refusal: ChatCompletionTokenLogprob[];
    snapshot: ChatCompletionTokenLogprob[];
  }) => void;
  "logprobs.refusal.done": (event: { refusal: ChatCompletionTokenLogprob[] }) => void;
  message: (message: ChatCompletionMessageParam) => void;
  functionToolCall: (call: ParsedFunction) => void;
  functionToolCallResult: (content: string) => void;
  chatCompletion: (completion: ChatCompletion) => void;
  finalContent: (content: string) => void;
  finalMessage: (message: ParsedChatCompletionMessage<Parsed>) => void;
  finalChatCompletion: (completion: ParsedChatCompletion<Parsed>) => void;
  finalFunctionToolCall: (call: ParsedFunction) => void;
  finalFunctionToolCallResult: (content: string) => void;
  totalUsage: (usage: CompletionUsage) => void;
  error: (error: OpenAIError) => void;
  abort: (error: APIUserAbortError) => void;
  end: () => void;
}

type Events<Parsed> = ChatCompletionStreamEvents<Parsed>;

/**
 * Events while a chat answer comes, and the whole answer at its end.
 *
 * Of what comes in pieces nothing is lost, whatever a server calls it: texts are joined (of `id`,
 * `type`, `role`, `name`, `index`, `object`, `format`, `status` and names that end in `_id`, `_type`
 * or `_at` the last one counts), lists are appended, their entries put together by their `index` if
 * they have one, and objects are put together by the same rules. Of a content that comes as parts the
 * texts are `content`, what the model thinks is `reasoning_content`, and any other part stands in
 * `content_parts`. The final message can be sent back as it is.
 *
 * A failure that nobody awaits and no listener for `error` hears is an unhandled rejection. Of an
 * abort a listener for `abort` or `error` is enough.
 */
export class ChatCompletionStream<Parsed = null> implements AsyncIterable<ChatCompletionChunk> {
  readonly controller: AbortController;
  /** By which `client.streams.resume` finds the stream, once `connect` was told; null if it cannot be resumed. */
  readonly id: string | null;
  readonly ended: boolean;
  readonly errored: boolean;
  readonly aborted: boolean;
  /** The answer so far. */
  get currentChatCompletionSnapshot(): ChatCompletion | undefined;
  abort(): void;
  /** Closes the connection. A stream that can be resumed is not stopped at the proxy, as with `Stream`. */
  detach(): void;
  on<E extends keyof Events<Parsed>>(event: E, listener: Events<Parsed>[E]): this;
  once<E extends keyof Events<Parsed>>(event: E, listener: Events<Parsed>[E]): this;
  off<E extends keyof Events<Parsed>>(event: E, listener: Events<Parsed>[E]): this;
  /** The next event of that name; rejects if the stream fails before. Awaits the end, like `done`. */
  emitted<E extends keyof Events<Parsed>>(event: E): Promise<Parameters<Events<Parsed>[E]>[0]>;
  /**
   * Resolves at the end, rejects if the stream fails. Once this, `emitted` or one of the methods below
   * was called, reading waits for no iterator: what an iterator has not taken is kept in memory.
   */
  done(): Promise<void>;
  finalChatCompletion(): Promise<ParsedChatCompletion<Parsed>>;
  finalMessage(): Promise<ParsedChatCompletionMessage<Parsed>>;
  /** The last call of a function. */
  finalFunctionToolCall(): Promise<ParsedFunction | undefined>;
  /** What the last call of a function gave. */
  finalFunctionToolCallResult(): Promise<string | undefined>;
  /** What was said and answered so far: the messages sent, the model's, and the tools' results. */
  readonly messages: ChatCompletionMessageParam[];
  /** The whole answers so far. */
  allChatCompletions(): ChatCompletion[];
  finalContent(): Promise<string | null>;
  totalUsage(): Promise<CompletionUsage>;
  /**
   * The chunks. Leaving the loop aborts the request. Reading waits for a loop that is 256 chunks
   * behind, unless the end is awaited (see `done`).
   */
  [Symbol.asyncIterator](): AsyncIterator<ChatCompletionChunk>;
  /** The chunks as newline-delimited JSON. */
  toReadableStream(): ReturnType<Stream<ChatCompletionChunk>["toReadableStream"]>;
  /** Reads what `toReadableStream` wrote. `abort()` stops the reading at once and cancels the source. */
  static fromReadableStream(readable: ReadableStream<Uint8Array>): ChatCompletionStream<null>;
}

/** A function that `runTools` calls. */
export interface RunnableFunction<Arguments, Context> {
  /** By default the function's own name. */
  name?: string | undefined;
  description?: string | undefined;
  /** A JSON Schema of the arguments. */
  parameters?: object | undefined;
  strict?: boolean | undefined;
  /** Makes the arguments of the model's text. What it throws is told to the model, which may try again. */
  parse?: ((text: string) => Arguments | Promise<Arguments>) | undefined;
  /** Gives a text, or what has a JSON form. */
  function: (args: Arguments, runner: ChatCompletionRunner, context: Context) => unknown;
}

export type RunnableTool<Context> =
  | { type: "function"; function: RunnableFunction<any, Context> }
  | AutoParseableTool<any>
  | Exclude<ChatCompletionTool, { type: "function" }>;

/** A run of tools; with `stream` its chunks can be iterated. */
export type ChatCompletionRunner<Parsed = null> = ChatCompletionStream<Parsed>;

export type ChatCompletionRunToolsParams<Context = unknown> = Omit<
  ChatCompletionCreateParams,
  "tools" | "stream" | "n"
> & {
  tools: ReadonlyArray<RunnableTool<Context>>;
  stream?: boolean | undefined;
  /** Handed to each function. */
  toolContext?: Context | undefined;
};

export interface RunToolsOptions extends RequestOptions {
  /** After so many answers that call tools the run fails by a ToolError. Default: 10. */
  maxChatCompletions?: number | undefined;
  /** Called after each answer, when its tools have been run. */
  afterCompletion?:
    | ((completion: ChatCompletion, runner: ChatCompletionRunner) => void | Promise<void>)
    | undefined;
}
