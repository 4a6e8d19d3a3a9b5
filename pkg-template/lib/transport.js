// Sends a call: gets its credential, fetches, waits and reads, and stops when the call is aborted.
// What follows from an attempt that failed, WebAssembly decides: src/policy/attempts.rs.

import { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError } from "./errors.js";
import { exchange, hintsOf } from "./exchange.js";
import { statusError } from "./response-error.js";
import { logOfCall, shown } from "./log.js";
import { requestOf } from "./request.js";
import {
  ANSWERED,
  ASKING,
  GIVE_REDIRECT,
  GIVE_REFUSED,
  RENEW,
  RENEW_ALONE,
  SENT,
} from "./codes.js";

/**
 * Gives `{ response, text }` of a buffered call, or `{ response, controller }` with the body unread
 * and the controller that ends it.
 *
 * @param client `{ runtime, fetch, base, baseOption, credential, keyed, headers, log, allowHttp }`
 * @param call `{ method, path, payload, mediaType, streamed, form, buffered, whole, query, headers,
 *   timeoutMs, maxRetries, signal }`: `form` gives the three before it, and `release`, which lets go
 *   of what they read; `whole`: the response is not an event stream
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

class Sending {
  #client;
  #call;
  #log;
  #stopped = false;
  #timer;
  #controller;
  /** The machine as a number, which outlives an instance that stops. */
  #machine;

  constructor(client, call) {
    this.#client = client;
    this.#call = { __proto__: null, ...call };
    this.#log = logOfCall(client.log, call);
  }

  /** Nobody waits for the answer any more. */
  stop(reason) {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
    this.#call.release?.(reason);
  }

  async run() {
    const call = Object.assign(this.#call, await this.#call.form?.());
    if (this.#stopped) return undefined;
    const first = await this.#wasm();
    const { url, headers, credential } = requestOf(first, this.#client, call);
    this.#machine = first.attempts(call.maxRetries, credential?.renewable, !call.streamed);
    for (let number = 1, refused; ; number += 1) {
      const attempt = {
        number,
        url,
        headers: new Headers(headers),
        credential,
        refused,
        stage: ASKING,
      };
      const begun = Date.now();
      const answer = await this.#attempt(attempt).catch((error) => ({ error }));
      // Another instance than at the beginning, if that one stopped.
      const wasm = await this.#wasm();
      if (this.#stopped) return undefined;
      const { response, status, text } = answer;
      let { error } = answer;
      const log = (how, then) => {
        const what = status ? `${how} with status ${status}` : `${how}: ${error.message}`;
        this.#log("info", `${what} in ${Date.now() - begun} ms${then}`);
        if (status)
          this.#log("debug", "response", () => ({ status, headers: shown(response.headers) }));
      };
      if (status && attempt.stage === ANSWERED) {
        log("succeeded", "");
        return answer;
      }
      // What is left of the exchange ends with it.
      this.#controller.abort();
      const step = this.#step(wasm, attempt, answer);
      const renews = step === RENEW || step === RENEW_ALONE;
      log("failed", renews || step >= 0 ? `, retried in ${Math.max(step, 0)} ms` : ", not retried");
      if (step === GIVE_REDIRECT) error = new APIConnectionError({ message: REDIRECT });
      else if (status) error = statusError(status, response.headers, text);
      if (renews || step === GIVE_REFUSED) credential.refuse(attempt.header);
      refused = renews ? { header: attempt.header, alone: step === RENEW_ALONE, error } : undefined;
      if (renews) continue;
      if (step < 0) throw error;
      this.#machine = wasm.retried(this.#machine);
      await new Promise((resolve) => {
        this.#timer = setTimeout(resolve, step);
      });
    }
  }

  async #wasm() {
    return (await this.#client.runtime.instance()).exports;
  }

  /** What follows from an attempt that failed. */
  #step(wasm, { stage }, { response, status, text }) {
    const chance = Math.random() * 1000;
    if (!status) return wasm.onFault(this.#machine, stage, chance);
    const { shouldRetry, afterMs } = hintsOf(response.headers);
    return wasm.onResponse(this.#machine, status, shouldRetry, afterMs, text, chance);
  }

  /** The answer. The time limit covers the question for a token, and reaches to the end of a buffered body. */
  #attempt(attempt) {
    const late = new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        const message =
          attempt.stage === ASKING ? "The function for the token or key took too long." : undefined;
        reject(new APIConnectionTimeoutError({ message }));
      }, this.#call.timeoutMs);
    });
    return Promise.race([this.#exchange(attempt), late]).finally(() => clearTimeout(this.#timer));
  }

  async #exchange(attempt) {
    const { headers, number, credential, refused } = attempt;
    const controller = (this.#controller = new AbortController());
    if (credential) {
      const { header, shared } = await credential.get(refused?.header, refused?.alone);
      attempt.header = header;
      // The function gave the refused one again, so the refusal stands.
      if (header === refused?.header) throw refused.error;
      if (refused) this.#machine = (await this.#wasm()).renewed(this.#machine, shared);
      // The call timed out or was aborted meanwhile: send nothing.
      if (controller.signal.aborted) return undefined;
      headers.set(credential.name, header);
    }
    attempt.stage = SENT;
    this.#log("debug", "sending request", () => ({ attempt: number, headers: shown(headers) }));
    return exchange(this.#client, this.#call, attempt, controller);
  }
}

const REDIRECT = "The server answered with a redirect, which is not followed.";
