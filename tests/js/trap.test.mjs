// A WebAssembly instance that stops: its streams fail clearly, the next call gets a new one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, failure, keyless } from "../support/packed.mjs";
import { startUpstream } from "../support/upstream.mjs";

/** How many of the next calls of the decoder get an address outside of the memory, which is a trap. */
let traps = 0;
let instances = 0;

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  instances += 1;
  const { exports } = await instantiate(...given);
  const decode = (decoder, length) => {
    const address = traps-- > 0 ? 0xfffffff0 : decoder;
    return exports.chunkdecoder_decode(address, length);
  };
  return { exports: { ...exports, chunkdecoder_decode: decode } };
};

const { default: OpenAI, APIUserAbortError, WasmTrapError } = await keyless();
let upstream;

before(async () => {
  upstream = await startUpstream();
});
beforeEach(() => {
  traps = 0;
  return upstream.reset();
});
after(() => upstream.stop());

const read = async (stream) => {
  for await (const _ of stream);
};
const asked = (client) =>
  client.chat.completions.create(ask("Tell me of the sea", { stream: true }));

test("a trap fails the streams of its instance, no other call, and the next call works", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const leaving = new AbortController();
  await upstream.arm("hang", { path: "/v1/models" });
  const inFlight = failure(client.models.list({ signal: leaving.signal }));
  await upstream.arm("stall=3", { path: "/v1/chat" });
  const stalled = await asked(client);
  const started = stalled[Symbol.asyncIterator]();
  await started.next();
  const reading = failure(read({ [Symbol.asyncIterator]: () => started }));
  const struck = await asked(client);
  await upstream.wait({ requests: 3 });

  traps = 1;
  const own = await failure(read(struck));
  assert.ok(own instanceof WasmTrapError, String(own));
  assert.match(own.message, /next call gets a new instance/);
  assert.ok(own.cause instanceof WebAssembly.RuntimeError, String(own.cause));
  assert.ok((await reading) instanceof WasmTrapError);
  await upstream.wait({ closed: 1 }, 1000);

  const before = instances;
  const answer = await client.chat.completions.create(ask("Say this is a test"));
  assert.equal(answer.choices[0].message.content, "This is a test!");
  assert.equal(instances, before + 1);
  // What needed no instance while it waited never heard of the trap.
  leaving.abort();
  assert.ok((await inFlight) instanceof APIUserAbortError);
});

test("a hundred traps in a row leave a client that works", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  for (let strike = 0; strike < 100; strike += 1) {
    const stream = await asked(client);
    traps = 1;
    assert.ok((await failure(read(stream))) instanceof WasmTrapError);
  }
  assert.equal((await client.models.list()).object, "list");
});

test("a call whose answer comes after the trap is judged by the new instance, with what it had counted", async () => {
  const REFUSED =
    '{"error":{"message":"x","type":"authentication_error","code":"unauthorized","param":null}}';
  const answers = [
    new Response("", { status: 503, headers: { "retry-after-ms": "0" } }),
    new Response(REFUSED, { status: 401 }),
  ];
  for (const last of [{ status: 200 }, { status: 503 }]) {
    const shown = [];
    const waiting = [];
    const fetch = (_url, { headers }) => {
      shown.push(headers.get("authorization"));
      return new Promise((resolve) => waiting.push(resolve));
    };
    let tokens = 0;
    const client = new OpenAI({
      proxyUrl: "/v1",
      fetch,
      token: async () => `token-${(tokens += 1)}`,
      maxRetries: 1,
    });
    const call = client.models.list().then(
      () => "answered",
      ({ status }) => status,
    );
    for (const answer of [...answers, new Response("{}", last)]) {
      while (waiting.length === 0) await new Promise(setImmediate);
      const before = instances;
      const struck = await asked(new OpenAI({ proxyUrl: upstream.baseUrl }));
      traps = 1;
      assert.ok((await failure(read(struck))) instanceof WasmTrapError);
      waiting.shift()(answer.clone());
      while (instances === before) await new Promise(setImmediate);
    }
    // The one retry is used up, and so is the renewal.
    assert.equal(await call, last.status === 200 ? "answered" : 503);
    assert.deepEqual(shown, ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
  }
});
