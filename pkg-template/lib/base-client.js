// What the keyless and the key-holding client share: sending a call and parsing its answer.

import { json, marked } from "./response.js";
import { Credential } from "./credential.js";
import { checkParams, stringify } from "./json.js";
import { logFor } from "./log.js";
import { CALL, CLIENT, over, read, refuseUnknown } from "./options.js";
import { Page, PagePromise } from "./pagination.js";
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
   * @param server where calls go and with which credential: lib/transport.js `send`; `given` are the options as
   *   they were. The functions `checks` and
   *   `multipart` of its `host` give the modules of these names
   */
  constructor(options, server) {
    // Without a prototype, which others could have added to.
    const { defaultHeaders: headers = [], defaultQuery: query = [] } = (this.#defaults = {
      __proto__: null,
      ...options,
    });
    const credential = server.credential === undefined ? undefined : new Credential(server);
    this.#server = {
      __proto__: null,
      ...server,
      credential,
      headers,
      query,
      log: logFor(this.#defaults),
    };
    Object.assign(
      this,
      resources((...call) => this.#request(...call), server.official, server.host, this),
    );
    // A function of its own, for libraries that take a `fetch`.
    this.fetch = async (...args) => (await server.host.more()).fetchBelow(this.#server, ...args);
    this.#defaults.fit?.attach(this);
  }

  get timeout() {
    return this.#defaults.timeout ?? DEFAULT_TIMEOUT_MS;
  }

  set timeout(timeout) {
    Object.assign(this.#defaults, read({ timeout }, CLIENT));
  }

  get maxRetries() {
    return this.#defaults.maxRetries ?? 2;
  }

  set maxRetries(maxRetries) {
    Object.assign(this.#defaults, read({ maxRetries }, CLIENT));
  }

  /** A client with other options. It shares what this one was given as its token, unless that or the server changes. */
  withOptions(options) {
    const { timeout, maxRetries } = this.#defaults;
    const other = new this.constructor({ ...this.#server.given, timeout, maxRetries, ...options });
    if (!/"(token|apiKey|\w+URL)"/i.test(JSON.stringify(Object.keys(options ?? {}))))
      other.#server.credential = this.#server.credential;
    return other;
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
    const { body, stream } = { __proto__: null, ...options };
    return this.#request(method, path, body == null ? {} : { body }, options, {
      stream,
      any: true,
    });
  }

  /**
   * @param path the path, or a function that gives it or throws what is wrong with it
   * @param content `{ body, query }` of the call
   * @param traits how the endpoint differs from JSON in and out: `stream`, `any` (the body is whatever can
   *   be sent), `files` (the body is a form, and these fields of it hold files), `accept` (the body is left
   *   unread), `parse`, `list`, and `defaults` of options
   */
  #request(method, path, content, options, traits) {
    // Without a prototype, which others could have added to.
    const [params, kind] = [content, traits].map((own) => ({ __proto__: null, ...own }));
    const { body } = params;
    const stream = kind.stream ?? body?.stream === true;
    // What is wrong with the call shows as a rejection, at once and without a request.
    const prepared = attempt(() => {
      const call = read(options, CALL, "options");
      refuseUnknown(options, kind.any ? ANY : CALL);
      const ours = read(params, { query: CALL.query }).query;
      const query = over(over(this.#server.query, ours), call.query).filter(
        ([, value]) => value !== null,
      );
      const where = typeof path === "function" ? path() : path;
      const sent = this.#contentOf(params, kind, call.headers);
      this.#server.check?.(legible(body, sent, kind.files), query, where);
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
      const asked = { method, path: where, accept, buffered, whole: !stream, ...sent };
      const send = (...call) => this.#send(...call);
      return stream && !raw && (call.resumable ?? this.#defaults.resumable)
        ? (await this.#server.host.resume()).open(send, asked, call)
        : send(asked, call);
    };
    const parse = kind.parse ?? json;
    if (stream) return new APIPromise(send, (answer) => this.#stream(answer, kind.defaults));
    if (!kind.list) return new APIPromise(send, parse);
    return new PagePromise(send, async (answer) => {
      const { response, call } = answer;
      const next = (after) => {
        return this.#request(
          method,
          path,
          {},
          { ...call, query: over(call.query, [["after", after]]) },
          kind,
        );
      };
      return marked(new Page(await parse(answer), response, next), response.headers);
    });
  }

  /** What is sent: `{ payload, mediaType, streamed }`, or `{ form }` that gives these; or nothing. */
  #contentOf(params, { files, any }, headers = []) {
    if (!Object.hasOwn(params, "body")) return {};
    const { body } = params;
    const isStream = typeof (body?.getReader ?? body?.[Symbol.asyncIterator]) === "function";
    if (files || (any && isStream)) {
      const given = files ? { ...checkParams(body) } : body;
      const { base, keyed, log, host } = this.#server;
      const reading = {};
      const form = async () => {
        const multipart = await host.multipart();
        // Our proxy wants a length.
        const upload = {
          base: keyed ? base : undefined,
          reading,
          warn: (message) => log("warn", message),
        };
        return files ? multipart.formOf(given, files, upload) : multipart.bodyOf(given, upload);
      };
      const release = (reason) => {
        reading.over = true;
        reading.cancel?.(reason)?.catch(() => {});
      };
      return { form, release };
    }
    const typed =
      typeof body === "string" && headers.some(([name]) => /^content-type$/i.test(name));
    const bare = typed || ArrayBuffer.isView(body) || BODIES.some((Class) => body instanceof Class);
    if (any && bare) return { payload: body };
    return { payload: stringify(body, any), mediaType: "application/json" };
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

  #stream({ response, controller, instance, call, resumer }, defaults) {
    const option = (name) => call[name] ?? this.#defaults[name] ?? defaults?.[name];
    return new (resumer?.Stream ?? Stream)({
      response,
      resumer,
      controller,
      instance,
      signal: call.signal,
      idleTimeout: option("idleTimeout") ?? call.timeout ?? this.timeout,
      maxEventBytes: option("maxEventBytes") ?? DEFAULT_MAX_EVENT_BYTES,
      truncation: option("truncation") ?? "error",
      endsByEvent: defaults?.endsByEvent,
    });
  }
}

/** What of a call's content can be looked at for keys: JSON text, or names and texts of a form. */
function legible(body, { payload, mediaType }, files) {
  if (files) return Object.entries(body).filter(([, value]) => typeof value === "string");
  if (typeof payload === "string") return mediaType ? payload : JSON.stringify([payload]);
  return payload instanceof FormData || payload instanceof URLSearchParams ? payload : [];
}

/** Options of `client.get` and the like. */
const ANY = { ...CALL, body: 0, stream: 0 };

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
