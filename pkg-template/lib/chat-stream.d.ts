import type { Stream } from "./api.js";
import type { APIUserAbortError, OpenAIError } from "./errors.js";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessage,
  CompletionUsage,
  ChatCompletionTokenLogprob,
} from "../types.d.ts";

/** What a ChatCompletionStream reports: the name of an event and what its listeners get. */
export interface ChatCompletionStreamEvents {
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
  message: (message: ChatCompletionMessage) => void;
  chatCompletion: (completion: ChatCompletion) => void;
  finalContent: (content: string) => void;
  finalMessage: (message: ChatCompletionMessage) => void;
  finalChatCompletion: (completion: ChatCompletion) => void;
  totalUsage: (usage: CompletionUsage) => void;
  error: (error: OpenAIError) => void;
  abort: (error: APIUserAbortError) => void;
  end: () => void;
}

type Events = ChatCompletionStreamEvents;

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
export class ChatCompletionStream implements AsyncIterable<ChatCompletionChunk> {
  readonly controller: AbortController;
  readonly ended: boolean;
  readonly errored: boolean;
  readonly aborted: boolean;
  /** The answer so far. */
  get currentChatCompletionSnapshot(): ChatCompletion | undefined;
  abort(): void;
  on<E extends keyof Events>(event: E, listener: Events[E]): this;
  once<E extends keyof Events>(event: E, listener: Events[E]): this;
  off<E extends keyof Events>(event: E, listener: Events[E]): this;
  /** The next event of that name; rejects if the stream fails before. Awaits the end, like `done`. */
  emitted<E extends keyof Events>(event: E): Promise<Parameters<Events[E]>[0]>;
  /**
   * Resolves at the end, rejects if the stream fails. Once this, `emitted` or one of the methods below
   * was called, reading waits for no iterator: what an iterator has not taken is kept in memory.
   */
  done(): Promise<void>;
  finalChatCompletion(): Promise<ChatCompletion>;
  finalMessage(): Promise<ChatCompletionMessage>;
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
  static fromReadableStream(readable: ReadableStream<Uint8Array>): ChatCompletionStream;
}
