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
  /** `parsed` is the JSON that the text holds so far, when JSON was asked for; read, it is parsed. */
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
  "logprobs.content.delta": (event: { content: ChatCompletionTokenLogprob[]; snapshot: ChatCompletionTokenLogprob[] }) => void;
  "logprobs.content.done": (event: { content: ChatCompletionTokenLogprob[] }) => void;
  "logprobs.refusal.delta": (event: { refusal: ChatCompletionTokenLogprob[]; snapshot: ChatCompletionTokenLogprob[] }) => void;
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

/** Events while a chat answer comes, and the whole answer at its end. */
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
  /** The next event of that name; rejects if the stream fails before. */
  emitted<E extends keyof Events>(event: E): Promise<Parameters<Events[E]>[0]>;
  /** Resolves at the end, rejects if the stream fails. */
  done(): Promise<void>;
  finalChatCompletion(): Promise<ChatCompletion>;
  finalMessage(): Promise<ChatCompletionMessage>;
  finalContent(): Promise<string | null>;
  totalUsage(): Promise<CompletionUsage>;
  /** The chunks. Leaving the loop aborts the request; reading waits for a slow loop. */
  [Symbol.asyncIterator](): AsyncIterator<ChatCompletionChunk>;
  /** The chunks as newline-delimited JSON. */
  toReadableStream(): ReturnType<Stream<ChatCompletionChunk>["toReadableStream"]>;
  /** Reads what `toReadableStream` wrote. */
  static fromReadableStream(readable: ReadableStream<Uint8Array>): ChatCompletionStream;
}
