// Streams that come back: a connection that breaks off is continued, on real sockets.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { cutting as cut, listed } from "../support/cutting.mjs";
import { ask, failure, keyless } from "../support/packed.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const {
  default: OpenAI,
  APIConnectionError,
  APIError,
  APIUserAbortError,
  ChatCompletionStream,
  InternalServerError,
  InvalidOptionError,
  NotFoundError,
  StreamTruncatedError,
} = await keyless();

let upstream;
let client;
before(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ proxyUrl: upstream.baseUrl, resumable: true });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const cutting = (...how) => cut(upstream, ...how);
/** Everything of a stream, as a second reader gets it. */
const kept = async (id) => listed(await client.streams.resume(id));

const QUESTION = "Say this is a test";
const KINDS = {
  "chat completions": (own) =>
    own.chat.completions.create(
      ask(QUESTION, { stream: true, stream_options: { include_usage: true } }),
    ),
  completions: (own) =>
    own.completions.create({
      model: "stand-in-ngram-1",
      prompt: "The sea",
      max_tokens: 6,
      seed: 1,
      stream: true,
    }),
  responses: (own) =>
    own.responses.create({ model: "stand-in-ngram-1", input: QUESTION, stream: true }),
};

for (const [kind, call] of Object.entries(KINDS)) {
  test(`${kind} that are cut after any event go on, with nothing lost and nothing twice`, async () => {
    const whole = await call(client);
    const count = (await listed(whole)).length;
    assert.ok(count > 5);
    const ends = ["cut-events", "reset-events", "end-events"];
    const cuts = Array.from({ length: count + 1 }, (_, at) => `${ends[at % 3]}=${at}`);
    await Promise.all(
      cuts.map(async (cut) => {
        const own = cutting([cut]);
        const stream = await call(own.client);
        const found = await listed(stream);
        assert.deepEqual(found, await kept(stream.id), cut);
        assert.equal(found.length, count, cut);
        // Some of these answers are whole before the cut.
        assert.ok(own.log.length <= 2 && !own.log[1]?.startsWith("POST"), own.log.join());
      }),
    );
  });
}

test("200 streams that are cut at a byte go on, as chunks and as text", async () => {
  const sizes = { "chat completions": 2100, completions: 2000, responses: 4000 };
  const kinds = Object.entries(KINDS);
  await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const [kind, call] = kinds[at % 3];
      // Spread over the whole answer; not by chance, so that a failure comes again.
      const cut = `${at % 2 ? "cut" : "reset"}=${(at * 997) % sizes[kind]}`;
      const stream = await call(cutting([cut, at % 5 ? "" : "chunk=100,cut=700"]).client);
      const found = await listed(at % 4 === 0 ? stream.textStream : stream);
      if (at % 4) return assert.deepEqual(found, await kept(stream.id), `${kind}, ${cut}`);
      const again = await client.streams.resume(stream.id);
      assert.equal(found.join(""), (await listed(again.textStream)).join(""), `${kind}, ${cut}`);
    }),
  );
});

test("the server's dialect changes nothing", async () => {
  const dialects = [
    "line-end=crlf",
    "line-end=cr",
    "line-end=mixed",
    "bom",
    "comments",
    "no-space",
    "split",
  ];
  await Promise.all(
    dialects.map(async (dialect) => {
      const own = cutting([`${dialect},cut-events=3`, `${dialect},cut-events=2`, dialect]);
      const stream = await KINDS["chat completions"](own.client);
      assert.deepEqual(await listed(stream), await kept(stream.id), dialect);
      assert.equal(own.log.length, 3, dialect);
    }),
  );
});

test("the request asks by an id, the proxy is asked again after the last whole event, and each event has its number", async () => {
  const own = cutting(["cut=700"], { defaultHeaders: { "x-tenant": "a" } });
  const call = own.client.chat.completions.create(ask(QUESTION, { stream: true }), {
    headers: { "x-call": "b" },
    query: { q: "1" },
    idempotencyKey: "k",
  });
  const stream = await call;
  assert.match(stream.id, /^[\w-]{22}$/);
  assert.equal(stream.lastEventId, 0);
  const ids = [];
  let text = "";
  for await (const chunk of stream) {
    text += chunk.choices[0].delta.content ?? "";
    ids.push(stream.lastEventId);
  }
  assert.equal(text, "This is a test!");
  assert.deepEqual(ids, [1, 2, 3, 4, 5, 6, 7]);
  const [first, second, ...others] = await upstream.requests();
  assert.deepEqual(others, []);
  assert.equal(headerOf(first, "x-stream-id"), stream.id);
  assert.equal(second.path, `/v1/streams/${stream.id}?q=1`);
  const names = [
    "last-event-id",
    "x-stream-id",
    "x-tenant",
    "x-call",
    "idempotency-key",
    "content-type",
  ];
  assert.deepEqual(
    names.map((name) => headerOf(second, name)),
    ["2", undefined, "a", "b", undefined, undefined],
  );
});

test("a stream that is cut after each event comes to its end: only attempts without progress count", async () => {
  const own = cutting(Array.from({ length: 7 }, () => "cut-events=1"));
  const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
  assert.deepEqual(await listed(stream), await kept(stream.id));
  assert.equal(own.log.length, 8);
});

test("a proxy that cannot be reached is asked five times, then the stream fails with its text and the reason", async () => {
  const busy = "status=503,retry-after-ms=1";
  const own = cutting(["cut-events=3", busy, busy, busy, busy, busy, busy]);
  const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
  const error = await failure(() => listed(stream));
  assert.ok(error instanceof APIConnectionError, String(error));
  assert.equal(error.text, "This is");
  assert.equal(error.eventIndex, 3);
  assert.ok(error.cause instanceof InternalServerError, String(error.cause));
  assert.equal(own.log.length, 6);
  // The answer is there all the same.
  const rest = await client.streams.resume(stream.id, { after: stream.lastEventId });
  assert.equal((await listed(rest.textStream)).join(""), " a test!");
});

for (const [what, fault, code] of [
  ["is gone", "status=404,code=stream_not_found", "stream_not_found"],
  ["was not kept", "status=410,code=stream_not_kept", "stream_not_kept"],
]) {
  test(`a stream that ${what} fails as it broke off, at once`, async () => {
    for (const [cut, Class] of [
      ["cut-events=3", APIConnectionError],
      ["end-events=3", StreamTruncatedError],
    ]) {
      const own = cutting([cut, fault]);
      const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
      const error = await failure(() => listed(stream));
      assert.ok(error instanceof Class, String(error));
      assert.equal(error.text, "This is");
      assert.equal(error.cause.code, code);
      assert.equal(own.log.length, 2);
    }
  });
}

test("an answer that ends without [DONE] is looked at once more, and is whole if it has a finish reason", async () => {
  const own = cutting(["no-done", "no-done"]);
  const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
  assert.equal((await listed(stream.textStream)).join(""), "This is a test!");
  assert.deepEqual(own.log, ["POST /v1/chat/completions", "GET /v1/streams/ID"]);
});

test("an error event of the server ends the stream, and nothing is asked again or stopped", async () => {
  const own = cutting(["error=openai,error-after=2"]);
  const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
  const error = await failure(() => listed(stream));
  assert.ok(error instanceof APIError && !(error instanceof APIConnectionError), String(error));
  assert.equal(error.text, "This");
  assert.equal(own.log.length, 1);
});

test("a token that the proxy refuses is renewed for the reconnection", async () => {
  const body =
    '{"error":{"message":"x","type":"authentication_error","code":"token_expired","param":null}}';
  let refused = 0;
  const fetch = (url, init) => {
    if (init.method === "POST") init.headers.set("x-fault", "cut-events=3");
    else if (init.headers.get("authorization") === "Bearer token-1") {
      refused += 1;
      return new Response(body, { status: 401 });
    }
    return globalThis.fetch(url, init);
  };
  let tokens = 0;
  const token = async () => `token-${(tokens += 1)}`;
  const own = new OpenAI({ proxyUrl: upstream.baseUrl, token, fetch });
  const stream = await own.chat.completions.create(ask(QUESTION, { stream: true }), {
    resumable: true,
  });
  assert.equal((await listed(stream.textStream)).join(""), "This is a test!");
  assert.deepEqual([refused, tokens], [1, 2]);
});

test("without the option nothing is asked for, and the stream has no id", async () => {
  const own = cutting(["cut-events=3"]);
  const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }), {
    resumable: false,
  });
  assert.deepEqual([stream.id, stream.lastEventId], [null, null]);
  assert.ok((await failure(() => listed(stream))) instanceof APIConnectionError);
  const [request, ...others] = await upstream.requests();
  assert.equal(headerOf(request, "x-stream-id"), undefined);
  assert.deepEqual(others, []);
});

test("a proxy without resumable streams gives an ordinary one", async () => {
  for (const [fault, ends] of [
    ["no-streams", "This is a test!"],
    ["no-streams,cut-events=3", APIConnectionError],
  ]) {
    const own = cutting([fault]);
    const stream = await own.client.chat.completions.create(ask(QUESTION, { stream: true }));
    assert.deepEqual([stream.id, stream.lastEventId], [null, null]);
    const end = await listed(stream.textStream).then(
      (texts) => texts.join(""),
      (error) => error.constructor,
    );
    assert.equal(end, ends);
    assert.equal(own.log.length, 1);
  }
});

test("a stream is resumed by its id: from the start, or after an event", async () => {
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  const found = await listed(stream);
  for (const after of [0, 1, 6, 8]) {
    const resumed = await client.streams.resume(stream.id, { after });
    assert.equal(resumed.id, stream.id);
    assert.equal(resumed.lastEventId, after);
    if (after < 8) assert.deepEqual(await listed(resumed), found.slice(after));
  }
  const own = cutting(["cut-events=2"]);
  const resumed = await own.client.streams.resume(stream.id, { after: 3 });
  assert.deepEqual(await listed(resumed), found.slice(3));
});

test("what cannot be resumed says why", async () => {
  const gone = await failure(client.streams.resume("a".repeat(22)));
  assert.ok(gone instanceof NotFoundError, String(gone));
  assert.equal(gone.code, "stream_not_found");
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  await listed(stream);
  const late = await failure(client.streams.resume(stream.id, { after: 9 }));
  assert.deepEqual([late.status, late.code], [400, "invalid_last_event_id"]);
  for (const [args, option] of [
    [[undefined], "id"],
    [[".."], "id"],
    [[stream.id, { after: -1 }], "after"],
    [[stream.id, { after: "x" }], "after"],
  ]) {
    const error = await failure(client.streams.resume(...args));
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(error.option, option);
  }
  const wrong = await failure(() => new OpenAI({ proxyUrl: "/v1", resumable: "yes" }));
  assert.equal(wrong.option, "resumable");
  const other = await failure(client.streams.pause(stream.id));
  assert.equal(other.option, "client.streams.pause");
});

test("a stream that was stopped says so to whom resumes it", async () => {
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  await listed(stream);
  assert.equal(await client.streams.stop(stream.id), undefined);
  const error = await failure(async () => listed(await client.streams.resume(stream.id)));
  assert.ok(error instanceof APIError, String(error));
  assert.equal(error.code, "stream_stopped");
  assert.equal((await failure(client.streams.stop("a".repeat(22)))).code, "stream_not_found");
});

const LONG = ask("Tell me of the sea", { stream: true, max_tokens: 500 });
for (const [what, leave] of [
  [
    "leaving the loop",
    async (stream) => {
      for await (const _ of stream) break;
    },
  ],
  [
    "aborting by the controller",
    (stream) =>
      failure(async () => {
        for await (const _ of stream) stream.controller.abort();
      }),
  ],
  [
    "aborting by the call's signal",
    (stream, abort) =>
      failure(async () => {
        for await (const _ of stream) abort();
      }),
  ],
  ["aborting before the loop", (_, abort) => abort()],
]) {
  test(`${what} stops the stream at the proxy, by one request`, async () => {
    const leaving = new AbortController();
    const inits = [];
    const answers = [];
    const fetch = (url, init) => {
      inits.push(init);
      if (init.method === "POST") init.headers.set("x-fault", "interval=20");
      answers.push(globalThis.fetch(url, init));
      return answers.at(-1);
    };
    const own = new OpenAI({ proxyUrl: upstream.baseUrl, resumable: true, fetch });
    const { signal } = leaving;
    const stream = await own.chat.completions.create(LONG, { signal });
    await leave(stream, () => leaving.abort());
    await upstream.wait({ requests: 2 });
    const [, stop] = await upstream.requests();
    assert.deepEqual([stop.method, stop.path], ["DELETE", `/v1/streams/${stream.id}`]);
    assert.equal(inits[1].keepalive, true);
    // Another answer than this one would have it sent again.
    assert.equal((await answers[1]).status, 204);
    assert.equal(headerOf(stop, "x-stream-id"), undefined);
    assert.equal(inits.length, 2);
  });
}

test("aborting while the answer has not begun stops the stream at the proxy", async () => {
  const own = cutting(["hang"]);
  const leaving = new AbortController();
  const call = own.client.chat.completions.create(LONG, { signal: leaving.signal });
  call.catch(() => {});
  await upstream.wait({ requests: 1 });
  leaving.abort();
  assert.ok((await failure(call)) instanceof APIUserAbortError);
  const [first, second] = await upstream.wait({ requests: 2 });
  assert.equal(second.method, "DELETE");
  assert.equal(second.path, `/v1/streams/${headerOf(first, "x-stream-id")}`);
  // The control: what was aborted before it was sent needs no stop.
  const early = client.chat.completions.create(LONG, { signal: AbortSignal.abort() });
  assert.ok((await failure(early)) instanceof APIUserAbortError);
  assert.equal((await upstream.requests()).length, 2);
});

test("aborting during the wait for a reconnection stops the stream, and asks no more", async () => {
  const own = cutting(["cut-events=3"]);
  const stream = await own.client.chat.completions.create(LONG);
  const error = await failure(async () => {
    for await (const chunk of stream)
      if (chunk.choices[0].delta.content) setTimeout(() => stream.controller.abort(), 100);
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  const asked = (await upstream.wait({ ended: 2 })).filter(({ path }) => path.endsWith(stream.id));
  assert.ok(!asked.some(({ method }) => method === "GET"));
  await upstream.wait({ requests: 2 });
});

test("detaching closes the connection and stops nothing", async () => {
  const own = cutting(["interval=20"]);
  const stream = await own.client.chat.completions.create(LONG);
  const error = await failure(async () => {
    for await (const _ of stream) stream.detach();
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  const asked = (await upstream.wait({ closed: 1 })).filter(
    (request) => headerOf(request, "x-stream-id") === stream.id || request.path.endsWith(stream.id),
  );
  assert.deepEqual(
    asked.map(({ method, outcome }) => [method, outcome]),
    [["POST", "client_closed"]],
  );
  // The control: it goes on, here by another reader.
  const rest = await client.streams.resume(stream.id, { after: stream.lastEventId });
  assert.ok((await listed(rest)).length > 10);
});

test("a stream that has ended is not stopped", async () => {
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  await listed(stream);
  stream.controller.abort();
  await listed(await client.streams.resume(stream.id));
  const asked = (await upstream.wait({ ended: 2 })).filter(({ path }) => path.endsWith(stream.id));
  assert.deepEqual(
    asked.map(({ method }) => method),
    ["GET"],
  );
});

test("helpers go on, have the stream's id, and detach", async () => {
  const own = cutting(["cut-events=3"]);
  const chat = own.client.chat.completions.stream(ask(QUESTION));
  assert.equal(chat.id, null);
  assert.equal(await chat.finalContent(), "This is a test!");
  assert.match(chat.id, /^[\w-]{22}$/);

  const other = cutting(["cut-events=4"]);
  const answer = other.client.responses.stream({ model: "stand-in-ngram-1", input: QUESTION });
  assert.equal((await answer.finalResponse()).output_text, "This is a test!");
  assert.match(answer.id, /^[\w-]{22}$/);
  assert.deepEqual(other.log, ["POST /v1/responses", "GET /v1/streams/ID"]);

  await upstream.reset();
  const leaving = cutting(["interval=20"]).client.chat.completions.stream(LONG);
  const error = await failure(async () => {
    for await (const _ of leaving) leaving.detach();
  });
  assert.ok(error instanceof APIUserAbortError, String(error));
  await upstream.wait({ closed: 1 });
  const requests = await upstream.requests();
  assert.deepEqual(
    requests.filter(({ path }) => path.endsWith(leaving.id)),
    [],
  );
});

test("a helper tells a resumed answer from its start", async () => {
  const stream = await client.chat.completions.create(ask(QUESTION, { stream: true }));
  stream.detach();
  const resumed = await client.streams.resume(stream.id);
  const helper = ChatCompletionStream.fromReadableStream(resumed.toReadableStream());
  assert.equal(await helper.finalContent(), "This is a test!");
});
