// Streamed answers without a network: a client whose `fetch` gives the bytes of the test.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { keyless } from "./packed.mjs";
import { setting } from "./program.mjs";

const { default: OpenAI, Stream } = await keyless();

export const ask = { model: "m", messages: [{ role: "user", content: "?" }], stream: true };

export const chunkOf = (choice, rest = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1760000000,
  model: "m",
  choices:
    choice === undefined
      ? []
      : [{ index: 0, delta: {}, logprobs: null, finish_reason: null, ...choice }],
  ...rest,
});
export const says = (content, rest) => chunkOf({ delta: { content } }, rest);
export const stops = (reason = "stop") => chunkOf({ finish_reason: reason });
export const event = (value) =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
export const DONE = event("[DONE]");

export const bytes = (text) => (typeof text === "string" ? new TextEncoder().encode(text) : text);

/** Pieces of so many bytes. */
export function pieces(text, size) {
  const all = bytes(text);
  const cut = [];
  for (let at = 0; at < all.length; at += size) cut.push(all.slice(at, at + size));
  return cut;
}

/** A body that gives these reads one by one; `log` learns what happens to it. */
export function bodyOf(reads, log = {}) {
  let at = 0;
  log.pulled = 0;
  return new ReadableStream(
    {
      pull(controller) {
        log.pulled += 1;
        if (at < reads.length) {
          const read = reads[at++];
          if (read instanceof Error) controller.error(read);
          else if (read !== "hang") controller.enqueue(read);
          else return new Promise(() => {});
        } else {
          controller.close();
        }
      },
      cancel(reason) {
        log.cancelled = true;
        log.reason = reason;
      },
    },
    { highWaterMark: 0 },
  );
}

/** A stream over these reads: a text, bytes, or a list of them, or a Response of one's own. */
export async function streamOf(
  reads,
  { log = {}, headers, status = 200, client = {}, options } = {},
) {
  const list = Array.isArray(reads) ? reads : [reads];
  const fetch = async (_url, init) => {
    log.signal = init?.signal ?? _url.signal;
    if (reads instanceof Response) return reads;
    const body =
      reads === null
        ? null
        : bodyOf(
            list.map((read) => (read === "hang" ? read : bytes(read))),
            log,
          );
    log.body = body;
    return new Response(body, {
      status,
      headers: { "content-type": "text/event-stream", ...headers },
    });
  };
  const openai = new OpenAI({
    proxyUrl: "http://127.0.0.1:9/v1",
    token: "t",
    fetch,
    maxRetries: 0,
    ...client,
  });
  return openai.chat.completions.create(ask, options);
}

/** What an iterable gives, and the error that it ends with, if any. */
export async function outcome(iterable) {
  const items = [];
  try {
    for await (const item of iterable) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items };
}

/** The outcome of a stream, taken as chunks and as text, which must agree. */
export async function outcomes(make) {
  const chunks = await outcome(await make());
  const text = await outcome((await make()).textStream);
  return {
    chunks: chunks.items,
    error: chunks.error,
    text: text.items.join(""),
    textError: text.error,
  };
}

const at = (path) => new URL(path, `${pathToFileURL(setting("OPENAI_WASM_PKG"))}/`);

/** A module of the packed package that it does not export. */
export const partOf = (path) => import(at(path));

/** What an entry makes a client of: the packed client's own `defineClient`, and a runtime of its WebAssembly. */
export async function runtimeOf() {
  const { prepare } = await partOf("client/glue.js");
  const { createRuntime } = await partOf("lib/runtime.js");
  const load = async () => WebAssembly.compile(await readFile(at("client/client.wasm")));
  const { defineClient } = await partOf("lib/page-client.js");
  const { more, responseRun } = await partOf("lib/part.js");
  return { defineClient, runtime: createRuntime(prepare, load), parts: { more, responseRun } };
}

/** A living instance of the packed client's WebAssembly. */
export const instanceOf = async () => (await runtimeOf()).runtime.instance();

/** A Stream without a client: over a response that no Response class could make, say. */
export async function direct(response, { instance, ...options } = {}) {
  return new Stream({
    response,
    controller: new AbortController(),
    instance: instance ?? (await instanceOf()),
    idleTimeout: 0,
    maxEventBytes: 1 << 20,
    truncation: "error",
    ...options,
  });
}

export { OpenAI, Stream };
