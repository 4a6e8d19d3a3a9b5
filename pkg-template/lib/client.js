// What the keyless and the key-holding client share: sending a call and parsing its answer.

import { json, marked } from "./answer.js";
import { checkParams, stringify } from "./json.js";
import { logFor } from "./log.js";
import { CALL, read } from "./options.js";
import { Page, PagePromise } from "./page.js";
import { APIPromise } from "./promise.js";
import { resources } from "./resources.js";
import { Stream } from "./stream.js";
import { send } from "./transport.js";

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_MAX_EVENT_BYTES = 64 * 1024 * 1024;

export class BaseClient {
  #defaults;
  #server;

  /**
   * @param options checked options: lib/options.js `CLIENT`
   * @param server where calls go and with which credential: lib/transport.js `send`. The functions `checks` and
   *   `multipart` of its `host` give the modules of these names
   */
  constructor(options, server) {
    // Without a prototype, which others could have added to.
    const { defaultHeaders: headers = [], defaultQuery: query = [] } = (this.#defaults = { __proto__: null, ...options });
    this.#server = { __proto__: null, ...server, headers, query, log: logFor(this.#defaults) };
    Object.assign(this, resources((...call) => this.#request(...call), server.official));
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

  /** Sends one call; `options.body` is JSON or what `fetch` takes, `options.stream` asks for events. */
  request(method, path, options) {
    const hasBody = Object.hasOwn(options ?? {}, "body");
    return this.#request(method, path, hasBody ? { body: options.body } : {}, options, { stream: options?.stream });
  }

  /**
   * @param path the path, or a function that gives it or throws what is wrong with it
   * @param content `{ body, query }` of the call
   * @param traits how the endpoint differs from JSON in and out: `stream`, `files` (the body is a form,
   *   and these fields of it hold files), `accept` (the body is left unread), `parse`, `list`, and
   *   `defaults` of options
   */
  #request(method, path, content, options, traits) {
    // Without a prototype, which others could have added to.
    const [params, kind] = [content, traits].map((own) => ({ __proto__: null, ...own }));
    const { body } = params;
    const stream = kind.stream ?? body?.stream === true;
    // What is wrong with the call shows as a rejection, at once and without a request.
    const prepared = attempt(() => {
      const call = read(options, CALL, "options");
      const query = [...(read(params, { query: CALL.query }).query ?? []), ...(call.query ?? [])];
      const where = typeof path === "function" ? path() : path;
      const sent = this.#contentOf(params, kind.files);
      this.#server.check?.(legible(body, sent, kind.files), [...this.#server.query, ...query], where);
      return { call: { __proto__: null, ...call, query }, where, sent };
    });
    const send = async (raw) => {
      const { call, where, sent } = prepared();
      const { profile = "none" } = this.#defaults;
      if (body && method === "POST" && profile !== "none") {
        const checks = await this.#server.host.checks();
        await checks.check(profile, where, body);
      }
      const { accept } = kind;
      const buffered = !stream && !raw && !accept;
      return this.#send({ method, path: where, accept, buffered, whole: !stream, ...sent }, call);
    };
    const parse = kind.parse ?? json;
    if (stream) return new APIPromise(send, (answer) => this.#stream(answer, kind.defaults));
    if (!kind.list) return new APIPromise(send, parse);
    return new PagePromise(send, async (answer) => {
      const { response, call } = answer;
      const next = (after) => {
        const query = [...call.query.filter(([name]) => name !== "after"), ["after", after]];
        return this.#request(method, path, {}, { ...call, query }, kind);
      };
      return marked(new Page(await parse(answer), response, next), response.headers);
    });
  }

  /** What is sent: `{ payload, mediaType, streamed }`, or `{ form }` that gives these; or nothing. */
  #contentOf(params, files) {
    if (!Object.hasOwn(params, "body")) return {};
    const { body } = params;
    if (files) {
      const given = { ...checkParams(body) };
      const { base, log, host } = this.#server;
      const form = async () => {
        const multipart = await host.multipart();
        return multipart.formOf(given, files, base, (message) => log("warn", message));
      };
      return { form };
    }
    const streamed = typeof body?.getReader === "function";
    const bare = streamed || ArrayBuffer.isView(body) || BODIES.some((Class) => body instanceof Class);
    return bare ? { payload: body, streamed } : { payload: stringify(body), mediaType: "application/json" };
  }

  async #send(description, call) {
    const { query, headers = [], timeout, maxRetries, signal, idempotencyKey } = call;
    const own = [];
    if (description.accept) own.push(["Accept", description.accept]);
    if (idempotencyKey) own.push(["Idempotency-Key", idempotencyKey]);
    const answer = await send(this.#server, {
      ...description,
      query,
      headers: [...own, ...headers],
      timeoutMs: timeout ?? this.timeout,
      maxRetries: maxRetries ?? this.maxRetries,
      signal,
    });
    return { ...answer, instance: await this.#server.runtime.instance(), call };
  }

  #stream({ response, controller, instance, call }, defaults) {
    const option = (name) => call[name] ?? this.#defaults[name] ?? defaults?.[name];
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

/** What of a call's content can be looked at for keys: JSON text, or names and texts of a form. */
function legible(body, { payload }, files) {
  if (files) return Object.entries(body).filter(([, value]) => typeof value === "string");
  return typeof payload === "string" || payload instanceof FormData || payload instanceof URLSearchParams ? payload : [];
}

/** What `fetch` sends as it is. FormData, Blob and URLSearchParams bring their media type along. */
const BODIES = [FormData, Blob, URLSearchParams, ArrayBuffer];

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
