// The endpoints' methods. Wire objects stand in ../types.d.ts.

import type { APIPromise, PagePromise, RequestOptions, Stream, WithRequestId } from "./api.js";
import type {
  ChatCompletionRunner,
  ChatCompletionRunToolsParams,
  ChatCompletionStream,
  RunToolsOptions,
} from "./chat-stream.js";
import type { ChatCompletionParseParams, ParsedBy, ParsedChatCompletion } from "./parse.js";
import type { Deleted, ListParams, Speech } from "./more.js";
import type { FitReport } from "../tokens/conversations.js";
import type * as wire from "../types.d.ts";

type Answer<T> = APIPromise<T & WithRequestId>;

/** What the client's option `fit` left out; not enumerable. */
export interface Fitted {
  readonly fitted?: FitReport | undefined;
}

export interface Chat {
  readonly completions: ChatCompletions;
}

export interface ChatCompletions {
  create(
    params: wire.ChatCompletionCreateParamsNonStreaming,
    options?: RequestOptions,
  ): Answer<wire.ChatCompletion & Fitted>;
  create(
    params: wire.ChatCompletionCreateParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ChatCompletionChunk> & Fitted>;
  create(
    params: wire.ChatCompletionCreateParams,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ChatCompletionChunk> | (wire.ChatCompletion & WithRequestId)>;
  /** Events while the answer comes, and the whole answer at its end. */
  stream<
    Params extends Omit<wire.ChatCompletionCreateParamsStreaming, "stream"> & {
      stream?: true | undefined;
    },
  >(params: Params, options?: RequestOptions): ChatCompletionStream<ParsedBy<Params>>;
  /**
   * `create`, whose answer is parsed by its format and by its strict tools. An answer that was cut off is a
   * LengthFinishReasonError or ContentFilterFinishReasonError, one that the schema refuses a StructuredOutputError.
   */
  parse<Params extends ChatCompletionParseParams>(
    params: Params,
    options?: RequestOptions,
  ): Answer<ParsedChatCompletion<ParsedBy<Params>>>;
  /** Completions that the server stored (`store: true`). */
  retrieve(completionId: string, options?: RequestOptions): Answer<wire.ChatCompletion>;
  update(
    completionId: string,
    params: { metadata: Record<string, string> | null },
    options?: RequestOptions,
  ): Answer<wire.ChatCompletion>;
  list(
    query?: (ListParams & { model?: string | undefined }) | null,
    options?: RequestOptions,
  ): PagePromise<wire.ChatCompletion>;
  delete(completionId: string, options?: RequestOptions): Answer<Deleted>;
  readonly messages: {
    list(
      completionId: string,
      query?: ListParams | null,
      options?: RequestOptions,
    ): PagePromise<wire.ChatCompletionMessage & { id: string }>;
  };
  /** Asks the model, calls the functions that it wants and asks again, until it wants none. */
  runTools<Context>(
    params: ChatCompletionRunToolsParams<Context>,
    options?: RunToolsOptions,
  ): ChatCompletionRunner;
}

export interface Completions {
  create(
    params: wire.CompletionCreateParamsNonStreaming,
    options?: RequestOptions,
  ): Answer<wire.Completion>;
  create(
    params: wire.CompletionCreateParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.Completion>>;
  create(
    params: wire.CompletionCreateParams,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.Completion> | (wire.Completion & WithRequestId)>;
}

export interface Edits {
  /** @deprecated OpenAI's own server has no edits any more. */
  create(params: wire.EditCreateParams, options?: RequestOptions): Answer<wire.Edit>;
}

export interface Embeddings {
  /** Vectors come as numbers, also where the server sends base64; unless `encoding_format` asks for base64. */
  create(
    params: wire.EmbeddingCreateParams,
    options?: RequestOptions,
  ): Answer<wire.CreateEmbeddingResponse>;
}

export interface Images {
  generate(
    params: wire.ImageGenerateParamsNonStreaming,
    options?: RequestOptions,
  ): Answer<wire.ImagesResponse>;
  generate(
    params: wire.ImageGenerateParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ImageGenStreamEvent>>;
  generate(
    params: wire.ImageGenerateParams,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ImageGenStreamEvent> | (wire.ImagesResponse & WithRequestId)>;
  edit(
    params: wire.ImageEditParamsNonStreaming,
    options?: RequestOptions,
  ): Answer<wire.ImagesResponse>;
  edit(
    params: wire.ImageEditParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ImageEditStreamEvent>>;
  edit(
    params: wire.ImageEditParams,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ImageEditStreamEvent> | (wire.ImagesResponse & WithRequestId)>;
  createVariation(
    params: wire.ImageCreateVariationParams,
    options?: RequestOptions,
  ): Answer<wire.ImagesResponse>;
}

export interface Audio {
  readonly speech: Speech;
  readonly transcriptions: Transcriptions;
  readonly translations: Translations;
}

export interface Transcriptions {
  create(
    params: wire.TranscriptionCreateParamsNonStreaming<"json" | undefined>,
    options?: RequestOptions,
  ): Answer<wire.Transcription>;
  create(
    params: wire.TranscriptionCreateParamsNonStreaming<"verbose_json">,
    options?: RequestOptions,
  ): Answer<wire.TranscriptionVerbose>;
  create(
    params: wire.TranscriptionCreateParamsNonStreaming<"diarized_json">,
    options?: RequestOptions,
  ): Answer<wire.TranscriptionDiarized>;
  /** Text formats come as they are. */
  create(
    params: wire.TranscriptionCreateParamsNonStreaming<"text" | "srt" | "vtt">,
    options?: RequestOptions,
  ): APIPromise<string>;
  create(
    params: wire.TranscriptionCreateParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.TranscriptionStreamEvent>>;
  create(
    params: wire.TranscriptionCreateParams,
    options?: RequestOptions,
  ): APIPromise<wire.TranscriptionCreateResponse | string | Stream<wire.TranscriptionStreamEvent>>;
}

export interface Translations {
  create(
    params: wire.TranslationCreateParams<"json" | undefined>,
    options?: RequestOptions,
  ): Answer<wire.Translation>;
  create(
    params: wire.TranslationCreateParams<"verbose_json">,
    options?: RequestOptions,
  ): Answer<wire.TranslationVerbose>;
  create(
    params: wire.TranslationCreateParams<"text" | "srt" | "vtt">,
    options?: RequestOptions,
  ): APIPromise<string>;
  create(
    params: wire.TranslationCreateParams,
    options?: RequestOptions,
  ): APIPromise<wire.TranslationCreateResponse | string>;
}

export interface Files {
  create(params: wire.FileCreateParams, options?: RequestOptions): Answer<wire.FileObject>;
  list(query?: wire.FileListParams | null, options?: RequestOptions): PagePromise<wire.FileObject>;
  retrieve(fileId: string, options?: RequestOptions): Answer<wire.FileObject>;
  delete(fileId: string, options?: RequestOptions): Answer<wire.FileDeleted>;
  /** @deprecated The old name of `delete`. */
  del(fileId: string, options?: RequestOptions): Answer<wire.FileDeleted>;
  /** The response, its body unread. */
  content(fileId: string, options?: RequestOptions): APIPromise<Response>;
  /**
   * Waits until the file is processed, or has failed: see `status`. Asks every `pollInterval` ms (5,000), for
   * `maxWait` ms at most (30 minutes).
   */
  waitForProcessing(
    fileId: string,
    options?: RequestOptions & {
      pollInterval?: number | undefined;
      maxWait?: number | undefined;
    },
  ): Promise<wire.FileObject>;
}

/** @deprecated OpenAI's own server has no fine-tunes of this kind any more. */
export interface FineTunes {
  create(params: wire.FineTuneCreateParams, options?: RequestOptions): Answer<wire.FineTune>;
  list(options?: RequestOptions): PagePromise<wire.FineTune>;
  retrieve(fineTuneId: string, options?: RequestOptions): Answer<wire.FineTune>;
  cancel(fineTuneId: string, options?: RequestOptions): Answer<wire.FineTune>;
  /**
   * The job's events so far; with `stream: true` also those to come, until the job has ended. By default
   * such a stream may be silent for a day (`idleTimeout`).
   */
  listEvents(
    fineTuneId: string,
    query: { stream: true },
    options?: RequestOptions,
  ): APIPromise<Stream<wire.FineTuneEvent>>;
  listEvents(
    fineTuneId: string,
    query?: { stream?: false | null | undefined } | null,
    options?: RequestOptions,
  ): PagePromise<wire.FineTuneEvent>;
}

export interface Models {
  list(options?: RequestOptions): PagePromise<wire.Model>;
  retrieve(model: string, options?: RequestOptions): Answer<wire.Model>;
  delete(model: string, options?: RequestOptions): Answer<wire.ModelDeleted>;
  /** @deprecated The old name of `delete`. */
  del(model: string, options?: RequestOptions): Answer<wire.ModelDeleted>;
}

export interface Moderations {
  create(
    params: wire.ModerationCreateParams,
    options?: RequestOptions,
  ): Answer<wire.ModerationCreateResponse>;
}

/** @deprecated Models stand in their place. */
export interface Engines {
  list(options?: RequestOptions): PagePromise<wire.Engine>;
  retrieve(engineId: string, options?: RequestOptions): Answer<wire.Engine>;
}
