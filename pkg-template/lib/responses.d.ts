// client.responses and client.conversations. The wire objects are in ../types.d.ts.

import type { APIPromise, PagePromise, RequestOptions, Stream, WithRequestId } from "./api.js";
import type { APIUserAbortError, OpenAIError } from "./errors.js";
import type { ListParams } from "./more.js";
import type * as wire from "../types.d.ts";

type Answer<T> = APIPromise<T & WithRequestId>;

/** A response as this package gives it. */
export interface Response extends wire.ModelResponse {
  /** The text of all messages. */
  output_text: string;
}

/** A response whose text was parsed by its format, and whose calls by their tools. */
export interface ParsedResponse<Parsed> extends Response {
  /** Null if the model refused, called tools or was cut off. */
  output_parsed: Parsed | null;
}

/** What the answer to these parameters is parsed to. */
export type ResponseParsedBy<Params> = Params extends { text: { format: infer Format } }
  ? Format extends { __output: infer Parsed }
    ? Parsed
    : Format extends { type: "json_schema" }
      ? unknown
      : null
  : null;

/** An event, with the text or the arguments so far on those that are a piece of one. */
export type ParsedResponseStreamEvent =
  | Exclude<
      wire.ResponseStreamEvent,
      wire.ResponseTextDeltaEvent | wire.ResponseFunctionCallArgumentsDeltaEvent
    >
  | (wire.ResponseTextDeltaEvent & { snapshot: string })
  | (wire.ResponseFunctionCallArgumentsDeltaEvent & { snapshot: string });

export type ResponseStreamEvents = {
  [Type in ParsedResponseStreamEvent["type"]]: (
    event: Extract<ParsedResponseStreamEvent, { type: Type }>,
  ) => void;
} & {
  connect: () => void;
  /** Every event, also those that this package does not know. */
  event: (event: ParsedResponseStreamEvent) => void;
  error: (error: OpenAIError) => void;
  abort: (error: APIUserAbortError) => void;
  end: () => void;
};

/**
 * Events while a response comes, and the whole response at its end, put together from any server's events.
 *
 * A failure that is neither awaited nor heard by a listener for `error` is an unhandled rejection.
 */
export interface ResponseStream<Parsed = null> extends AsyncIterable<ParsedResponseStreamEvent> {
  readonly controller: AbortController;
  /** By which `client.streams.resume` finds the stream, once `connect` was told; null if it cannot be resumed. */
  readonly id: string | null;
  readonly ended: boolean;
  readonly errored: boolean;
  readonly aborted: boolean;
  abort(): void;
  /** Closes the connection. A stream that can be resumed is not stopped at the proxy, as with `Stream`. */
  detach(): void;
  on<E extends keyof ResponseStreamEvents>(event: E, listener: ResponseStreamEvents[E]): this;
  once<E extends keyof ResponseStreamEvents>(event: E, listener: ResponseStreamEvents[E]): this;
  off<E extends keyof ResponseStreamEvents>(event: E, listener: ResponseStreamEvents[E]): this;
  /** The next event of that name; rejects if the stream fails before. */
  emitted<E extends keyof ResponseStreamEvents>(
    event: E,
  ): Promise<Parameters<ResponseStreamEvents[E]>[0]>;
  /** Resolves at the end, rejects if the stream fails. */
  done(): Promise<void>;
  /** The whole response: `completed`, or `incomplete` if it was cut off by a limit. */
  finalResponse(): Promise<ParsedResponse<Parsed>>;
  /** The events as newline-delimited JSON. */
  toReadableStream(): ReadableStream<Uint8Array>;
}

export type ResponseStreamParams = Omit<wire.ResponseCreateParamsStreaming, "stream"> & {
  stream?: true | undefined;
};

/** A response that runs, or has run, in the background. */
export interface ResponseResumeParams {
  response_id: string;
  /** Only events after the one with this `sequence_number` are given. */
  starting_after?: number | undefined;
}

export interface Responses {
  create(params: wire.ResponseCreateParamsNonStreaming, options?: RequestOptions): Answer<Response>;
  create(
    params: wire.ResponseCreateParamsStreaming,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ResponseStreamEvent>>;
  create(
    params: wire.ResponseCreateParams,
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ResponseStreamEvent> | (Response & WithRequestId)>;
  /** `create`, whose answer is parsed by its format and by its strict tools. */
  parse<Params extends wire.ResponseCreateParamsNonStreaming>(
    params: Params,
    options?: RequestOptions,
  ): Answer<ParsedResponse<ResponseParsedBy<Params>>>;
  /** Events while the answer comes, and the whole answer at its end. */
  stream<Params extends ResponseStreamParams>(
    params: Params,
    options?: RequestOptions,
  ): ResponseStream<ResponseParsedBy<Params>>;
  stream(params: ResponseResumeParams, options?: RequestOptions): ResponseStream;
  retrieve(
    responseId: string,
    query: wire.ResponseRetrieveParams & { stream: true },
    options?: RequestOptions,
  ): APIPromise<Stream<wire.ResponseStreamEvent>>;
  retrieve(
    responseId: string,
    query?: (wire.ResponseRetrieveParams & { stream?: false | undefined }) | null,
    options?: RequestOptions,
  ): Answer<Response>;
  delete(responseId: string, options?: RequestOptions): APIPromise<unknown>;
  /** Ends a response that runs in the background. */
  cancel(responseId: string, options?: RequestOptions): Answer<wire.ModelResponse>;
  compact(
    params: { model: string; [member: string]: unknown },
    options?: RequestOptions,
  ): Answer<{ id: string; output: wire.ResponseOutputItem[]; [member: string]: unknown }>;
  readonly inputItems: {
    list(
      responseId: string,
      query?: wire.InputItemListParams | null,
      options?: RequestOptions,
    ): PagePromise<wire.ResponseInputItem>;
  };
  readonly inputTokens: {
    /** How many tokens a request would send to the model. */
    count(
      params?: wire.InputTokenCountParams,
      options?: RequestOptions,
    ): Answer<wire.InputTokenCountResponse>;
  };
}

interface InConversation {
  conversation_id: string;
}

export interface Conversations {
  create(
    params?: wire.ConversationCreateParams,
    options?: RequestOptions,
  ): Answer<wire.Conversation>;
  retrieve(conversationId: string, options?: RequestOptions): Answer<wire.Conversation>;
  update(
    conversationId: string,
    params: wire.ConversationUpdateParams,
    options?: RequestOptions,
  ): Answer<wire.Conversation>;
  delete(
    conversationId: string,
    options?: RequestOptions,
  ): Answer<wire.ConversationDeletedResource>;
  readonly items: {
    create(
      conversationId: string,
      params: wire.ConversationItemCreateParams & {
        include?: wire.ResponseIncludable[] | undefined;
      },
      options?: RequestOptions,
    ): Answer<wire.ResponseItemList>;
    retrieve(
      itemId: string,
      params: InConversation & { include?: wire.ResponseIncludable[] | undefined },
      options?: RequestOptions,
    ): Answer<wire.ResponseInputItem>;
    list(
      conversationId: string,
      query?: (ListParams & { include?: wire.ResponseIncludable[] | undefined }) | null,
      options?: RequestOptions,
    ): PagePromise<wire.ResponseInputItem>;
    delete(
      itemId: string,
      params: InConversation,
      options?: RequestOptions,
    ): Answer<wire.Conversation>;
  };
}

// biome-ignore lint/complexity/noUselessEmptyExport: without it all that stands here is exported.
export {};
