// The streams of one subject: it asks the model server, keeps what comes, and gives it to the
// subject's readers, now or later. WebAssembly decides what becomes of a request (src/streamlog).

import { DurableObject } from "cloudflare:workers";

import { exchange } from "../exchange.js";
import { runtime } from "../runtime.workerd.js";
import { MARK, proxyOf, REFUSED, STREAMS, UNKEPT, VERDICT } from "../streams.js";
import { LiveStream } from "./live-stream.js";
import { reading } from "./reading.js";
import { StreamStore } from "./stream-store.js";

const ignore = () => {};

const EVENTS = "text/event-stream";
const DECLINED = '{"verdict":"declined"}';
const encoder = new TextEncoder();

const reply = (verdict, body = null) =>
  new Response(body, { headers: { [MARK]: STREAMS, [VERDICT]: verdict } });

export class StreamLog extends DurableObject {
  #store;
  /** Streams that come, by their ids: `{ stream, stop }`. */
  #live = new Map();
  /** How many read a stream that has ended. */
  #reading = new Map();

  constructor(ctx, env) {
    super(ctx, env);
    this.#store = new StreamStore(this.storageOf(ctx));
  }

  /** Where streams are kept. */
  storageOf(ctx) {
    return ctx.storage;
  }

  /** The time in milliseconds since 1970. */
  now() {
    return Date.now();
  }

  async fetch(request) {
    const { binding, visit, sent } = await request.json();
    const proxy = proxyOf(binding);
    const instance = await runtime.instance();
    const { exports } = instance;
    if (!proxy) {
      console.error(
        `openai-wasm proxy: no createProxy with resumable.binding ${JSON.stringify(binding)} is in the script of StreamLog: both must be in one Worker, and createProxy outside of fetch`,
      );
      return reply(sent ? DECLINED : '{"verdict":"unknown"}');
    }
    const key = sent && (await proxy.keyOf(this.env));
    let verdict;
    try {
      await this.#store.ready();
      // From here on nothing waits until a new stream is among the live ones.
      verdict = this.#judge(exports, visit, proxy.limits);
    } catch (error) {
      if (!sent) throw error;
      tell("no stream can be kept", error);
      return reply(DECLINED);
    }
    const json = JSON.stringify(verdict);
    switch (verdict.verdict) {
      case "new":
        for (const id of verdict.delete) this.#store.delete(id);
        return this.#begin(json, { proxy, visit, sent, key, instance });
      case "read":
        return reply(json, this.#read(exports, visit));
      case "stop":
        this.#live.get(visit.id).stop();
        return reply(json);
      default:
        return reply(json);
    }
  }

  /** Deletes what is no longer kept. The alarm may run twice. */
  async alarm() {
    await this.#store.ready();
    const now = this.now();
    for (const stream of this.#store.streams()) {
      const { id, keepMs, deleteAtMs, state, last } = stream;
      if (deleteAtMs > now) continue;
      if (this.#live.has(id)) await this.#store.close(id, state, last, now + keepMs);
      else if (state === "live") this.#interrupted(stream);
      else this.#store.delete(id);
    }
    await this.#store.settle();
  }

  #judge(exports, visit, { maxStreams }) {
    const kept = [];
    for (const { id, hash, state, last, ...more } of this.#store.streams()) {
      const live = this.#live.get(id)?.stream;
      const isRead = live?.isRead ?? this.#reading.has(id);
      if (live) {
        kept.push({ id, hash, isRead, last: live.last, state: live.isKept ? "live" : "outgrown" });
      } else if (state === "live") {
        kept.push({ id, hash, isRead, ...this.#interrupted({ id, ...more }) });
      } else {
        kept.push({ id, hash, isRead, state, last });
      }
    }
    return JSON.parse(exports.judgeStream(JSON.stringify({ ...visit, kept, maxStreams })));
  }

  /** A stream whose object was evicted or killed while it came. */
  #interrupted({ id, keepMs }) {
    const { last } = this.#store.endOf(id);
    this.#store.close(id, "interrupted", last, this.now() + keepMs).catch(ignore);
    return { state: "interrupted", last };
  }

  /** Asks the model server, and gives the stream to its first reader. */
  async #begin(verdict, { proxy, visit, sent, key, instance }) {
    const { id, hash } = visit;
    const { graceMs, keepMs, maxBytes } = proxy.limits;
    const now = this.now();
    const log = new instance.exports.StreamLog(maxBytes, graceMs, now);
    const controller = new AbortController();
    const storage = {
      write: (at, last, bytes) => this.#store.write(id, at, last, bytes),
      read: (at) => this.#store.read(id, at),
    };
    let reader;
    const stop = () => {
      stream.end("stopped");
      controller.abort();
      reader?.cancel().catch(ignore);
    };
    const stream = new LiveStream(log, storage, stop);
    this.#live.set(id, { stream, stop });
    const asked = this.#ask(instance, { proxy, sent, key, signal: controller.signal });
    // The model server is asked before anything is written: what is sent later waits for the write.
    let isWritten = true;
    try {
      await this.#store.begin({ id, hash, keepMs }, now + keepMs);
    } catch (error) {
      tell("a stream cannot be kept", error);
      isWritten = false;
      stream.giveUpKeeping();
    }
    let response;
    try {
      ({ response } = await asked);
    } catch (error) {
      tell("a request failed", error);
      stream.end("interrupted");
    }
    const isStream = response?.headers.get("content-type") === EVENTS;
    if (!stream.isOver && !isStream) {
      // Others may read it already.
      stream.end("interrupted");
      this.#live.delete(id);
      if (isWritten) this.#store.delete(id);
      return reply(REFUSED, response.body);
    }
    reader = response?.body?.getReader();
    const pumped = this.#pump(stream, reader).finally(async () => {
      this.#live.delete(id);
      const well = stream.isKept ? "ended" : "gone";
      const state = stream.isBroken ? "interrupted" : well;
      if (isWritten) await this.#store.close(id, state, stream.last, this.now() + keepMs);
    });
    this.ctx.waitUntil(pumped);
    return reply(isWritten ? verdict : UNKEPT, stream.readFrom(0));
  }

  /** Sends the request, and gives what the Worker's own exchange would give. */
  #ask(instance, { proxy, sent, key, signal }) {
    const { request, body, facts, reservation } = sent;
    const { env, ctx } = this;
    const budget = proxy.budgetFor(env, ctx, reservation);
    const inspector = (own, ...terms) => new own.Inspector(key, ...terms, Date.now());
    return exchange(request, {
      request: { signal },
      body: encoder.encode(body),
      // The admission is the Worker's: here is what is left of it.
      admission: {
        hasBody: true,
        inspect: () => inspector(instance.exports, facts, 0),
        pass: (type) => JSON.stringify({ status: 200, headers: [["content-type", type]] }),
        refuse: ({ refusal }) => JSON.stringify({ status: 200, headers: [], body: refusal }),
      },
      instance,
      env,
      fetch: proxy.fetch,
      renew: async (begun, gone) => inspector((await runtime.instance()).exports, begun, gone),
      release: () => budget?.release(),
      report: (record) => proxy.report(record, { env, ctx, budget }),
      coalesceMs: proxy.coalesceMs,
    });
  }

  /** Passes the answer on to its log until it ends. */
  async #pump(stream, reader) {
    while (!stream.isOver) {
      const { done, value, why } = await reader
        .read()
        .catch(() => ({ done: true, why: "interrupted" }));
      if (done) stream.end(why);
      else await stream.push(value);
    }
    await reader?.cancel().catch(ignore);
  }

  /** The events after the one that the reader has. */
  #read({ eventsAfter, interruptedEvent }, { id, after }) {
    const live = this.#live.get(id)?.stream;
    if (live) return live.readFrom(this.#place(id, after, eventsAfter, live));
    const [{ state }] = this.#store.streams().filter((stream) => stream.id === id);
    const { last, end } = this.#store.endOf(id);
    const rest =
      state === "interrupted" ? [encoder.encode(interruptedEvent(Math.max(last, after)))] : [];
    this.#count(id, 1);
    let isCounted = true;
    const reader = {
      at: this.#place(id, after, eventsAfter),
      wake: () => {},
      next: () => (reader.at < end ? this.#store.read(id, reader.at) : rest.shift()),
      isAtEnd: () => reader.at >= end,
      asks: () => {},
      took: () => {},
      left: () => {
        if (isCounted) this.#count(id, -1);
        isCounted = false;
      },
    };
    return reading(reader);
  }

  #place(id, after, eventsAfter, live) {
    if (after === 0) return 0;
    return live?.placeAfter(after, eventsAfter) ?? this.#store.placeAfter(id, after, eventsAfter);
  }

  #count(id, change) {
    const count = (this.#reading.get(id) ?? 0) + change;
    if (count > 0) this.#reading.set(id, count);
    else this.#reading.delete(id);
  }
}

const tell = (what, error) =>
  console.error(`openai-wasm proxy: ${what}: ${error?.message ?? error}`);
