// Sends a call: its attempts, their time limits, the waiting between them, and leaving. Whether it
// may go out, and whether it is tried again, WebAssembly decides: src/js/call.rs.

import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  InvalidOptionError,
  OpenAIError,
} from "./errors.js";
import { statusError } from "./failure.js";
import { shown } from "./log.js";

/**
 * Gives `{ response, text }` of a buffered call, or `{ response, controller }` with the body unread
 * and the controller that ends it.
 *
 * @param client `{ runtime, fetch, base, baseOption, credential, keyed, headers, query, log }`
 * @param call `{ method, path, payload, mediaType, streamed, form, buffered, whole, query, headers,
 *   timeoutMs, maxRetries, signal }`: `form` gives the three before it, and `release`, which lets go
 *   of what they read; `whole` is what is no stream of events
 */
export function send(client, call) {
  return new Promise((resolve, reject) => {
    const { signal } = call;
    const sending = new Sending(client, call);
    const leave = () => {
      sending.stop(signal.reason);
      reject(new APIUserAbortError({ cause: signal.reason }));
    };
    // A call that is aborted before it starts sends nothing.
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave, { once: true });
    const fail = (error) => {
      sending.stop(error);
      reject(error);
    };
    sending
      .run()
      .then(resolve, fail)
      .finally(() => signal?.removeEventListener("abort", leave));
  });
}

/** An attempt that failed; `status` is 0 without an answer, and `final` forbids another attempt. */
class Failure {
  answer = "";
  date = NaN;

  constructor(error, { status = 0, final = false } = {}) {
    this.error = error;
    this.status = status;
    this.final = final;
  }
}

class Sending {
  #client;
  #call;
  #stopped = false;
  #timer;
  #controller;
  #id = `call_${Math.floor(Math.random() * 2 ** 32).toString(36)}`;

  constructor(client, call) {
    this.#client = client;
    this.#call = { __proto__: null, ...call };
  }

  /** Nobody waits for the answer any more. */
  stop(reason) {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
    this.#call.release?.(reason);
  }

  async run() {
    const client = this.#client;
    const call = Object.assign(this.#call, await this.#call.form?.());
    if (this.#stopped) return undefined;
    const changes = [...client.headers, ...call.headers];
    check(await this.#wasm(), client, call.path, changes);
    const url = urlOf(client, call);
    const bare = call.headers.some(([name, value]) => value === null && /^authorization$/i.test(name));
    let renewed = bare || call.streamed;
    for (let retriesDone = 0; ; ) {
      const headers = new Headers({ Accept: "application/json" });
      if (call.mediaType) headers.set("Content-Type", call.mediaType);
      for (const [name, value] of changes) value === null ? headers.delete(name) : headers.set(name, value);
      const authorization = client.credential === undefined || bare ? "" : await this.#authorization();
      if (authorization) headers.set("Authorization", authorization);
      if (this.#stopped) return undefined;
      const begun = Date.now();
      this.#log("debug", "sending request", () => ({ attempt: retriesDone + 1, headers: shown(headers) }));
      const failure = await this.#attempt(url, headers);
      if (!(failure instanceof Failure)) {
        const { status, headers } = failure.response;
        this.#log("info", `succeeded with status ${status} in ${Date.now() - begun} ms`);
        this.#log("debug", "response", () => ({ status, headers: shown(headers) }));
        return failure;
      }
      const { status, error } = failure;
      const renew = error.code === "token_expired" && status === 401 && !renewed && !this.#stopped;
      if (renew) {
        // Another token mends this, at once and once.
        renewed = true;
        if (client.token === authorization) client.token = undefined;
      }
      const again = renew && typeof client.credential === "function";
      const wait = again ? 0 : failure.final || this.#stopped ? -1 : await this.#wait(failure, retriesDone);
      const what = status ? `failed with status ${status}` : `failed: ${error.message}`;
      const then = wait < 0 ? "not retried" : `retried in ${wait} ms`;
      this.#log("info", `${what} in ${Date.now() - begun} ms, ${then}`);
      if (error.headers) this.#log("debug", "response", () => ({ status, headers: shown(error.headers) }));
      if (wait < 0) throw error;
      if (again) continue;
      retriesDone += 1;
      await new Promise((resolve) => {
        this.#timer = setTimeout(resolve, wait);
      });
    }
  }

  /** Lines of one call begin alike. A path holds no parameter of a query. */
  #log(level, message, details) {
    const { method, path } = this.#call;
    this.#client.log(level, `[${this.#id}] ${method} ${path.split("?")[0]} ${message}`, details);
  }

  async #wasm() {
    return (await this.#client.runtime.instance()).exports;
  }

  async #wait({ status, answer, date }, retriesDone) {
    const { maxRetries, streamed } = this.#call;
    // A body that was read as a stream is gone.
    if (streamed || retriesDone >= maxRetries) return -1;
    return (await this.#wasm()).retryDelay(status, answer, retriesDone, Date.now(), date, Math.random());
  }

  /** A session token serves all calls until the proxy says that it has expired; a key is asked for each time. */
  async #authorization() {
    const client = this.#client;
    if (client.keyed) return this.#asked();
    if (client.token !== undefined) return client.token;
    // Calls at once share one question. A Worker's request that was cancelled leaves one without an answer.
    if (!client.asking || Date.now() > client.asking.until) {
      const asking = { until: Date.now() + 10_000 };
      client.asking = asking;
      asking.token = this.#asked().finally(() => {
        if (client.asking === asking) client.asking = undefined;
      });
      return (client.token = await asking.token);
    }
    return client.asking.token;
  }

  async #asked() {
    const { credential, keyed } = this.#client;
    let value = credential;
    if (typeof credential === "function") {
      try {
        value = await credential();
      } catch (cause) {
        throw Object.assign(new OpenAIError(cause?.message || "The credential function failed."), { cause });
      }
      if (typeof value !== "string") throw new OpenAIError("the credential function must give a string");
    }
    const wasm = await this.#wasm();
    const header = keyed ? wasm.authorizationKeyed(value) : wasm.authorization(value);
    if (!header.startsWith("Bearer ")) throw new OpenAIError(header);
    return header;
  }

  /** The answer, or a failure. The time limit reaches to the end of a buffered body. */
  async #attempt(url, headers) {
    const controller = new AbortController();
    this.#controller = controller;
    const progress = { answered: false };
    const late = new Promise((resolve) => {
      this.#timer = setTimeout(() => {
        resolve(new Failure(new APIConnectionTimeoutError(), { final: progress.answered }));
      }, this.#call.timeoutMs);
    });
    const outcome = await Promise.race([this.#exchange(url, headers, controller, progress), late]);
    clearTimeout(this.#timer);
    // What is left of the exchange ends with it.
    if (outcome instanceof Failure) controller.abort();
    return outcome;
  }

  async #exchange(url, headers, controller, progress) {
    const { method, payload, streamed, buffered, whole, signal: leaving } = this.#call;
    const { signal } = controller;
    const init = { __proto__: null, method, headers, signal, redirect: "manual" };
    // A body that the caller reads is the caller's to end: no listener of ours waits for that.
    if (whole && !buffered && leaving && AbortSignal.any) init.signal = AbortSignal.any([signal, leaving]);
    // Where the platform knows them: Workers have no cookies and refuse what they do not know.
    const { credentials = "omit" } = this.#client;
    for (const [name, value] of Object.entries({ credentials, referrerPolicy: "no-referrer", cache: "no-store" })) {
      if (name in (globalThis.Request?.prototype ?? {})) init[name] = value;
    }
    if (payload !== undefined) init.body = payload;
    if (streamed) init.duplex = "half";
    let response;
    try {
      const fetch = this.#client.fetch ?? globalThis.fetch;
      response = await fetch(url, init);
      // A caller's `fetch` may give back a response of another realm, or something else altogether.
      if (typeof response?.status !== "number" || typeof response.headers?.get !== "function") {
        throw new TypeError("`fetch` did not give back a Response");
      }
    } catch (cause) {
      return new Failure(new APIConnectionError({ cause }));
    }
    const { status } = response;
    // A followed redirect could carry the credential to another host. A browser shows one that it did
    // not follow as an opaque response.
    if (response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(status)) {
      const message = "The server answered with a redirect, which is not followed.";
      return new Failure(new APIConnectionError({ message }), { final: true });
    }
    if (status < 200 || status > 299) {
      // The status says enough when the body does not come.
      const text = await Promise.resolve(response.text()).catch(() => "");
      const failure = new Failure(statusError(status, response.headers, text), { status });
      const header = (name) => response.headers.get(name) ?? "";
      const after = header("retry-after");
      failure.date = Date.parse(after);
      failure.answer = [header("x-should-retry"), header("retry-after-ms"), after, status === 429 ? text : ""].join("\0");
      return failure;
    }
    progress.answered = true;
    if (!buffered) return { response, controller };
    try {
      return { response, text: await response.text() };
    } catch (cause) {
      const message = "The connection was lost while the body was read.";
      return new Failure(new APIConnectionError({ message, cause }), { final: true });
    }
  }
}

/** What must not be sent is refused before anything is. */
function check(wasm, client, path, headers) {
  const shaped = headers.find(([, value]) => client.keyShaped?.(value ?? ""));
  if (shaped) throw new InvalidOptionError("headers", `\`${shaped[0]}\` carries a model provider's key, which the proxy alone holds`);
  // NUL is refused like a line break, and so it cannot part an item.
  const items = [client.base, path, ...headers.flatMap(([name, value]) => [name, value ?? ""])];
  const text = items.map((item) => item.replaceAll("\0", "\n")).join("\0");
  const refusal = client.keyed ? wasm.refusalKeyed(text) : wasm.refusal(text);
  if (refusal === "") return;
  const [option, name, clause] = refusal.split("\0");
  throw new InvalidOptionError(option === "base" ? client.baseOption : option, name ? `\`${name}\` ${clause}` : clause);
}

function urlOf({ base, query }, call) {
  const url = base.replace(/\/+$/, "") + call.path;
  let pairs;
  try {
    pairs = [...query, ...call.query].map((pair) => pair.map(encodeURIComponent).join("="));
  } catch {
    throw new InvalidOptionError("query", "must be well-formed text");
  }
  if (pairs.length === 0) return url;
  return `${url}${call.path.includes("?") ? "&" : "?"}${pairs.join("&")}`;
}
