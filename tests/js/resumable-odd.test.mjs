// Streams that come back where the device is offline, an event is missing, or import() is forbidden.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import { cutting as cut, listed } from "../support/cutting.mjs";
import { ask, failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, APIConnectionError } = await keyless();
const QUESTION = "Say this is a test";

let upstream;
let client;
before(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ proxyUrl: upstream.baseUrl, resumable: true });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const cutting = (...how) => cut(upstream, ...how);

test("a device that is offline is waited for, and asks as soon as it is online again", async () => {
  const listeners = new Map();
  const known = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  globalThis.addEventListener = (name, listener) => void listeners.set(name, listener);
  globalThis.removeEventListener = (name) => void listeners.delete(name);
  try {
    const own = cutting(["cut-events=3"]);
    const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
    const texts = listed(stream.textStream);
    while (!listeners.has("online")) await new Promise((resolve) => setTimeout(resolve, 5));
    // Longer than the first wait of a device that is online.
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(own.log.length, 1);
    const began = performance.now();
    listeners.get("online")();
    assert.equal((await texts).join(""), "This is a test!");
    assert.ok(performance.now() - began < 5000);
    assert.equal(listeners.size, 0);
  } finally {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
    if (known) Object.defineProperty(globalThis, "navigator", known);
    else delete globalThis.navigator;
  }
});

test("an event that is missing is asked for, and where it stays missing the stream fails", async () => {
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  const whole = await listed(stream);
  const numbered = [...whole.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map(
    (data, at) => `id: ${at + 1}\ndata: ${data}\n\n`,
  );
  const answers = (lists) => {
    const left = [...lists];
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      const busy = new Response("", { status: 503, headers: { "retry-after-ms": "1" } });
      const headers = { "content-type": "text/event-stream", "x-stream-id": stream.id };
      const list = left.shift();
      return list ? new Response(list.join(""), { headers }) : busy;
    };
    const own = new OpenAI({ proxyUrl: upstream.baseUrl, resumable: true, fetch });
    return { own, asked: () => asked };
  };
  const lying = numbered.toSpliced(2, 1);
  const mended = answers([lying, numbered]);
  const call = mended.own.chat.completions.create(ask(QUESTION, { stream: true }));
  assert.deepEqual(await listed(await call), whole);
  assert.equal(mended.asked(), 2);
  const never = answers([lying]);
  const error = await failure(async () =>
    listed(await never.own.chat.completions.create(ask(QUESTION, { stream: true }))),
  );
  assert.ok(error instanceof APIConnectionError, String(error));
  assert.equal(error.eventIndex, 2);
  assert.equal(never.asked(), 6);
});

test("the entry for service workers has it without import()", async () => {
  const file = pathToFileURL(`${setting("OPENAI_WASM_PKG")}/static.js`).href;
  const { default: Static } = await import(file);
  const own = new Static({ proxyUrl: upstream.baseUrl, resumable: true });
  await upstream.arm("cut-events=3", { path: "/v1/chat" });
  const stream = await own.chat.completions.create(ask(QUESTION, { stream: true }));
  assert.equal((await listed(stream.textStream)).join(""), "This is a test!");
});
