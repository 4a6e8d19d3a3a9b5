// Sessions for pages whose visitors nobody knows (threat table, row A13). A server of the test's own stands
// in for Turnstile: each of its tokens is good once, and says by its name what becomes of it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";

import { findCanary, newCanary } from "../support/canary.mjs";
import { limiter } from "../support/limiter.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { startUpstream } from "../support/upstream.mjs";

const PAGE = "https://app.example.com";
const MODEL = QUESTION.model;

let upstream;
let turnstile;
let proxy;
let secret;
const asked = [];
before(async () => {
  upstream = await startUpstream();
  turnstile = await startTurnstile();
  secret = newCanary();
  proxy = await startProxy(settings(100));
});
after(async () => {
  turnstile?.close();
  await Promise.all([proxy?.stop(), upstream?.stop()]);
});
beforeEach(() => {
  asked.length = 0;
  return upstream.reset();
});

function startTurnstile() {
  const used = new Set();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const question = JSON.parse(text);
    asked.push(question);
    const say = (answer) => response.end(JSON.stringify(answer));
    const proof = question.response;
    if (question.secret !== secret)
      return say({ success: false, "error-codes": ["invalid-input-secret"] });
    if (proof === "silent") return undefined;
    if (proof === "broken") return response.destroy();
    if (proof === "failing") response.statusCode = 500;
    if (proof === "html") return response.end("<html>");
    if (proof === "redirect") return response.writeHead(302, { location: "/other" }).end();
    if (used.has(proof)) return say({ success: false, "error-codes": ["timeout-or-duplicate"] });
    used.add(proof);
    const hostname = proof === "elsewhere" ? "evil.example.com" : "app.example.com";
    return say({
      success: proof !== "bad",
      hostname,
      action: proof === "login" ? "login" : "session",
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function settings(most, bindings) {
  const verifyUrl = `http://127.0.0.1:${turnstile.address().port}/siteverify`;
  return {
    upstream,
    options: `{
      allowedOrigins: ["${PAGE}", "https://b.example.com"],
      models: ["${MODEL}", "dear"],
      rateLimits: { session: "LIMIT" },
      anonymousSessions: { hostnames: ["app.example.com"], action: "session", models: ["${MODEL}"], maxTokens: 50, verifyUrl: "${verifyUrl}" },
    }`,
    bindings: { TURNSTILE_SECRET: secret, LIMIT: { service: "limiter" }, ...bindings },
    services: { limiter: limiter(most) },
  };
}

const ask = (body, headers, to = proxy) =>
  to.send("/session", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      origin: PAGE,
      "cf-connecting-ip": "192.0.2.1",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const proof = (turnstileToken, headers, to) => ask({ turnstile: turnstileToken }, headers, to);

it("A13_a_proof_gets_a_token_for_this_page_these_models_and_this_long", async () => {
  const before = Math.floor(Date.now() / 1000);
  const answer = await proof("good-1");
  assert.equal(answer.status, 200, answer.text());
  assert.equal(answer.headers["access-control-allow-origin"], PAGE);
  assert.match(answer.headers["cache-control"], /no-store/);
  const { token, expires_at } = answer.json();
  assert.ok(expires_at - before >= 900 && expires_at - before < 910);
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  assert.deepEqual(
    [claims.origin, claims.models, claims.max_tokens, claims.exp],
    [PAGE, [MODEL], 50, expires_at],
  );
  assert.match(claims.sub, /^anonymous:[0-9a-f-]{36}$/);
  assert.match(claims.jti, /^[0-9a-f-]{36}$/);
  assert.deepEqual(asked, [{ secret, response: "good-1", remoteip: "192.0.2.1" }]);

  const chat = (more, origin = PAGE) =>
    proxy.send("/v1/chat/completions", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(origin && { origin }),
      },
      body: JSON.stringify({ ...QUESTION, ...more }),
    });
  assert.equal((await chat({})).status, 200);
  assert.equal(JSON.parse((await upstream.requests())[0].body).max_tokens, 50);
  refused(await chat({ max_tokens: 51 }), 403, "max_tokens_not_allowed");
  refused(await chat({ model: "dear" }), 403, "model_not_allowed");
  refused(await chat({}, "https://b.example.com"), 403, "origin_not_allowed");
  refused(await chat({}, null), 403, "origin_not_allowed");
});

it("A13_mint_abuse", async () => {
  for (const [body, status, code] of [
    ["", 401, "proof_required"],
    ["{}", 401, "proof_required"],
    [{ turnstile: "" }, 401, "proof_required"],
    [{ turnstile: null }, 401, "proof_required"],
    [{ turnstile: "x".repeat(2049) }, 400, "invalid_proof"],
    [{ turnstile: 7 }, 400, "invalid_proof"],
    [{ turnstile: "a b" }, 400, "invalid_proof"],
    [{ turnstile: "good", sub: "admin" }, 400, "param_not_allowed"],
    ["[]", 400, "invalid_json"],
    ["x".repeat(300_000), 413, "request_too_large"],
  ]) {
    refused(await ask(body), status, code, JSON.stringify(body).slice(0, 60));
  }
  refused(
    await ask({ turnstile: "good" }, { "content-type": "text/plain" }),
    415,
    "unsupported_media_type",
  );
  for (const origin of ["null", "https://evil.example.com", "https://app.example.com.evil.com"]) {
    refused(await proof("good", { origin }), 403, "origin_not_allowed", origin);
  }
  const bare = await proxy.send("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"turnstile":"good"}',
  });
  refused(bare, 403, "origin_not_allowed");
  const get = await proxy.send("/session", { method: "GET" });
  refused(get, 405, "method_not_allowed");
  assert.equal(get.headers.allow, "POST, OPTIONS");
  assert.deepEqual(asked, [], "nobody was asked");

  assert.equal((await proof("once")).status, 200);
  refused(await proof("once"), 403, "proof_refused");
  for (const wrong of ["bad", "elsewhere", "login"])
    refused(await proof(wrong), 403, "proof_refused", wrong);
});

it("A13_a_verification_that_gives_no_clear_answer_opens_nothing", async () => {
  for (const trouble of ["failing", "html", "broken", "redirect", "silent"]) {
    const answer = await proof(trouble);
    refused(answer, 503, "check_unavailable", trouble);
    assert.equal(answer.headers["access-control-allow-origin"], PAGE);
  }
  assert.deepEqual(findCanary(secret, proxy.output), []);
});

it("A13_each_address_gets_so_many_sessions", async () => {
  const own = await startProxy(settings(2));
  try {
    for (const each of ["m-1", "m-2"]) assert.equal((await proof(each, {}, own)).status, 200);
    refused(await proof("m-3", {}, own), 429, "rate_limited");
    refused(await proof("m-4", { "x-forwarded-for": "203.0.113.1" }, own), 429, "rate_limited");
    assert.equal((await proof("m-5", { "cf-connecting-ip": "192.0.2.2" }, own)).status, 200);
    assert.deepEqual(
      asked.map(({ response }) => response),
      ["m-1", "m-2", "m-5"],
    );
  } finally {
    await own.stop();
  }
});

it("A13_without_its_secret_its_limit_or_its_pages_there_are_no_sessions", async () => {
  for (const [bindings, code] of [
    [{ TURNSTILE_SECRET: null }, "misconfigured"],
    [{ TURNSTILE_SECRET: "" }, "misconfigured"],
    [{ TURNSTILE_SECRET: " \n" }, "misconfigured"],
    [{ TURNSTILE_SECRET: "changeme" }, "misconfigured"],
    [{ LIMIT: null }, "check_unavailable"],
    [{ SESSION_SECRET: null }, "misconfigured"],
    [{ PROXY_DISABLED: "1" }, "proxy_disabled"],
  ]) {
    const own = await startProxy(settings(9, bindings));
    try {
      refused(await proof("w", {}, own), 503, code, JSON.stringify(bindings));
    } finally {
      await own.stop();
    }
  }
  const another = await startProxy(settings(9, { TURNSTILE_SECRET: "another" }));
  try {
    refused(await proof("w", {}, another), 503, "misconfigured");
    await another.until(
      (output) => /not configured: Turnstile does not accept its secret/.exec(output) ?? undefined,
    );
  } finally {
    await another.stop();
  }
  const without = await startProxy({ upstream, options: `{ allowedOrigins: ["${PAGE}"] }` });
  try {
    refused(await proof("x", {}, without), 404, "not_found");
  } finally {
    await without.stop();
  }
});

/** A session's subject, its id and what the page keeps. */
async function session(name, visitor, headers, to) {
  const answer = await ask(
    { turnstile: name, ...(visitor !== undefined && { visitor }) },
    headers,
    to,
  );
  assert.equal(answer.status, 200, answer.text());
  const { token, visitor: kept } = answer.json();
  const { sub, jti } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return { sub, jti, kept };
}

it("A13_a_visitor_keeps_its_subject_across_reloads_by_a_signed_id", async () => {
  const first = await session("v-1");
  const again = await session("v-2", first.kept, { "cf-connecting-ip": "192.0.2.9" });
  assert.equal(again.sub, first.sub);
  assert.notEqual(again.jti, first.jti, "each token is one of its own");
  assert.equal((await session("v-3", again.kept)).sub, first.sub);
  for (const none of [undefined, null]) {
    assert.notEqual((await session(`v-4-${none}`, none)).sub, first.sub);
  }
  refused(await ask({ turnstile: "bad", visitor: first.kept }), 403, "proof_refused");
  refused(await ask({ visitor: first.kept }), 401, "proof_required");
  refused(await ask({ turnstile: "v-5", visitor: 7 }), 400, "invalid_visitor");
});

it("A13_a_forged_or_a_revoked_id_gets_a_subject_of_its_own", async () => {
  const { sub, kept } = await session("f-1");
  const [id, time, signature] = kept.split(".");
  const forged = {
    "another visitor's": `${randomUUID()}.${time}.${signature}`,
    "one of a later time": `${id}.${Number(time) + 1}.${signature}`,
    "one without a signature": `${id}.${time}.`,
    "one with another signature": `${id}.${time}.${"0".repeat(64)}`,
    "the subject itself": sub,
    "a session token": (await proof("f-2")).json().token,
    "one of another secret": (await otherSecret("f-3")).kept,
    "a text": "admin",
    "a long text": "x".repeat(4000),
  };
  for (const [index, [what, visitor]] of Object.entries(forged).entries()) {
    const got = await session(`f-4-${index}`, visitor);
    assert.notEqual(got.sub, sub, what);
    assert.match(got.sub, /^anonymous:[0-9a-f-]{36}$/, what);
  }
  const elsewhere = await session("f-5", kept, { origin: "https://b.example.com" });
  assert.notEqual(elsewhere.sub, sub, "a page of another origin");
  const epoch = String(Math.floor(Date.now() / 1000) + 1);
  const { secret: SESSION_SECRET } = proxy;
  const revoking = await startProxy(settings(9, { SESSION_SECRET, SESSION_EPOCH: epoch }));
  try {
    assert.notEqual((await session("f-6", kept, {}, revoking)).sub, sub, "SESSION_EPOCH");
  } finally {
    await revoking.stop();
  }
  const restarted = await startProxy(settings(9, { SESSION_SECRET }));
  try {
    assert.equal((await session("f-7", kept, {}, restarted)).sub, sub, "the control");
  } finally {
    await restarted.stop();
  }
});

async function otherSecret(name) {
  const own = await startProxy(settings(9));
  try {
    return await session(name, undefined, {}, own);
  } finally {
    await own.stop();
  }
}

it("A13_a_page_may_ask_for_it_by_preflight", async () => {
  const answer = await proxy.send("/session", {
    method: "OPTIONS",
    headers: {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers["access-control-allow-methods"], "POST");
});
