// Leaving a call or a stream, in every way, closes the server's socket within a second.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, before, beforeEach, test } from "node:test";

import { ask, failure, keyless } from "../support/packed.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, APIUserAbortError } = await keyless();
const LONG = ask("Tell me of the sea", { stream: true, max_tokens: 500 });
let upstream;
let client;

before(async () => {
  upstream = await startUpstream({ eventIntervalMs: 20 });
  client = new OpenAI({ proxyUrl: upstream.baseUrl });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const closed = async () => {
  const [request] = await upstream.wait({ closed: 1 }, 1000);
  assert.equal(request.outcome, "client_closed");
};

test("abort before the call sends nothing", async () => {
  const reason = new Error("changed my mind");
  const error = await failure(client.models.list({ signal: AbortSignal.abort(reason) }));
  assert.ok(error instanceof APIUserAbortError, String(error));
  assert.equal(error.cause, reason);
  assert.deepEqual(await upstream.requests(), []);
});

for (const [when, fault] of [
  ["while the server is silent", "hang"],
  ["while a whole answer is being read", "stall=10"],
]) {
  test(`abort ${when}`, async () => {
    await upstream.arm(fault);
    const { signal, abort } = signalOf();
    const call = client.chat.completions.create(ask("x"), { signal });
    call.catch(() => {});
    await upstream.wait({ requests: 1 });
    abort();
    assert.ok((await failure(call)) instanceof APIUserAbortError);
    await closed();
  });
}

test("abort during the wait before a retry", async () => {
  await upstream.arm("status=503,retry-after=50");
  const { signal, abort } = signalOf();
  const call = client.models.list({ signal });
  call.catch(() => {});
  await upstream.wait({ ended: 1 });
  abort();
  assert.ok((await failure(call)) instanceof APIUserAbortError);
  assert.equal((await upstream.requests()).length, 1);
});

test("abort by the signal in mid-stream throws with the text so far", async () => {
  const { signal, abort } = signalOf();
  const stream = await client.chat.completions.create(LONG, { signal });
  const error = await failure(async () => {
    for await (const chunk of stream) if (chunk.choices[0].delta.content) abort();
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  await closed();
});

test("abort by the stream's controller", async () => {
  const stream = await client.chat.completions.create(LONG);
  const error = await failure(async () => {
    for await (const chunk of stream) if (chunk.choices[0].delta.content) stream.controller.abort();
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  await closed();
});

test("break in a loop over chunks", async () => {
  for await (const chunk of await client.chat.completions.create(LONG))
    if (chunk.choices[0].delta.content) break;
  await closed();
});

test("break in a loop over text", async () => {
  for await (const piece of (await client.chat.completions.create(LONG)).textStream)
    if (piece) break;
  await closed();
});

test("an error thrown in the loop's body", async () => {
  const own = new Error("mine");
  const error = await failure(async () => {
    for await (const _ of await client.chat.completions.create(LONG)) throw own;
  });
  assert.equal(error, own);
  await closed();
});

test("cancelling the readable stream", async () => {
  const reader = (await client.chat.completions.create(LONG)).toReadableStream().getReader();
  await reader.read();
  await reader.cancel();
  await closed();
});

test("a long-lived signal keeps no listener of calls that are over", async () => {
  const { signal } = signalOf();
  await client.models.list({ signal });
  await failure(client.get("/nothing", { signal, maxRetries: 0 }));
  for await (const _ of await client.chat.completions.create(
    ask("Say this is a test", { stream: true }),
    { signal },
  ));
  for await (const _ of await client.chat.completions.create(LONG, { signal })) break;
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

function signalOf() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
