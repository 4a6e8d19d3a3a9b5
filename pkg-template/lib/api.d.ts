// Types that the keyless and the key-holding client share. Wire objects stand in ../types.d.ts.

import type {
  Audio,
  Chat,
  Completions,
  Edits,
  Embeddings,
  Engines,
  Files,
  FineTunes,
  Images,
  Models,
  Moderations,
} from "./resources.js";
import type { Batches, Containers, FineTuning, Uploads, VectorStores } from "./more.js";
import type { Conversations, Responses } from "./responses.js";
import type { ChatCompletionChunk } from "../types.d.ts";

/** Called like `fetch`: `(url, init)`. A service binding's `fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response> | Response;

export type HeadersLike =
  | Headers
  | Iterable<readonly [string, string | null | undefined]>
  | Record<string, string | number | boolean | null | undefined>;

/** A parameter's value; lists and objects are written as the official client does: `a[]=1&b[c]=2`. */
export type QueryValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

export type QueryLike =
  | URLSearchParams
  | Iterable<readonly [string, QueryValue]>
  | Record<string, QueryValue>;

export interface StreamOptions {
  /** How long a stream may bring no event, in milliseconds; 0 means for ever. Comments are no events. Default: `timeout`. */
  idleTimeout?: number | undefined;
  /** The size in bytes at which one stream event is refused. Default: 64 MiB. */
  maxEventBytes?: number | undefined;
  /** What an end without `[DONE]`, a `finish_reason` or a closing event is: an error (default), or a normal end. */
  truncation?: "error" | "ignore" | undefined;
  /**
   * Whether streams are asked for that can be resumed, from a proxy with the option `resumable`. One whose
   * connection breaks off reconnects by itself. Default: false.
   */
  resumable?: boolean | undefined;
}

/** Options of both clients' constructors. */
export interface SharedClientOptions extends StreamOptions {
  /** The time limit of one attempt in milliseconds, to the end of a buffered body or to the head of a stream. Default: 600 000. */
  timeout?: number | undefined;
  /** How often a failed attempt is repeated. Default: 2. */
  maxRetries?: number | undefined;
  /** Instead of the platform's `fetch`. */
  fetch?: Fetch | undefined;
  /** Headers of every request; null removes one that the client would send, undefined says nothing. */
  defaultHeaders?: HeadersLike | undefined;
  /** Query parameters of every request. */
  defaultQuery?: QueryLike | undefined;
  /**
   * Whose documented ranges and rules the parameters are held to before they are sent. Default: `"none"`,
   * or in `openai-wasm/edge` the provider's whose host is the base URL's.
   */
  profile?: "openai" | "fireworks" | "none" | undefined;
  /**
   * A tokenizer of `openai-wasm/tokens`, or its `fitter(options)`: the oldest turns of a chat completion that
   * does not fit into the model's window are left out before it is sent, and the result says so in
   * `fitted`. One that cannot be made to fit is rejected unsent. Default: off.
   */
  fit?: { attach(client: never): void } | undefined;
  /** How much `logger` is told. Default: `warn`. */
  logLevel?: LogLevel | undefined;
  /** Default: `console`. It is told of calls, attempts and answers, never of bodies and credentials. */
  logger?: Logger | undefined;
}

export type LogLevel = "off" | "error" | "warn" | "info" | "debug";

export interface Logger {
  error(message: string, ...rest: unknown[]): void;
  warn(message: string, ...rest: unknown[]): void;
  info(message: string, ...rest: unknown[]): void;
  debug(message: string, ...rest: unknown[]): void;
}

/** What is left of one limit. */
export interface RateLimitCount {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds until the whole limit is there again. */
  readonly resetMs: number | undefined;
}

/** What the server told of its limits, in the headers `x-ratelimit-*`. */
export interface RateLimit {
  readonly requests?: RateLimitCount | undefined;
  readonly tokens?: RateLimitCount | undefined;
}

/** Options of one call. */
export interface RequestOptions extends StreamOptions {
  timeout?: number | undefined;
  maxRetries?: number | undefined;
  /** Headers of this request; null removes one, undefined says nothing. */
  headers?: HeadersLike | undefined;
  /** In place of the client's parameters of the same names; null and undefined remove one. */
  query?: QueryLike | undefined;
  /** Ends the call at once, in every state. */
  signal?: AbortSignal | null | undefined;
  /** The header `Idempotency-Key`, the same for every attempt. */
  idempotencyKey?: string | undefined;
}

/** Options of `client.get`, `.post` and the like. */
export interface RawRequestOptions extends RequestOptions {
  /**
   * Sent as JSON; FormData, a Blob, bytes, URLSearchParams and a stream or async iterable of bytes are sent
   * as they are, and so is a text with a `Content-Type` of its own. Null is no body.
   */
  body?: object | string | number | boolean | null | undefined;
  /** Asks for server-sent events; by default what `body.stream` says. */
  stream?: boolean | undefined;
}

/** A promise of the parsed answer that also gives the response it came in. */
export class APIPromise<T> extends Promise<T> {
  /** The response, its body unread when this is called in the same turn as the method. */
  asResponse(): Promise<Response>;
  withResponse(): Promise<{
    data: T;
    response: Response;
    request_id: string | null;
    rate_limit: RateLimit | undefined;
  }>;
}

/** A page of a list; iterate it with `for await` to get the items of this page and all that follow. */
export class Page<T> implements AsyncIterable<T> {
  object: string;
  data: T[];
  has_more?: boolean | undefined;
  readonly response: Response;
  readonly _request_id?: string | null | undefined;
  readonly _rate_limit?: RateLimit | undefined;
  getPaginatedItems(): T[];
  hasNextPage(): boolean;
  getNextPage(): Promise<this>;
  iterPages(): AsyncGenerator<this>;
  [Symbol.asyncIterator](): AsyncGenerator<T>;
}

export class PagePromise<T> extends APIPromise<Page<T>> implements AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncGenerator<T>;
}

/**
 * A streamed answer: chunks by `for await`, or text by `textStream`. It can be consumed once.
 *
 * Leaving the loop, `controller.abort()` and the call's signal close the connection. Every end that is
 * no success throws; the text until then stands on the error. A stream that can be resumed (`resumable`)
 * is stopped at the proxy, too, when the loop is left or the call aborted; `detach()` lets it go on.
 */
export class Stream<T> implements AsyncIterable<T> {
  readonly controller: AbortController;
  /** By which `client.streams.resume` finds the stream; null if it cannot be resumed. */
  readonly id: string | null;
  /** The number of the last event that was read, counted from 1, of a stream that can be resumed. */
  readonly lastEventId: number | null;
  /**
   * Closes the connection: a loop that waits gets an APIUserAbortError. A stream that can be resumed is not
   * stopped; it goes on at the proxy until it ends, or until the proxy's `graceMs` have passed without a reader.
   */
  detach(): void;
  [Symbol.asyncIterator](): AsyncIterator<T>;
  /** The text of choice 0: one string for each network read that brought any. */
  get textStream(): AsyncIterable<string>;
  tee(): [Stream<T>, Stream<T>];
  /** The chunks as newline-delimited JSON. */
  toReadableStream(): ReadableStream<Uint8Array>;
  /** The text of choice 0 in UTF-8, for a Response of your own. */
  toTextStream(): ReadableStream<Uint8Array>;
  static fromReadableStream<T>(
    readable: ReadableStream<Uint8Array>,
    controller?: AbortController,
  ): Stream<T>;
}

/** Streams that a proxy keeps for a while, so that they can be resumed. */
export interface Streams {
  /**
   * Reads a stream from the start, or after the event of that number, then follows it. Leaving the loop and
   * aborting stop it, as with the stream it resumes.
   */
  resume<T = ChatCompletionChunk>(
    id: string,
    options?: RequestOptions & { after?: number | undefined },
  ): APIPromise<Stream<T>>;
  /** Stops a stream: the model writes no more, and what it wrote is charged. */
  stop(id: string, options?: RequestOptions): APIPromise<void>;
}

/** Answers carry the server's id of their request and what is left of the limits, neither enumerable. */
export interface WithRequestId {
  readonly _request_id?: string | null | undefined;
  readonly _rate_limit?: RateLimit | undefined;
}

/** What both clients are. */
export class BaseClient {
  readonly baseURL: string;
  /** The time limit of one attempt in milliseconds. */
  timeout: number;
  maxRetries: number;
  readonly chat: Chat;
  readonly responses: Responses;
  readonly conversations: Conversations;
  readonly batches: Batches;
  readonly containers: Containers;
  readonly fineTuning: FineTuning;
  readonly uploads: Uploads;
  readonly vectorStores: VectorStores;
  readonly completions: Completions;
  readonly edits: Edits;
  readonly embeddings: Embeddings;
  readonly images: Images;
  readonly audio: Audio;
  readonly files: Files;
  readonly fineTunes: FineTunes;
  readonly models: Models;
  readonly moderations: Moderations;
  readonly engines: Engines;
  readonly streams: Streams;
  /**
   * A `fetch` for other libraries: it sends the client's token in place of any `Authorization`, and a new one
   * if the server refuses that. A URL that is not below the base URL is refused, and so are redirects. It repeats
   * nothing else and reads no answer.
   */
  readonly fetch: (
    input: string | URL | Request,
    init?: RequestInit,
  ) => Promise<globalThis.Response>;
  /** Any endpoint below the base URL, with the same transport. `path` starts with `/`. */
  get<T = unknown>(path: string, options?: RawRequestOptions): APIPromise<T>;
  post<T = unknown>(path: string, options?: RawRequestOptions): APIPromise<T>;
  put<T = unknown>(path: string, options?: RawRequestOptions): APIPromise<T>;
  patch<T = unknown>(path: string, options?: RawRequestOptions): APIPromise<T>;
  delete<T = unknown>(path: string, options?: RawRequestOptions): APIPromise<T>;
}
