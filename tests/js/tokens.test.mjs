// Session tokens that a function gives: when it is asked, and what a refused token leads to.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { edge, failure, keyless } from "../support/packed.mjs";
import { runtimeOf } from "../support/streams.mjs";

const {
  default: OpenAI,
  AuthenticationError,
  OpenAIError,
  APIConnectionTimeoutError,
} = await keyless();
const { default: Edge } = await edge();
const fixture = JSON.parse(
  await readFile(new URL("../fixtures/attempts.json", import.meta.url), "utf8"),
);

const refusal = (code, more) =>
  `{"error":{"message":"x","type":"authentication_error","code":"${code}"${more ?? ""},"param":null}}`;
const UNAUTHORIZED = refusal("unauthorized");
const EXPIRED = refusal("token_expired");

/**
 * A proxy that takes what `accepts(token)` says; `body` is what it says to others. Answers to requests that
 * were sent at once come after all of these are there.
 */
function proxy(accepts, { body = UNAUTHORIZED } = {}) {
  const sent = [];
  const fetch = async (_url, { headers, signal }) => {
    const token = headers.get("authorization")?.replace("Bearer ", "");
    sent.push(token);
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal.throwIfAborted();
    return accepts(token)
      ? Response.json({ object: "list", data: [] })
      : new Response(body, { status: 401 });
  };
  return { sent, fetch };
}

/** A token function that counts; `name` names a token by that count. */
const counting = (name = (count) => `token-${count}`) => {
  const token = async () => {
    token.count += 1;
    const mine = name(token.count);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return mine;
  };
  return Object.assign(token, { count: 0 });
};

/** A proxy whose tokens are good for one request. */
const oneShot = () => {
  const used = new Set();
  return (token) => !used.has(token) && used.add(token);
};

const clientOf = ({ fetch }, token, options) =>
  new OpenAI({ proxyUrl: "/v1", fetch, token, maxRetries: 0, ...options });
const atOnce = (client, calls) =>
  Promise.all(
    Array.from({ length: calls }, () =>
      client.models.list().then(
        () => undefined,
        (error) => error,
      ),
    ),
  );

test("what is sent again after an error status is what the fixture says, by both clients", async () => {
  for (const { what, status, headers, body, retried } of fixture.answers) {
    for (const make of [
      (fetch) => new OpenAI({ proxyUrl: "/v1", fetch }),
      (fetch) => new Edge({ apiKey: "k", baseURL: "http://localhost/v1", fetch }),
    ]) {
      let requests = 0;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const client = make(async () => {
        requests += 1;
        return requests > 1
          ? Response.json({ data: [] })
          : new Response(text, { status, headers: { ...headers, "retry-after-ms": "1" } });
      });
      const error = await client.models.list().then(
        () => undefined,
        (found) => found,
      );
      assert.deepEqual(
        [requests, error === undefined],
        [retried ? 2 : 1, retried],
        `${status} ${what}: ${text}`,
      );
    }
  }
});

for (const [what, body] of [
  ["expired", EXPIRED],
  ["refused for whatever reason", UNAUTHORIZED],
]) {
  test(`C12_ten calls whose token is ${what} ask for one new token, and are sent again`, async () => {
    const server = proxy((token) => token === "token-2", { body });
    const token = counting();
    const client = clientOf(server, token);
    assert.deepEqual(await atOnce(client, 10), Array(10).fill(undefined));
    assert.deepEqual(
      [token.count, server.sent.sort()],
      [2, [...Array(10).fill("token-1"), ...Array(10).fill("token-2")]],
    );
    await client.models.list();
    assert.equal(token.count, 2);
  });
}

test("C12_a second refusal is an error and so is any other 401, and the next call asks anew", async () => {
  for (const [body, asked] of [
    [EXPIRED, 2],
    [UNAUTHORIZED, 2],
    [refusal("forbidden"), 1],
    [refusal("unauthorized", ',"request_id":"1"'), 1],
    ['{"error":{"code":"unauthorized"}}', 1],
    ["<html>Log in</html>", 1],
    ["", 1],
  ]) {
    const server = proxy(() => false, { body });
    const token = counting();
    const client = clientOf(server, token);
    const error = await failure(client.models.list());
    assert.ok(error instanceof AuthenticationError, String(error));
    assert.deepEqual([token.count, server.sent.length], [asked, asked], body);
    await failure(client.models.list());
    // A token that was refused is not shown again.
    assert.equal(server.sent.includes(`token-${asked + 1}`), asked === 2);
    const fixed = proxy(() => false, { body });
    assert.ok(
      (await failure(clientOf(fixed, "fixed").models.list())) instanceof AuthenticationError,
    );
    assert.equal(fixed.sent.length, 1);
  }
});

test("a function that gives the refused token again is not tried again", async () => {
  for (const calls of [1, 10]) {
    const server = proxy(() => false);
    const token = counting(() => "same");
    const errors = await atOnce(clientOf(server, token), calls);
    assert.ok(errors.every((error) => error instanceof AuthenticationError));
    assert.deepEqual([token.count, server.sent.length], [2, calls]);
  }
});

test("tokens that are good for one request serve calls in a row, at once, and after failures", async () => {
  for (const host of ["openai-wasm", "Worker"]) {
    const server = proxy(oneShot());
    const token = counting();
    const client = host === "Worker" ? await apart(server, token) : clientOf(server, token);
    for (let call = 0; call < 3; call += 1) await client.models.list();
    assert.deepEqual(await atOnce(client, 6), Array(6).fill(undefined));
    assert.ok(
      token.count <= 12 && server.sent.length <= 27,
      `${token.count} ${server.sent.length}`,
    );
  }
});

test("a body that cannot be sent again fails with the 401, and the next call asks anew", async () => {
  const server = proxy((token) => token === "token-2");
  const token = counting();
  const client = clientOf(server, token);
  const once = {
    [Symbol.asyncIterator]: async function* () {
      yield "x";
    },
  };
  // The page's client reads a stream first, so it can be sent again.
  await client.post("/files", { body: once });
  assert.deepEqual([token.count, server.sent.length], [2, 2]);
});

test("a token that could not be had says why, and is asked for again by the next call", async () => {
  const wrong = [
    [
      () => {
        throw new Error("offline");
      },
      /^token: the function failed: offline/,
    ],
    [async () => JSON.parse("<html>"), /^token: the function failed: Unexpected token/],
    [async () => ({}).token, /^token: the function must give a string, not undefined/],
    [() => 5, /^token: the function must give a string, not a number/],
    [() => "", /`token` must not be empty/],
  ];
  for (const [first, message] of wrong) {
    let count = 0;
    const server = proxy(() => true);
    const client = clientOf(server, () => (count++ === 0 ? first() : "token"));
    const error = await failure(client.models.list());
    assert.ok(error instanceof OpenAIError && !(error instanceof AuthenticationError));
    assert.match(error.message, message);
    assert.deepEqual(server.sent, []);
    await client.models.list();
    assert.equal(count, 2);
  }
});

test("the question for a token counts within the call's time limit, and can be left", async () => {
  for (const make of [
    (credential, fetch) => new OpenAI({ proxyUrl: "/v1", token: credential, fetch }),
    (credential, fetch) => new Edge({ apiKey: credential, baseURL: "http://localhost/v1", fetch }),
  ]) {
    let asked = 0;
    let aborted;
    const client = make(
      () => {
        asked += 1;
        return new Promise(() => {});
      },
      () => assert.fail("nothing is sent"),
    );
    const late = await failure(client.models.list({ timeout: 30 }));
    assert.ok(late instanceof APIConnectionTimeoutError);
    assert.match(late.message, /token or key/);
    assert.equal(asked, 1);
    const leaving = new AbortController();
    const left = failure(client.models.list({ signal: leaving.signal })).then(
      (error) => (aborted = error),
    );
    setTimeout(() => leaving.abort(), 10);
    await left;
    assert.equal(aborted.name, "APIUserAbortError");
  }
});

/** The page's client as the entries for Workers and for Vercel's edge define it. */
async function apart({ fetch }, token) {
  const { defineClient, runtime, parts } = await runtimeOf();
  return new (defineClient(runtime, null, { ...parts, apart: true }))({
    proxyUrl: "/v1",
    fetch,
    token,
    maxRetries: 0,
  });
}

test("in a Worker no call waits for a question that another call asked, and all share what came", async () => {
  const hangsOnce = () => {
    let count = 0;
    return () => (count++ === 0 ? new Promise(() => {}) : `token-${count}`);
  };
  const server = proxy(() => true);
  const client = await apart(server, hangsOnce());
  // The first call is that of a cancelled request: nothing of it settles while the others run.
  const over = new AbortController();
  const { signal } = over;
  const cancelled = [failure(client.models.list({ signal }))];
  await client.models.list();
  await client.models.list();
  assert.deepEqual(server.sent, ["token-2", "token-2"]);

  // The control: elsewhere the second call waits for the first one's question, and its time limit ends that.
  const page = clientOf(server, hangsOnce());
  cancelled.push(failure(page.models.list({ signal })));
  assert.ok(
    (await failure(page.models.list({ timeout: 30 }))) instanceof APIConnectionTimeoutError,
  );
  over.abort();
  await Promise.all(cancelled);
});
