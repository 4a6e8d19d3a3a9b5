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
import { describe } from "./json.js";
import { shown } from "./log.js";

/**
 * Gives `{ response, text }` of a buffered call, or `{ response, controller }` with the body unread
 * and the controller that ends it.
 *
 * @param client `{ runtime, fetch, base, baseOption, credential, keyed, headers, log, host, allowHttp }`
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
  body = "";
  answer = "";
  date = NaN;

  constructor(error, { status = 0, final = false } = {}) {
    this.error = error;
    this.status = status;
    this.final = final;
  }
}

/** The proxy's own refusal of a session token, and not that of a gateway before it. */
const REFUSED =
  /^\{"error":\{"message":"[^"\\]*","type":"authentication_error","code":"(unauthorized|token_expired)","param":null\}\}$/;

/**
 * What a 401 leads to: "renew" asks for another token, "renew alone" for one that no other call gets,
 * "drop" shows the token no more; undefined says nothing of it. As `next` in src/policy/attempt.rs.
 *
 * @param token where it came from: "asked" is the function, "shared" another call's question in place of a
 *   refused one; "last" forbids another one
 */
export function afterRefusal(status, body, token) {
  const code = status === 401 && token && REFUSED.exec(body)?.[1];
  if (!code) return undefined;
  if (token === "asked") return "renew";
  // It was new, so it was good for one request, and another call was faster.
  return token === "shared" && code === "unauthorized" ? "renew alone" : "drop";
}

class Sending {
  #client;
  #call;
  #stopped = false;
  #timer;
  #controller;
  #token;
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
    const wasm = (await client.runtime.instance()).exports;
    check(wasm, client, call.path, changes);
    const url = urlOf(client, call);
    const bare = call.headers.some(([name, value]) => value === null && /^authorization$/i.test(name));
    const secret = client.credential !== undefined && !bare;
    // A body that was read as a stream is gone.
    if (secret && !client.keyed && typeof client.credential === "function") this.#token = call.streamed ? "last" : "asked";
    const most = call.streamed ? 0 : call.maxRetries;
    let refused;
    for (let retriesDone = 0; ; ) {
      const headers = new Headers({ Accept: "application/json" });
      if (call.mediaType) headers.set("Content-Type", call.mediaType);
      for (const [name, value] of changes) value === null ? headers.delete(name) : headers.set(name, value);
      const begun = Date.now();
      const attempt = { number: retriesDone + 1, url, headers, refused, ask: secret };
      const failure = await this.#attempt(attempt);
      if (this.#stopped) return undefined;
      if (!(failure instanceof Failure)) {
        const { status, headers } = failure.response;
        this.#log("info", `succeeded with status ${status} in ${Date.now() - begun} ms`);
        this.#log("debug", "response", () => ({ status, headers: shown(headers) }));
        return failure;
      }
      const { status, error, body, answer, date, final } = failure;
      const { authorization } = attempt;
      const then = final ? undefined : afterRefusal(status, body, this.#token);
      // Another call may have asked for a new one already.
      if (then && client.token === authorization) client.token = undefined;
      const renews = then?.startsWith("renew");
      // The instance may be another one than at the beginning, if that one stopped.
      const { retryDelay } = (await client.runtime.instance()).exports;
      const wait = renews ? 0 : then || final ? -1 : retryDelay(status, answer, retriesDone, most, Date.now(), date, Math.random());
      const what = status ? `failed with status ${status}` : `failed: ${error.message}`;
      this.#log("info", `${what} in ${Date.now() - begun} ms, ${wait < 0 ? "not retried" : `retried in ${wait} ms`}`);
      if (error.headers) this.#log("debug", "response", () => ({ status, headers: shown(error.headers) }));
      if (wait < 0) throw error;
      refused = renews ? { authorization, failure, alone: then !== "renew" } : undefined;
      if (renews) continue;
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

  /**
   * The header for a session token, which serves all calls until the proxy refuses it; a key is asked for
   * each time. `refused` is what another one is wanted for.
   */
  async #authorization(refused) {
    const client = this.#client;
    if (client.keyed || refused?.alone) return this.#asked();
    let { asking, token } = client;
    // Calls at once share one question, except where a request that was cancelled leaves one without an answer.
    const asks = token === undefined && (client.host?.apart || !(asking?.until > Date.now()));
    if (refused) this.#token = asks ? "last" : "shared";
    // The function gave this one again before.
    if (refused && client.stale === refused.authorization) token ??= client.stale;
    if (token !== undefined) return token;
    if (asks) {
      asking = client.asking = { until: Date.now() + 10_000 };
      asking.header = this.#asked()
        .then((header) => (client[header === refused?.authorization ? "stale" : "token"] = header))
        .finally(() => {
          if (client.asking === asking) client.asking = undefined;
        });
    }
    return asking.header;
  }

  async #asked() {
    const { credential, keyed, runtime } = this.#client;
    const option = keyed ? "apiKey" : "token";
    let value = credential;
    if (typeof credential === "function") {
      try {
        value = await credential();
      } catch (cause) {
        throw Object.assign(new OpenAIError(`${option}: the function failed: ${cause?.message ?? cause}`), { cause });
      }
      if (typeof value !== "string") throw new OpenAIError(`${option}: the function must give a string, not ${describe(value)}`);
    }
    const wasm = (await runtime.instance()).exports;
    const header = keyed ? wasm.authorizationKeyed(value) : wasm.authorization(value);
    if (!header.startsWith("Bearer ")) throw new OpenAIError(header);
    return header;
  }

  /**
   * The answer, or a failure. The time limit covers the question for a token, and reaches to the end of a
   * buffered body.
   *
   * @param attempt `{ number, url, headers, ask, refused }`; `authorization` is added
   */
  async #attempt(attempt) {
    const controller = new AbortController();
    this.#controller = controller;
    // How far it has come: 0 asking for a token, 1 sent, 2 answered.
    const progress = { stage: 0 };
    const late = new Promise((resolve) => {
      this.#timer = setTimeout(() => {
        const message = progress.stage ? undefined : "The function for the token or key took too long.";
        resolve(new Failure(new APIConnectionTimeoutError({ message }), { final: progress.stage !== 1 }));
      }, this.#call.timeoutMs);
    });
    try {
      const outcome = await Promise.race([this.#exchange(attempt, controller, progress), late]);
      // What is left of the exchange ends with it.
      if (outcome instanceof Failure) controller.abort();
      return outcome;
    } finally {
      clearTimeout(this.#timer);
    }
  }

  async #exchange(attempt, controller, progress) {
    const { url, headers, number, refused } = attempt;
    const { method, payload, streamed, buffered, whole, signal: leaving } = this.#call;
    const { signal } = controller;
    if (attempt.ask) {
      const authorization = (attempt.authorization = await this.#authorization(refused));
      // The time limit passed, or nobody waits any more: nothing is sent.
      if (signal.aborted) return undefined;
      // The function gave the refused one again, so the refusal stands.
      if (authorization === refused?.authorization) return Object.assign(refused.failure, { final: true });
      headers.set("Authorization", authorization);
    }
    progress.stage = 1;
    this.#log("debug", "sending request", () => ({ attempt: number, headers: shown(headers) }));
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
      // A page is told nothing of the reason.
      const why = globalThis.location ? ", or its CORS answer forbids this page" : "";
      const message = `Connection error: ${url.split("?")[0]} was not reached${why}.`;
      return new Failure(new APIConnectionError({ message, cause }));
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
      failure.body = text;
      failure.date = Date.parse(after);
      failure.answer = [header("x-should-retry"), header("retry-after-ms"), after, text].join("\0");
      return failure;
    }
    progress.stage = 2;
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
  const refusal = client.keyed ? wasm.refusalKeyed(text, (client.allowHttp ?? []).join("\0")) : wasm.refusal(text);
  if (refusal === "") return;
  const [option, name, clause] = refusal.split("\0");
  throw new InvalidOptionError(option === "base" ? client.baseOption : option, name ? `\`${name}\` ${clause}` : clause);
}

function urlOf({ base }, call) {
  const url = base.replace(/\/+$/, "") + call.path;
  let pairs;
  try {
    pairs = call.query.map((pair) => pair.map(encodeURIComponent).join("="));
  } catch {
    throw new InvalidOptionError("query", "must be well-formed text");
  }
  if (pairs.length === 0) return url;
  return `${url}${call.path.includes("?") ? "&" : "?"}${pairs.join("&")}`;
}
