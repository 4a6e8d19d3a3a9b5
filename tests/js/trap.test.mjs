// A WebAssembly instance that stops: calls in flight fail clearly, the next call gets a new one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, failure, keyless } from "../support/packed.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, WasmTrapError } = await keyless();
let upstream;

before(async () => {
  upstream = await startUpstream();
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

/** Rust reads `type` of a response without expecting it to throw: the exception unwinds its frames. */
const poison = () => ({
  status: 200,
  headers: new Headers(),
  get type() {
    throw new Error("a getter of a caller's own making");
  },
});

test("a trap fails the calls in flight and the streams, and the next call works", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const hostile = new OpenAI({ proxyUrl: upstream.baseUrl, fetch: async () => poison() });

  await upstream.arm("hang", { path: "/v1/models" });
  const inFlight = client.models.list();
  inFlight.catch(() => {});
  await upstream.arm("stall=3", { path: "/v1/chat" });
  const stream = await client.chat.completions.create(ask("Tell me of the sea", { stream: true }));
  const reading = (async () => {
    for await (const _ of stream);
  })();
  reading.catch(() => {});
  await upstream.wait({ requests: 2 });

  const own = await failure(hostile.models.list());
  assert.ok(own instanceof WasmTrapError, String(own));
  assert.match(own.message, /next call gets a new instance/);
  assert.ok((await failure(inFlight)) instanceof WasmTrapError);
  assert.ok((await failure(reading)) instanceof WasmTrapError);
  await upstream.wait({ closed: 2 }, 1000);

  assert.equal((await client.models.list()).object, "list");
  const answer = await client.chat.completions.create(ask("Say this is a test"));
  assert.equal(answer.choices[0].message.content, "This is a test!");
});

test("a hundred traps in a row leave a client that works", async () => {
  const hostile = new OpenAI({ proxyUrl: upstream.baseUrl, fetch: async () => poison() });
  const traps = await Promise.all(Array.from({ length: 100 }, () => failure(hostile.models.list())));
  assert.ok(traps.every((error) => error instanceof WasmTrapError));
  assert.equal((await new OpenAI({ proxyUrl: upstream.baseUrl }).models.list()).object, "list");
});
