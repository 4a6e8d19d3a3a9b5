// Streams that go on, from end to end: the client, a connection that breaks off, the proxy with its Durable Objects
// in workerd, and the stand-in.

import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { after, before, beforeEach, it } from "node:test";

import { failure, keyless } from "../support/packed.mjs";
import { startResumable } from "../support/resumable.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, APIError, APIUserAbortError, NotFoundError } = await keyless();

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream({ eventIntervalMs: 10 });
  proxy = await startResumable({
    upstream,
    options: '{ routes: ["completions", "responses"] }',
  });
});
beforeEach(() => upstream.reset());
after(async () => {
  await proxy?.stop();
  upstream?.stop();
});

/** A relay before the proxy, whose connections break after so many bytes of answers, in turn. */
async function relay(limits) {
  const left = [...limits];
  const target = new URL(proxy.url);
  const sockets = new Set();
  const server = createServer((socket) => {
    const behind = connect(Number(target.port), target.hostname);
    let bytes = left.shift() ?? Infinity;
    sockets.add(socket).add(behind);
    const end = () => {
      socket.destroy();
      behind.destroy();
    };
    for (const each of [socket, behind]) each.on("error", end).on("close", end);
    socket.pipe(behind);
    behind.on("data", (data) => {
      const part = data.subarray(0, bytes);
      bytes -= part.length;
      if (bytes > 0) socket.write(part);
      else socket.write(part, () => socket.resetAndDestroy());
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    cuts: () => limits.length - left.length,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const clientOf = (proxyUrl, sub = "ada") =>
  new OpenAI({
    proxyUrl,
    resumable: true,
    token: () => mint(proxy.secret, { claims: { sub } }),
  });
const direct = (sub) => clientOf(`${proxy.url}/v1`, sub);
const question = { model: "stand-in-ngram-1", stream: true };
const messages = (content) => [{ role: "user", content }];
const listed = async (stream) => {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
};

for (const [kind, call] of [
  [
    "a_chat",
    (client) =>
      client.chat.completions.create({
        ...question,
        messages: messages("repeat: one two three four five six seven eight"),
      }),
  ],
  [
    "a_completion",
    (client) => client.completions.create({ ...question, prompt: "The sea", max_tokens: 12 }),
  ],
  ["a_response", (client) => client.responses.create({ ...question, input: "Tell me of the sea" })],
]) {
  it(`${kind}_whose_connection_is_reset_again_and_again_comes_whole_and_is_asked_of_the_model_once`, async () => {
    const between = await relay([1500, 1200, 1000, 1300]);
    try {
      const stream = await call(clientOf(between.url));
      assert.match(stream.id, /^[\w-]{22}$/);
      const found = await listed(stream);
      assert.deepEqual(found, await listed(await direct().streams.resume(stream.id)));
      assert.ok(found.length > 8);
      assert.ok(between.cuts() > 1, `${between.cuts()} cuts`);
      assert.equal((await upstream.requests()).length, 1);
    } finally {
      between.close();
    }
  });
}

const long = { ...question, messages: messages("Tell me of the sea"), max_tokens: 500 };

it("leaving_stops_the_upstream_and_detaching_does_not", async () => {
  const client = direct();
  const detached = await client.chat.completions.create(long);
  const error = await failure(async () => {
    for await (const _ of detached) if (detached.lastEventId >= 3) detached.detach();
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  const { id, lastEventId: last } = detached;
  const strange = await failure(direct("eve").streams.resume(id));
  assert.ok(strange instanceof NotFoundError, String(strange));
  const rest = await client.streams.resume(id, { after: last });
  const chunks = await listed(rest);
  assert.ok(chunks.length > 5, `${chunks.length} chunks`);
  const whole = await listed(await client.streams.resume(id));
  assert.deepEqual(whole.slice(last), chunks);
  assert.equal((await upstream.requests())[0].outcome, "complete");

  await upstream.reset();
  const left = await client.chat.completions.create(long);
  for await (const _ of left) break;
  const [request] = await upstream.wait({ closed: 1 });
  assert.equal(request.outcome, "client_closed");
  const stopped = await failure(async () => listed(await client.streams.resume(left.id)));
  assert.ok(stopped instanceof APIError, String(stopped));
  assert.equal(stopped.code, "stream_stopped");
});
