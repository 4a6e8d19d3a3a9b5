// What every client's entry exports, apart from its classes, `toFile` and `decodeEventStream`.

export * from "./errors.js";
// The class, and not the wire object of this name.
export { ResponseError } from "./errors.js";
export { watchFingerprint, type SeenFingerprint } from "./reproducibility.js";
export { APIPromise, Page, PagePromise, Stream } from "./api.js";
export * from "./parse-errors.js";
export type {
  ChatCompletionRunner,
  ChatCompletionRunToolsParams,
  ChatCompletionStreamEvents,
  RunnableFunction,
  RunnableTool,
  RunToolsOptions,
} from "./chat-stream.js";
export type {
  AutoParseableResponseFormat,
  AutoParseableTextFormat,
  AutoParseableTool,
  ParsedChatCompletion,
  ParsedChatCompletionMessage,
  ParsedFunctionToolCall,
} from "./parse.js";
export type {
  Fetch,
  HeadersLike,
  Logger,
  LogLevel,
  QueryLike,
  QueryValue,
  RateLimit,
  RateLimitCount,
  RawRequestOptions,
  RequestOptions,
  SharedClientOptions,
  StreamOptions,
} from "./api.js";
export type * from "./more.js";
export type {
  ParsedResponse,
  ParsedResponseStreamEvent,
  ResponseResumeParams,
  ResponseStream,
  ResponseStreamEvents,
  ResponseStreamParams,
} from "./responses.js";
export type * from "../types.d.ts";
