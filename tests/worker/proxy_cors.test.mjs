// Pages of other origins (threat table, rows O1 to O7). An origin is what a browser says; it opens nothing.

import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";

import { sendRaw } from "../support/http.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const PAGE = "https://app.example.com";
const CHAT = "/v1/chat/completions";

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, options: `{ allowedOrigins: [${JSON.stringify(PAGE)}] }` });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const preflight = (origin, method = "POST", headers = "authorization,content-type") =>
  proxy.send(CHAT, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": headers,
    },
  });

it("O1_preflight", async () => {
  const answer = await preflight(PAGE);
  assert.equal(answer.status, 204);
  assert.equal(answer.headers["access-control-allow-origin"], PAGE);
  assert.equal(answer.headers["access-control-allow-methods"], "POST");
  assert.match(
    answer.headers["access-control-allow-headers"],
    /\bauthorization\b.*\bcontent-type\b/,
  );
  assert.equal(answer.headers["access-control-max-age"], "7200");
  assert.equal(answer.headers.vary, "Origin");
  assert.equal(answer.headers["access-control-allow-credentials"], undefined);
  assert.equal((await preflight(PAGE, "DELETE")).status, 403);
  assert.deepEqual(await upstream.requests(), []);
});

it("O2_O3_look_alike_origins", async () => {
  for (const origin of [
    "null",
    "https://app.example.com.evil.com",
    "https://evilapp.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.",
    "https://sub.app.example.com",
    `${PAGE}, ${PAGE}`,
  ]) {
    for (const answer of [
      await preflight(origin),
      await proxy.chat(QUESTION, { headers: { origin } }),
    ]) {
      assert.equal(answer.status, 403, origin);
      assert.equal(answer.json().error.code, "origin_not_allowed");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
  }
  const authorization = `Authorization: Bearer ${await mint(proxy.secret)}`;
  for (const second of [PAGE, "https://evil.com"]) {
    const body = JSON.stringify(QUESTION);
    const lines = [
      `POST ${CHAT} HTTP/1.1`,
      "Host: proxy",
      `Origin: ${PAGE}`,
      `Origin: ${second}`,
      authorization,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "Connection: close",
    ];
    const twice = await sendRaw(proxy.url, `${lines.join("\r\n")}\r\n\r\n${body}`);
    assert.match(twice, /^HTTP\/1\.1 403 /, second);
    assert.doesNotMatch(twice, /access-control-allow-origin/i, second);
  }
  assert.deepEqual(await upstream.requests(), []);
});

it("O4_spoofed_origin", async () => {
  const answer = await proxy.send("/v1/models", { headers: { origin: PAGE } });
  assert.equal(answer.status, 401);
  assert.deepEqual(await upstream.requests(), []);
});

it("O5_readable_errors", async () => {
  const page = { headers: { origin: PAGE } };
  /** The answer, when the upstream's own headers allow everybody. */
  const after = async (fault, body = QUESTION) => {
    await upstream.arm(`account-headers,header=access-control-allow-credentials: true${fault}`, {
      path: CHAT,
    });
    return proxy.chat(body, page);
  };
  for (const [status, answer] of [
    [200, await after("")],
    [200, await after("", { ...QUESTION, stream: true })],
    [400, await after(",status=400")],
    [429, await after(",status=429,retry-after=7")],
    [502, await after(",status=500")],
    [502, await after(",status=401")],
    [503, await after(",status=503,retry-after=7")],
    [504, await after(",status=504")],
    [400, await proxy.chat("{", page)],
    [403, await proxy.chat(QUESTION, { ...page, token: { claims: { models: [] } } })],
    [413, await proxy.chat("x".repeat(300_000), page)],
    [401, await proxy.send("/v1/models", { headers: { origin: PAGE } })],
    [404, await proxy.send("/v1/files", { headers: { origin: PAGE } })],
    [405, await proxy.send(CHAT, { method: "PUT", headers: { origin: PAGE } })],
    [415, await proxy.chat(QUESTION, { headers: { origin: PAGE, "content-type": "text/plain" } })],
  ]) {
    assert.equal(answer.status, status, answer.text());
    assert.equal(answer.headers["access-control-allow-origin"], PAGE);
    assert.equal(
      answer.headers["access-control-expose-headers"],
      "retry-after, x-budget-remaining, x-request-id, x-should-retry, x-stream-id",
    );
    assert.equal(answer.headers["access-control-allow-credentials"], undefined);
    assert.equal(answer.headers.vary, "Origin");
    assert.ok(answer.headers["x-request-id"]);
    if ([429, 503].includes(status)) assert.equal(answer.headers["retry-after"], "7");
  }
});

it("O6_simple_request_forgery", async () => {
  for (const contentType of [
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-seq",
    "text/plain, application/json",
    undefined,
  ]) {
    const headers = { origin: PAGE, ...(contentType && { "content-type": contentType }) };
    if (!contentType) headers["content-type"] = "";
    refused(await proxy.chat(QUESTION, { headers }), 415, "unsupported_media_type", contentType);
  }
  assert.deepEqual(await upstream.requests(), []);
});

it("O7_preflight_as_a_free_resource", async () => {
  for (const method of ["DELETE", "GET", "post", "*", "POST, GET"])
    assert.equal((await preflight(PAGE, method)).status, 403, method);
  // The list of headers is never read: a long one changes neither the answer nor what the page may send.
  const short = await preflight(PAGE);
  const long = await preflight(
    PAGE,
    "POST",
    Array.from({ length: 500 }, (_, at) => `x-${at}`).join(","),
  );
  assert.equal(long.status, 204);
  assert.equal(
    long.headers["access-control-allow-headers"],
    short.headers["access-control-allow-headers"],
  );
  const many = Array.from({ length: 2000 }, (_, at) => `X-${at}: ${"y".repeat(50)}`);
  for (const lines of [
    [`Access-Control-Request-Headers: ${"x".repeat(100_000)}`],
    [`X-Other: ${"x".repeat(100_000)}`],
    many,
  ]) {
    const huge = await sendRaw(
      proxy.url,
      [
        `OPTIONS ${CHAT} HTTP/1.1`,
        "Host: proxy",
        `Origin: ${PAGE}`,
        "Access-Control-Request-Method: POST",
        ...lines,
        "Connection: close",
        "",
        "",
      ].join("\r\n"),
    );
    assert.match(huge, /^HTTP\/1\.1 431 /, lines[0].slice(0, 40));
  }
  assert.deepEqual(await upstream.requests(), []);
});

it("serves its own origin, whose pages send Origin with every POST", async () => {
  const answer = await proxy.chat(QUESTION, { headers: { origin: proxy.url } });
  assert.equal(answer.status, 200, answer.text());
});

it("a page of a listed origin can read why the Worker is not configured", async () => {
  const broken = await startProxy({
    upstream,
    options: `{ allowedOrigins: ["${PAGE}"] }`,
    bindings: { OPENAI_API_KEY: null },
  });
  try {
    const answer = await broken.models({ origin: PAGE });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["access-control-allow-origin"], PAGE);
  } finally {
    await broken.stop();
  }
});
