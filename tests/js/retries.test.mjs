// Which failures are tried again, after how long, and how often: each row over a real socket.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { failure, keyless } from "../support/packed.mjs";
import { startRecorder } from "../support/recorder.mjs";

const { default: OpenAI } = await keyless();
let server;
before(async () => {
  server = await startRecorder();
});
after(() => server.stop());

/** How many requests a call made that met these answers and then a good one, and its error if any. */
async function attempts(answers, options, call = (client) => client.models.retrieve("m")) {
  const client = new OpenAI({ proxyUrl: server.baseUrl, ...options });
  server.answer(...answers, { body: { id: "m" } });
  let error;
  await call(client).catch((found) => (error = found));
  return { requests: server.requests.length, error };
}

const soon = { "retry-after-ms": "1" };
const quota = { error: { code: "insufficient_quota", message: "x" } };
const drop = (request) => request.socket.destroy();
const silence = () => {};

for (const [what, answers, options, requests, name] of [
  ["408", [{ status: 408, headers: soon }], {}, 2],
  ["409", [{ status: 409, headers: soon }], {}, 2],
  ["429", [{ status: 429, headers: soon }], {}, 2],
  ["500", [{ status: 500, headers: soon }], {}, 2],
  ["503", [{ status: 503, headers: soon }], {}, 2],
  ["529", [{ status: 529, headers: soon }], {}, 2],
  ["400", [{ status: 400, headers: soon }], {}, 1, "BadRequestError"],
  ["401", [{ status: 401, headers: soon }], {}, 1, "AuthenticationError"],
  ["404", [{ status: 404, headers: soon }], {}, 1, "NotFoundError"],
  ["418", [{ status: 418, headers: soon }], {}, 1, "APIError"],
  ["422", [{ status: 422, headers: soon }], {}, 1, "UnprocessableEntityError"],
  [
    "400 that asks for it",
    [{ status: 400, headers: { ...soon, "x-should-retry": "true" } }],
    {},
    2,
  ],
  [
    "500 that forbids it",
    [{ status: 500, headers: { ...soon, "x-should-retry": "false" } }],
    {},
    1,
    "InternalServerError",
  ],
  [
    "429 of an exhausted quota",
    [{ status: 429, headers: soon, body: quota }],
    {},
    1,
    "RateLimitError",
  ],
  ["Retry-After of no time", [{ status: 503, headers: { "retry-after": "0" } }], {}, 2],
  ["Retry-After of part of a second", [{ status: 503, headers: { "retry-after": "0.01" } }], {}, 2],
  [
    "two failures",
    [
      { status: 503, headers: soon },
      { status: 500, headers: soon },
    ],
    {},
    3,
  ],
  ["three failures", Array(3).fill({ status: 503, headers: soon }), {}, 3, "InternalServerError"],
  [
    "four failures with maxRetries 4",
    Array(4).fill({ status: 503, headers: soon }),
    { maxRetries: 4 },
    5,
  ],
  [
    "a failure with maxRetries 0",
    [{ status: 503, headers: soon }],
    { maxRetries: 0 },
    1,
    "InternalServerError",
  ],
  ["a lost connection with maxRetries 0", [drop], { maxRetries: 0 }, 1, "APIConnectionError"],
  [
    "a silent server with maxRetries 0",
    [silence],
    { maxRetries: 0, timeout: 500 },
    1,
    "APIConnectionTimeoutError",
  ],
  ["a redirect", [{ status: 307, headers: { location: "/x" } }], {}, 1, "APIConnectionError"],
  ["a body that is no JSON", [{ body: "{" }], {}, 1, "ResponseError"],
]) {
  test(`${what}: ${requests} request(s), ${name ?? "and an answer"}`, async () => {
    const found = await attempts(answers, options);
    assert.equal(found.requests, requests);
    assert.equal(found.error?.name, name, String(found.error));
  });
}

test("a lost connection and a silent server are tried again, after the back-off", async (t) => {
  // The back-off is half a second less up to a quarter: the timers tell, nobody waits.
  for (const [answer, options] of [
    [drop, {}],
    [silence, { timeout: 50 }],
  ]) {
    const waits = [];
    const { setTimeout: real } = globalThis;
    t.mock.method(globalThis, "setTimeout", (run, ms, ...rest) => {
      // What is longer is a timer of the platform's own.
      const backOff = ms > 300 && ms < 2000;
      if (backOff) waits.push(ms);
      return real(run, backOff ? 1 : ms, ...rest);
    });
    const found = await attempts([answer, { status: 500 }], options);
    t.mock.restoreAll();
    assert.deepEqual([found.requests, found.error], [3, undefined]);
    const [first, second] = waits;
    assert.ok(first >= 375 && first <= 500 && second >= 750 && second <= 1000, String(waits));
  }
});

test("a call's own maxRetries and timeout count before the client's", async () => {
  const call = (client) => client.models.retrieve("m", { maxRetries: 1, timeout: 5000 });
  const found = await attempts(
    Array(2).fill({ status: 503, headers: soon }),
    { maxRetries: 5, timeout: 1 },
    call,
  );
  assert.deepEqual([found.requests, found.error.status], [2, 503]);
});

test("a stream whose head came is not asked for again", async () => {
  server.answer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"choices":[{"index":0,"text":"x"}]}\n\n', () => response.socket.end());
  });
  const client = new OpenAI({ proxyUrl: server.baseUrl });
  const error = await failure(async () => {
    for await (const _ of await client.completions.create({
      model: "m",
      prompt: "x",
      stream: true,
    }));
  });
  assert.equal(error.name, "APIConnectionError");
  assert.equal(server.requests.length, 1);
});
