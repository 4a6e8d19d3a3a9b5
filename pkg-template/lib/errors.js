// The error classes: names, fields and messages of the official `openai` package, then ours.
// `cause` and stacks may be logged by anyone, so no error here holds a token, a body or a query string.

import { rateLimitOf } from "./rate-limit.js";

/** Where the documents are: the package's `homepage`. */
export const DOCS = "https://github.com/openai-wasm/openai-wasm/blob/main/docs/";

/** Every error that this package throws on purpose. */
export class OpenAIError extends Error {
  /** The heading of the documents about this error: of its code, or else of its class. */
  get docs() {
    // A model server's own code has no heading; a proxy's: lib/response-error.js.
    return headingOf((!(this instanceof APIError) && this.code) || this.name.toLowerCase());
  }
}

/** The URL of a heading of docs/errors.md. */
export const headingOf = (anchor) => `${DOCS}errors.md#${anchor}`;

/** An option of the constructor or of a call is missing, malformed or not accepted. `option` names it. */
export class InvalidOptionError extends OpenAIError {
  constructor(option, message, code = "invalid_option") {
    super(`${option}: ${message}`);
    this.option = option;
    this.code = code;
  }
}

/** The server answered with an error status, or with an error inside a stream (then `status` may be undefined). */
export class APIError extends OpenAIError {
  constructor(status, error, message, headers) {
    super(APIError.#message(status, error, message));
    this.status = status;
    this.headers = headers;
    this.requestID = headers?.get("x-request-id");
    this.error = error;
    this.code = error?.code;
    this.param = error?.param;
    this.type = error?.type;
  }

  /** What is left of the limits, if the answer said so. */
  get rateLimit() {
    return rateLimitOf(this.headers);
  }

  static #message(status, error, message) {
    const words = error?.message || error;
    const said = !words
      ? message
      : words === error || typeof words !== "string"
        ? JSON.stringify(words)
        : words;
    return status
      ? `${status} ${said || "status code (no body)"}`
      : said || "(no status code or body)";
  }

  /** The class for a status: the same table as the official package. */
  static generate(status, body, message, headers) {
    const error = body && typeof body === "object" && "error" in body ? body.error : body;
    const Class = BY_STATUS[status] ?? (status >= 500 ? InternalServerError : APIError);
    return new Class(
      status,
      typeof error === "string" ? { message: error } : error,
      message,
      headers,
    );
  }
}

/** The caller aborted. */
export class APIUserAbortError extends APIError {
  constructor({ message, cause } = {}) {
    super(undefined, undefined, message || "Request was aborted.");
    if (cause !== undefined) this.cause = cause;
  }
}

/** No response came: network failure, refused redirect, connection lost. */
export class APIConnectionError extends APIError {
  constructor({ message, cause } = {}) {
    super(undefined, undefined, message || "Connection error.");
    if (cause !== undefined) this.cause = cause;
  }
}

/** The time limit of the request passed. */
export class APIConnectionTimeoutError extends APIConnectionError {
  constructor({ message } = {}) {
    super({ message: message ?? "Request timed out." });
  }
}

export class BadRequestError extends APIError {}
export class AuthenticationError extends APIError {}
export class PermissionDeniedError extends APIError {}
export class NotFoundError extends APIError {}
export class ConflictError extends APIError {}
export class UnprocessableEntityError extends APIError {}
export class RateLimitError extends APIError {}
export class InternalServerError extends APIError {}

const BY_STATUS = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** The answer is not what the endpoint documents: wrong content type, no JSON, an empty body. */
export class ResponseError extends OpenAIError {
  constructor(message, { status, headers, cause } = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.requestID = headers?.get("x-request-id") ?? undefined;
    if (cause !== undefined) this.cause = cause;
  }
}

/** A stream ended in a way that is no success. `text` is what choice 0 had said, `eventIndex` counts from 0. */
export class StreamError extends OpenAIError {
  constructor(message, { text = "", eventIndex, cause } = {}) {
    super(message);
    this.text = text;
    this.eventIndex = eventIndex;
    if (cause !== undefined) this.cause = cause;
  }
}

/** The stream ended without `[DONE]`, a `finish_reason` or a closing event. */
export class StreamTruncatedError extends StreamError {}
/** One event is larger than `maxEventBytes`. */
export class StreamLimitError extends StreamError {}
/** No event came within `idleTimeout`. */
export class StreamIdleTimeoutError extends StreamError {}
/** An event is not JSON. */
export class StreamDecodeError extends StreamError {}

/** The WebAssembly instance trapped. Calls in flight fail with this; the next call gets a new instance. */
export class WasmTrapError extends OpenAIError {}

/** Every class by its name: the statics of `OpenAI`, and the names that minifiers must not change. */
export const ERRORS = {
  OpenAIError,
  InvalidOptionError,
  APIError,
  APIUserAbortError,
  APIConnectionError,
  APIConnectionTimeoutError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
  ResponseError,
  StreamError,
  StreamTruncatedError,
  StreamLimitError,
  StreamIdleTimeoutError,
  StreamDecodeError,
  WasmTrapError,
};
for (const [name, Class] of Object.entries(ERRORS)) {
  Object.defineProperty(Class.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}
