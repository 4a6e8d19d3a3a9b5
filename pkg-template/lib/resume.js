// Resumable streams: events that the proxy numbers and keeps, asked for again where a connection broke off.
// Whether and when, WebAssembly decides: `Attempts::following` in src/policy/attempts.rs.

import { ENDED, RECONNECTS, SENT } from "./codes.js";
import { EventBlocks } from "./event-blocks.js";
import { APIConnectionError, InvalidOptionError } from "./errors.js";
import { hintsOf } from "./exchange.js";
import { describe } from "./json.js";
import { segment } from "./path.js";
import { DETACHED, Stream } from "./stream.js";
import { bytesOf } from "./stream-reader.js";

/** How long a device that knows that it is offline waits to hear that it no longer is. */
const OFFLINE_MS = 10_000;
const ignore = () => {};

/** Methods as in lib/response-run.js. */
export const METHODS = {
  "streams.resume": ({ request }, [id, options]) => {
    const { after = 0, headers, ...rest } = options ?? {};
    const where = () => {
      if (!Number.isSafeInteger(after) || after < 0)
        throw new InvalidOptionError(
          "after",
          `must be the number of an event (0: from the start), not ${describe(after)}`,
        );
      return pathOf(id);
    };
    const own = typeof headers?.[Symbol.iterator] === "function" ? headers : entries(headers);
    const all = [...own, ...(after > 0 ? [[LAST_EVENT_ID, after]] : [])];
    const asked = { ...rest, headers: all, resumable: true };
    return { promise: request("GET", where, {}, asked, { stream: true }) };
  },
  "streams.stop": ({ request }, [id, options]) => ({
    promise: request("DELETE", () => pathOf(id), {}, options, {
      accept: "*/*",
      parse: async () => undefined,
    }),
  }),
};

const STREAM_ID = "x-stream-id";
const LAST_EVENT_ID = "Last-Event-ID";
/** Headers that only the request has to which they were given. */
const OWN = [STREAM_ID, LAST_EVENT_ID.toLowerCase()];
const entries = (headers) => Object.entries(headers ?? {});
const pathOf = (id) => `/streams/${segment(id, "id")}`;

/** 128 random bits in base64url. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const letters = { "+": "-", "/": "_", "=": "" };
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (letter) => letters[letter]);
}

/**
 * Sends a call whose stream shall be resumable. The answer has a `resumer` if it is.
 *
 * @param send lib/base-client.js `#send`
 */
export async function open(send, description, call) {
  const { method, path } = description;
  const begins = method === "POST";
  if (!begins && !path.startsWith("/streams/")) return send(description, call);
  const id = begins ? newId() : undefined;
  const headers = [...(begins ? [[STREAM_ID, id]] : []), ...(call.headers ?? [])];
  const early = call.signal?.aborted;
  let answer;
  try {
    answer = await send(description, { ...call, headers });
  } catch (error) {
    // The proxy may have begun, and goes on without a reader.
    if (begins && call.signal?.aborted && !early) stop(send, id, call);
    throw error;
  }
  const given = answer.response.headers.get(STREAM_ID);
  const body = answer.response.body;
  if (!given || typeof body?.getReader !== "function") return answer;
  const after = headers.findLast(([name]) => name === LAST_EVENT_ID)?.[1];
  return { ...answer, resumer: new Resumer(send, given, answer, Number(after ?? 0)) };
}

/** Tells the proxy that the answer is not wanted any more, even if the page is about to close. */
function stop(send, id, call) {
  const description = { method: "DELETE", path: pathOf(id), accept: "*/*", buffered: true };
  send({ ...description, whole: true, keepalive: true }, othersOf(call)).catch(ignore);
}

/** The call's options for another request. */
const othersOf = ({ query, timeout, headers = [] }) => ({
  query,
  timeout,
  headers: headers.filter(([name]) => !OWN.includes(name.toLowerCase())),
});

/** A stream that can be resumed, by this client or after a reload by another one. */
class ResumableStream extends Stream {
  constructor(source) {
    const { resumer, maxEventBytes } = source;
    super(source);
    this.id = resumer.id;
    Object.defineProperty(this, "lastEventId", { get: () => resumer.last });
    resumer.limit(maxEventBytes);
  }
}

/** In place of a body and its reader: gives whole events, one a read, from as many connections as it takes. */
class Resumer {
  Stream = ResumableStream;
  id;
  #send;
  #call;
  #wasm;
  #reader;
  #blocks;
  /** Ends the connection that is read or waited for. The first one's end is the stream's own. */
  #controller = new AbortController();
  #machine;
  /** The reader has left. */
  #left = false;
  #wake = ignore;
  #unlisten;

  constructor(send, id, answer, after) {
    const { controller, call, instance } = answer;
    this.id = id;
    this.#send = send;
    this.#call = call;
    this.#blocks = new EventBlocks(after);
    this.#reader = answer.response.body.getReader();
    this.#wasm = instance.exports;
    this.#begin();
    const signals = [controller.signal, call.signal].filter(Boolean);
    const abort = ({ target }) => this.#leave(target.reason !== DETACHED);
    for (const signal of signals) signal.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => {
      for (const signal of signals) signal.removeEventListener("abort", abort);
    };
  }

  get last() {
    return this.#blocks.last;
  }

  limit(bytes) {
    this.#blocks.limit = bytes;
  }

  getReader() {
    return this;
  }

  releaseLock() {}

  async read() {
    for (;;) {
      const { last } = this.#blocks;
      const value = this.#blocks.next();
      if (this.#blocks.last > last) this.#begin();
      if (value) return { done: false, value };
      let cut = { stage: SENT };
      try {
        if (this.#blocks.gap) throw new APIConnectionError({ message: "An event is missing." });
        const { done, value } = await this.#reader.read();
        if (done) cut = { stage: ENDED };
        else {
          this.#blocks.push(bytesOf(value));
          continue;
        }
      } catch (cause) {
        cut.cause = cause;
      }
      const given = await this.#reconnect(cut);
      if (this.#left) return { done: true };
      if (!given) continue;
      const rest = this.#blocks.rest();
      if (cut.stage === ENDED) {
        if (rest) return { done: false, value: rest };
        return { done: true, value: given.cause };
      }
      throw new APIConnectionError({
        message: "The connection was lost while the stream was read, and it could not be resumed.",
        cause: given.cause,
      });
    }
  }

  /** @param why what ended the reading: nothing for the answer's own end, true for a caller who has left, an error */
  async cancel(why) {
    this.#leave(why === true);
  }

  /** Asks for the events that are missing, until they come. Otherwise gives why not. */
  async #reconnect({ stage, cause }) {
    this.#reader.cancel().catch(ignore);
    if (this.#blocks.spilt) return { cause };
    for (let told = { stage, cause }; !this.#left; ) {
      const step = this.#step(told);
      if (step < 0) return told;
      this.#machine = this.#wasm.retried(this.#machine);
      await this.#pause(step);
      if (this.#left) break;
      try {
        const answer = await this.#ask();
        if (this.#left) break;
        this.#blocks.cut();
        this.#reader = answer.response.body.getReader();
        this.#controller.signal.addEventListener("abort", () => answer.controller.abort());
        return undefined;
      } catch (error) {
        told = { stage: SENT, cause: error };
      }
    }
    return undefined;
  }

  #step({ stage, cause }) {
    const chance = Math.random() * 1000;
    if (!cause?.status) return this.#wasm.onFault(this.#machine, stage, chance);
    const { shouldRetry, afterMs } = hintsOf(cause.headers);
    return this.#wasm.onResponse(this.#machine, cause.status, shouldRetry, afterMs, "", chance);
  }

  #ask() {
    const description = { method: "GET", path: pathOf(this.id), accept: "text/event-stream" };
    const { headers, ...others } = othersOf(this.#call);
    return this.#send(description, {
      ...others,
      headers: [...headers, [LAST_EVENT_ID, String(this.last)]],
      signal: this.#controller.signal,
      maxRetries: 0,
    });
  }

  /** Only attempts without an event count. */
  #begin() {
    this.#machine = this.#wasm.attempts(RECONNECTS, false, true);
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const offline = globalThis.navigator?.onLine === false;
      const go = () => {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", go);
        resolve();
      };
      const timer = setTimeout(go, offline ? Math.max(ms, OFFLINE_MS) : ms);
      globalThis.addEventListener?.("online", go);
      this.#wake = go;
    });
  }

  #leave(stops) {
    if (this.#left) return;
    this.#left = true;
    this.#unlisten();
    this.#reader.cancel().catch(ignore);
    this.#controller.abort();
    this.#wake();
    if (stops) stop(this.#send, this.id, this.#call);
  }
}
