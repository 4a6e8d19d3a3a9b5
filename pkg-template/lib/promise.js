// The promise that every method gives: the parsed answer, or the response itself.

import { rateLimitOf } from "./rate-limit.js";

/**
 * Awaiting it gives the parsed answer. `asResponse()` gives the platform's Response with its body
 * unread; `withResponse()` gives both. The request is sent once, in the microtask after the call.
 */
export class APIPromise extends Promise {
  #send;
  #parse;
  #sent;
  #parsed;
  #raw = false;

  /**
   * @param send (raw: boolean) → promise of an answer `{ response, … }`; raw leaves the body unread
   * @param parse answer → value
   */
  constructor(send, parse) {
    // The inherited promise is never used; `then` below replaces it, as in the official package.
    super((resolve) => resolve(null));
    this.#send = send;
    this.#parse = parse;
    // No catch: an answer that nobody awaits still reports its failure, as any promise does.
    queueMicrotask(() => void this.#begin());
  }

  static get [Symbol.species]() {
    return Promise;
  }

  #begin() {
    this.#sent ??= this.#send(this.#raw);
    return this.#sent;
  }

  #value() {
    this.#parsed ??= this.#begin().then(this.#parse);
    return this.#parsed;
  }

  /** The response, its body unread when this is called in the same turn as the method. */
  async asResponse() {
    this.#raw = true;
    const { response, text } = await this.#begin();
    if (text === undefined) return response;
    const { status, statusText, headers } = response;
    return new Response(text, { status, statusText, headers });
  }

  /** The parsed answer, the response it came in, the request's id, and what is left of the limits. */
  async withResponse() {
    const [data, { response }] = await Promise.all([this.#value(), this.#begin()]);
    const { headers } = response;
    return {
      data,
      response,
      request_id: headers.get("x-request-id"),
      rate_limit: rateLimitOf(headers),
    };
  }

  then(onFulfilled, onRejected) {
    return this.#value().then(onFulfilled, onRejected);
  }

  catch(onRejected) {
    return this.#value().catch(onRejected);
  }

  finally(onFinally) {
    return this.#value().finally(onFinally);
  }
}
