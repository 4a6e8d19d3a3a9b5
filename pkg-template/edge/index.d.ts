import { BaseClient, type SharedClientOptions } from "../lib/api.js";
import * as errors from "../lib/errors.js";
import * as types from "../lib/namespaces.js";

/** The provider's key: a string, or a function called before every attempt. */
export type Key = string | (() => string | Promise<string>);

export interface ClientOptions extends SharedClientOptions {
  /** By default the process's `OPENAI_API_KEY`; Workers pass `env.OPENAI_API_KEY`. */
  apiKey?: Key | undefined;
  /** The server's URL with its path. By default `OPENAI_BASE_URL`, else OpenAI's. */
  baseURL?: string | undefined;
  /**
   * Servers of your own that are reached by plain HTTP, each a host and its port: `["ollama:11434"]`.
   * Anyone on the network path can read the key and the answers.
   */
  allowHttp?: readonly string[] | undefined;
  /** `OpenAI-Organization`. By default `OPENAI_ORG_ID`. */
  organization?: string | null | undefined;
  /** `OpenAI-Project`. By default `OPENAI_PROJECT_ID`, likewise. */
  project?: string | null | undefined;
  /** What OpenAI signs webhooks with: `whsec_…`. By default `OPENAI_WEBHOOK_SECRET`. */
  webhookSecret?: string | null | undefined;
}

/** Messages of OpenAI to your server. */
export interface Webhooks {
  /**
   * The event of a message that OpenAI signed. Rejects with InvalidWebhookSignatureError otherwise.
   *
   * @param payload the body's text, as it came
   * @param secret by default the client's `webhookSecret`
   * @param tolerance seconds that the message's time may differ from ours; default 300
   */
  unwrap<Event = { id: string; type: string; created_at: number; data: { id: string } }>(
    payload: string,
    headers: Headers | Record<string, string | string[] | undefined>,
    secret?: string | null,
    tolerance?: number,
  ): Promise<Event>;
  /** Resolves if OpenAI signed the message. */
  verifySignature(
    payload: string,
    headers: Headers | Record<string, string | string[] | undefined>,
    secret?: string | null,
    tolerance?: number,
  ): Promise<void>;
}

/** The key-holding client, for servers and Workers. It refuses to run in a browser. */
export class OpenAI extends BaseClient {
  constructor(options?: ClientOptions);
  readonly organization: string | null;
  readonly project: string | null;
  webhookSecret: string | null;
  readonly webhooks: Webhooks;
  /**
   * A client with these options over this one's. It goes on with this one's token, unless that or the server
   * changes.
   */
  withOptions(options: Partial<ClientOptions>): OpenAI;
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
export * from "../lib/exports.js";
export { ChatCompletionStream } from "../lib/chat-stream.js";
export { toFile, type ToFileInput } from "../lib/to-file.js";
