import type { ProxyOption } from "./client/build.d.ts";
import { BaseClient, type SharedClientOptions } from "./lib/api.js";
import type { APIPromise, RequestOptions } from "./lib/api.js";
import * as errors from "./lib/errors.js";
import * as types from "./lib/namespaces.js";
import type { Budget } from "./types.d.ts";

/**
 * The session token that your proxy asks for: a string, or a function that gives one. It is called by the
 * first call, and again when the proxy refuses the token: once for all calls whose token was that one,
 * which are then sent again. A call whose new token is refused fails, and so does one whose function gives
 * the same token again; the next call asks anew. Its time counts within the call's `timeout`.
 */
export type Token = string | (() => string | Promise<string>);

export interface ClientOptions extends SharedClientOptions, ProxyOption {
  token?: Token | undefined;
  /** Whether cookies go with the requests. Default `"omit"`. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
}

/**
 * The keyless client: it talks to your proxy, which alone holds the key.
 *
 * WebAssembly loads on the first call.
 */
export class OpenAI extends BaseClient {
  constructor(options: ClientOptions);
  /**
   * A client with these options over this one's. It goes on with this one's token, unless that or the server
   * changes.
   */
  withOptions(options: Partial<ClientOptions>): OpenAI;
  /** What the caller may still spend, if the proxy has a budget: `GET /budget`. */
  budget(options?: RequestOptions): APIPromise<Budget>;
  static OpenAI: typeof OpenAI;
}
export interface OpenAI extends BaseClient {}
export namespace OpenAI {
  export import OpenAIError = errors.OpenAIError;
  export import InvalidOptionError = errors.InvalidOptionError;
  export import APIError = errors.APIError;
  export import APIUserAbortError = errors.APIUserAbortError;
  export import APIConnectionError = errors.APIConnectionError;
  export import APIConnectionTimeoutError = errors.APIConnectionTimeoutError;
  export import BadRequestError = errors.BadRequestError;
  export import AuthenticationError = errors.AuthenticationError;
  export import PermissionDeniedError = errors.PermissionDeniedError;
  export import NotFoundError = errors.NotFoundError;
  export import ConflictError = errors.ConflictError;
  export import UnprocessableEntityError = errors.UnprocessableEntityError;
  export import RateLimitError = errors.RateLimitError;
  export import InternalServerError = errors.InternalServerError;
  export import ResponseError = errors.ResponseError;
  export import StreamError = errors.StreamError;
  export import StreamTruncatedError = errors.StreamTruncatedError;
  export import StreamLimitError = errors.StreamLimitError;
  export import StreamIdleTimeoutError = errors.StreamIdleTimeoutError;
  export import StreamDecodeError = errors.StreamDecodeError;
  export import WasmTrapError = errors.WasmTrapError;
  export import Chat = types.Chat;
  export import Responses = types.Responses;
  export import Conversations = types.Conversations;
  export import Completions = types.Completions;
  export import Embeddings = types.Embeddings;
  export import Files = types.Files;
  export import Images = types.Images;
  export import Audio = types.Audio;
  export import Moderations = types.Moderations;
  export import Models = types.Models;
  export import Batches = types.Batches;
  export import FineTuning = types.FineTuning;
  export import Uploads = types.Uploads;
  export import VectorStores = types.VectorStores;
  export import Batch = types.Batch;
  export import ChatModel = types.ChatModel;
  export import Completion = types.Completion;
  export import CompletionCreateParams = types.CompletionCreateParams;
  export import CompletionUsage = types.CompletionUsage;
  export import CreateEmbeddingResponse = types.CreateEmbeddingResponse;
  export import EmbeddingCreateParams = types.EmbeddingCreateParams;
  export import FileCreateParams = types.FileCreateParams;
  export import FileDeleted = types.FileDeleted;
  export import FileListParams = types.FileListParams;
  export import FileObject = types.FileObject;
  export import FunctionDefinition = types.FunctionDefinition;
  export import FunctionParameters = types.FunctionParameters;
  export import ImageGenerateParams = types.ImageGenerateParams;
  export import ImagesResponse = types.ImagesResponse;
  export import Model = types.Model;
  export import ModelDeleted = types.ModelDeleted;
  export import ModerationCreateParams = types.ModerationCreateParams;
  export import ModerationCreateResponse = types.ModerationCreateResponse;
  export import PagePromise = types.PagePromise;
  export import RequestOptions = types.RequestOptions;
  export import ResponseFormatJSONObject = types.ResponseFormatJSONObject;
  export import ResponseFormatJSONSchema = types.ResponseFormatJSONSchema;
  export import ResponseFormatText = types.ResponseFormatText;
  export import Upload = types.Upload;
  export import VectorStore = types.VectorStore;
}
export default OpenAI;
export * from "./lib/exports.js";
export { ChatCompletionStream } from "./lib/chat-stream.js";
export {
  decodeEventStream,
  type EventStreamOptions,
  type ServerSentEvent,
} from "./lib/event-stream.js";
export { toFile, type ToFileInput } from "./lib/to-file.js";
