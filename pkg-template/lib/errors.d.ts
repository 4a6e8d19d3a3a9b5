// The error classes: names, fields and messages of the official `openai` package, then ours.

import type { RateLimit } from "./api.js";

/** Every error that this package throws on purpose. */
export class OpenAIError extends Error {
  /** The text of choice 0 until then, where the error ended a stream. */
  readonly text?: string | undefined;
  /** The heading of the documents about this error, with causes and remedy: a URL. */
  get docs(): string;
}

/** An option or a parameter is missing, malformed or not accepted; nothing was sent. */
export class InvalidOptionError extends OpenAIError {
  /** Which one, as a path: `proxyUrl`, `messages[0].content`. */
  readonly option: string;
  /** `invalid_option`, or `key_not_accepted` where someone passed what must not be in a keyless client. */
  readonly code: "invalid_option" | "key_not_accepted" | (string & {});
}

/** The server answered with an error status, or with an error inside a stream (then `status` may be undefined). */
export class APIError<S extends number | undefined = number | undefined> extends OpenAIError {
  readonly status: S;
  readonly headers: Headers | undefined;
  readonly error: object | undefined;
  readonly code: string | null | undefined;
  readonly param: string | null | undefined;
  readonly type: string | undefined;
  readonly requestID: string | null | undefined;
  /** What is left of the limits, if the answer said so. */
  readonly rateLimit: RateLimit | undefined;
}

export class APIUserAbortError extends APIError<undefined> {}
export class APIConnectionError extends APIError<undefined> {}
export class APIConnectionTimeoutError extends APIConnectionError {}
export class BadRequestError extends APIError<400> {}
export class AuthenticationError extends APIError<401> {}
export class PermissionDeniedError extends APIError<403> {}
export class NotFoundError extends APIError<404> {}
export class ConflictError extends APIError<409> {}
export class UnprocessableEntityError extends APIError<422> {}
export class RateLimitError extends APIError<429> {}
export class InternalServerError extends APIError<number> {}

/** The answer is not what the endpoint documents: no stream where one was asked for, no JSON, an empty body. */
export class ResponseError extends OpenAIError {
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  readonly requestID: string | undefined;
}

/** A stream ended in a way that is no success. */
export class StreamError extends OpenAIError {
  /** What choice 0 had said until then. */
  readonly text: string;
  /** The index of the event that failed, counted from 0. */
  readonly eventIndex: number | undefined;
}

/** The stream ended without `[DONE]`, a `finish_reason` or a closing event, here or before our proxy. */
export class StreamTruncatedError extends StreamError {}
/** One event is larger than `maxEventBytes`. */
export class StreamLimitError extends StreamError {}
/** No event came within `idleTimeout`, or within the limit of our proxy. */
export class StreamIdleTimeoutError extends StreamError {}
/** An event is not JSON. */
export class StreamDecodeError extends StreamError {}

/** The WebAssembly instance trapped. Calls in flight fail with this; the next call gets a new instance. */
export class WasmTrapError extends OpenAIError {}
