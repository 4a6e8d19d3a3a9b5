// What the keyless and the key-holding client share: sending a call and parsing its answer.

import { APIConnectionError, ResponseError } from "./errors.js";
import { snippet } from "./failure.js";
import { stringify } from "./json.js";
import { CALL, read } from "./options.js";
import { Page, PagePromise } from "./page.js";
import { APIPromise } from "./promise.js";
import { Chat } from "./resources/chat.js";
import { Models } from "./resources/models.js";
import { Stream } from "./stream.js";
import { send } from "./transport.js";

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_MAX_EVENT_BYTES = 64 * 1024 * 1024;

export class BaseClient {
  #defaults;
  #server;

  /**
   * @param options checked options: lib/options.js `CLIENT`
   * @param server where calls go and with which credential: lib/transport.js `send`
   */
  constructor(options, server) {
    // Without a prototype, which others could have added to.
    const { defaultHeaders: headers = [], defaultQuery: query = [] } = (this.#defaults = { __proto__: null, ...options });
    this.#server = { __proto__: null, ...server, headers, query };
    this.chat = new Chat(this);
    this.models = new Models(this);
  }

  get timeout() {
    return this.#defaults.timeout ?? DEFAULT_TIMEOUT_MS;
  }

  get maxRetries() {
    return this.#defaults.maxRetries ?? 2;
  }

  /** Any endpoint below the base URL, with the same transport. */
  get(path, options) {
    return this.request("GET", path, options);
  }
  post(path, options) {
    return this.request("POST", path, options);
  }
  put(path, options) {
    return this.request("PUT", path, options);
  }
  patch(path, options) {
    return this.request("PATCH", path, options);
  }
  delete(path, options) {
    return this.request("DELETE", path, options);
  }

  /** Sends one call; `options.body` is JSON, `options.stream` asks for server-sent events. */
  request(method, path, options) {
    return this.#request(APIPromise, parseJson, method, path, options);
  }

  /** A list, iterable item by item. */
  page(path, options) {
    const parse = (answer) => new Page(parseJson(answer), answer.response);
    return this.#request(PagePromise, parse, "GET", path, options);
  }

  #request(PromiseClass, parse, method, path, options) {
    const hasBody = Object.hasOwn(options ?? {}, "body");
    const body = hasBody ? options.body : undefined;
    const stream = options?.stream ?? body?.stream === true;
    // What is wrong with the call shows as a rejection, at once and without a request.
    const prepared = attempt(() => {
      const call = read(options, CALL, "options");
      const payload = hasBody ? stringify(body) : undefined;
      this.#server.check?.(payload, [...this.#server.query, ...(call.query ?? [])]);
      return { call, payload };
    });
    const send = async (raw) => {
      const { call, payload } = prepared();
      const { profile = "none" } = this.#defaults;
      if (hasBody && method === "POST" && profile !== "none") await (await checks()).check(profile, path, body);
      return this.#send({ method, path, payload, buffered: !stream && !raw }, call);
    };
    return new PromiseClass(send, stream ? (answer) => this.#stream(answer) : parse);
  }

  async #send(description, call) {
    const { query = [], headers = [], timeout, maxRetries, signal } = call;
    const answer = await send(this.#server, {
      ...description,
      json: description.payload !== undefined,
      query,
      headers,
      timeoutMs: timeout ?? this.timeout,
      maxRetries: maxRetries ?? this.maxRetries,
      signal,
    });
    return { ...answer, instance: await this.#server.runtime.instance(), call };
  }

  #stream({ response, controller, instance, call }) {
    const option = (name) => call[name] ?? this.#defaults[name];
    return new Stream({
      response,
      controller,
      instance,
      signal: call.signal,
      idleTimeout: option("idleTimeout") ?? call.timeout ?? this.timeout,
      maxEventBytes: option("maxEventBytes") ?? DEFAULT_MAX_EVENT_BYTES,
      truncation: option("truncation") ?? "error",
    });
  }
}

/** What a client without a profile does without. */
const checks = () =>
  import("./checks.js").catch((cause) => {
    throw new APIConnectionError({ cause });
  });

/** Runs now, gives a function that returns the result or throws the error. */
function attempt(run) {
  try {
    const result = run();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The answer of a buffered call: JSON, or nothing for 204. */
function parseJson({ response, text }) {
  if (response.status === 204) return null;
  const { status, headers } = response;
  const type = headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (text.trim() === "") {
    throw new ResponseError(`${status} with an empty body where JSON was expected`, { status, headers });
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const what = type && !type.includes("json") ? `${type} (${snippet(text, headers)})` : "text that is not JSON";
    throw new ResponseError(`${status} with ${what} where JSON was expected`, { status, headers });
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    Object.defineProperty(value, "_request_id", { value: headers.get("x-request-id"), enumerable: false });
  }
  return value;
}
