// Answers that are no success: each a typed error, no hang, and the next call works.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, failure, keyless } from "../support/packed.mjs";
import { startUpstream } from "../support/upstream.mjs";

const openai = await keyless();
const { default: OpenAI } = openai;
let upstream;
let client;

before(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ proxyUrl: upstream.baseUrl, maxRetries: 0 });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const worksStill = async () => assert.equal((await client.models.list()).object, "list");

test("a status is the class of the official package, with all that the server said", async () => {
  for (const [status, name] of [
    [400, "BadRequestError"],
    [401, "AuthenticationError"],
    [403, "PermissionDeniedError"],
    [404, "NotFoundError"],
    [409, "ConflictError"],
    [418, "APIError"],
    [422, "UnprocessableEntityError"],
    [429, "RateLimitError"],
    [500, "InternalServerError"],
    [529, "InternalServerError"],
  ]) {
    await upstream.arm(`status=${status}`);
    const error = await failure(client.chat.completions.create(ask("x")));
    assert.equal(error.name, name, `${status}: ${error}`);
    assert.ok(error instanceof openai[name] && error instanceof openai.APIError);
    assert.ok(error instanceof OpenAI[name], "the classes are statics too");
    assert.equal(error.status, status);
    assert.equal(error.message, `${status} ${error.error.message}`);
    assert.match(error.requestID, /^req_/);
    await worksStill();
  }
});

test("an error body of any kind is told in one line", async () => {
  for (const [fault, message] of [
    ["status=500,error-body=html", "500 the server answered with an HTML page"],
    ["status=503,error-body=empty", "503 status code (no body)"],
    ["status=500,error-body=string", /^500 \w/],
    ["status=500,error-body=flat", /^500 \w/],
    ["status=500,error-body=text", /^500 \w/],
  ]) {
    await upstream.arm(fault);
    const error = await failure(client.models.list());
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
  }
});

test("a success that is not what was asked for is a ResponseError with its status", async () => {
  for (const [fault, words] of [
    ["html", /text\/html/],
    ["empty", /empty body/],
    ["content-type=text/plain,cut=9", null],
    ["end=20", /not JSON/],
  ]) {
    await upstream.arm(fault);
    const error = await failure(client.chat.completions.create(ask("x")));
    if (words === null) {
      assert.equal(error.name, "APIConnectionError", String(error));
    } else {
      assert.equal(error.name, "ResponseError", String(error));
      assert.match(error.message, words);
      assert.equal(error.status, 200);
    }
    await worksStill();
  }
});

test("a lost connection, a redirect and a silent server are told apart", async () => {
  for (const [fault, options, name, words] of [
    ["reset", {}, "APIConnectionError", /Connection error/],
    ["redirect=https://example.com/", {}, "APIConnectionError", /redirect/],
    ["hang", { timeout: 30 }, "APIConnectionTimeoutError", /timed out/],
    ["stall=10", { timeout: 60 }, "APIConnectionTimeoutError", /timed out/],
  ]) {
    await upstream.arm(fault);
    const error = await failure(client.chat.completions.create(ask("x"), options));
    assert.equal(error.name, name, `${fault}: ${error}`);
    assert.match(error.message, words, fault);
    await worksStill();
  }
  assert.equal(
    (await failure(new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", maxRetries: 0 }).models.list()))
      .name,
    "APIConnectionError",
  );
});

test("a relative proxy URL where there is no page is a connection error that says so", async () => {
  const error = await failure(new OpenAI({ proxyUrl: "/v1", maxRetries: 0 }).models.list());
  assert.equal(error.name, "APIConnectionError");
  assert.match(String(error.cause?.message ?? error.cause), /URL/);
});

test("attempts are repeated as the server says, and never after a quota is exhausted", async () => {
  const patient = new OpenAI({ proxyUrl: upstream.baseUrl });
  await upstream.arm("status=503,retry-after-ms=1", { times: 2 });
  assert.equal((await patient.models.list()).object, "list");
  assert.equal((await upstream.requests()).length, 3);
  await upstream.reset();
  await upstream.arm("status=503,retry-after-ms=1", { times: 3 });
  assert.equal((await failure(patient.models.list())).status, 503);
  assert.equal((await upstream.requests()).length, 3);
  await upstream.reset();
  await upstream.arm("status=429,code=insufficient_quota,retry-after-ms=1");
  assert.equal((await failure(patient.models.list())).code, "insufficient_quota");
  assert.equal((await upstream.requests()).length, 1);
});

test("what the token function throws reaches the caller", async () => {
  const cause = new TypeError("no session");
  for (const token of [
    () => {
      throw cause;
    },
    async () => {
      throw cause;
    },
  ]) {
    const error = await failure(new OpenAI({ proxyUrl: upstream.baseUrl, token }).models.list());
    assert.equal(error.name, "OpenAIError");
    assert.equal(error.cause, cause);
  }
  for (const token of [() => 5, () => undefined, async () => ""]) {
    const error = await failure(new OpenAI({ proxyUrl: upstream.baseUrl, token }).models.list());
    assert.ok(error instanceof openai.OpenAIError, String(error));
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("a caller's fetch may fail in any way", async () => {
  for (const fetch of [
    () => {
      throw new Error("sync");
    },
    async () => {
      throw "a string";
    },
    async () => {
      throw undefined;
    },
    () => undefined,
    async () => 5,
    async () => ({}),
    async () => ({ status: "200", headers: {} }),
  ]) {
    const error = await failure(
      new OpenAI({ proxyUrl: upstream.baseUrl, fetch, maxRetries: 0 }).models.list(),
    );
    assert.equal(error.name, "APIConnectionError", `${fetch}: ${error}`);
  }
});

test("a caller's fetch is called with a URL and an init, as the official client calls it", async () => {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push([url, init]);
    return globalThis.fetch(url, init);
  };
  const own = new OpenAI({ proxyUrl: upstream.baseUrl, fetch });
  await own.chat.completions.create(ask("Say this is a test"));
  const [[url, init]] = calls;
  assert.equal(url, `${upstream.baseUrl}/chat/completions`);
  assert.equal(init.method, "POST");
  assert.equal(init.redirect, "manual");
  assert.ok(init.signal instanceof AbortSignal);
  assert.deepEqual(Object.keys(init).sort(), [
    "body",
    "cache",
    "credentials",
    "headers",
    "method",
    "redirect",
    "referrerPolicy",
    "signal",
  ]);
});
