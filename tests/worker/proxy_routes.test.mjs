// What the proxy serves, and what it refuses before the upstream hears of it.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint, newSecret, unsecured } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, options: "{ maxBodyBytes: 4096 }" });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** The shape that every refusal has; gives its error. */
function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.text());
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.match(answer.headers["cache-control"], /no-store/);
  const { error } = answer.json();
  assert.deepEqual(Object.keys(error), ["message", "type", "code", "param"]);
  assert.equal(error.code, code);
  return error;
}

const untouched = async () => assert.deepEqual(await upstream.requests(), []);

describe("routes", () => {
  it("answers a chat completion with the upstream's JSON", async () => {
    const answer = await proxy.chat(QUESTION);
    assert.equal(answer.status, 200, answer.text());
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.json().choices[0].message.content, "This is a test!");
    const [{ path, body }] = await upstream.requests();
    assert.equal(path, CHAT);
    assert.deepEqual(JSON.parse(body), QUESTION);
  });

  it("lists the models", async () => {
    const answer = await proxy.models();
    assert.equal(answer.status, 200, answer.text());
    assert.equal(answer.json().data[0].id, "stand-in-ngram-1");
  });

  it("forwards no query", async () => {
    await proxy.send("/v1/models?api_base=https://evil.example.com&limit=1", {
      headers: { authorization: `Bearer ${await mint(proxy.secret)}` },
    });
    assert.equal((await upstream.requests())[0].path, "/v1/models");
  });

  it("knows no other path, however it is spelled", async () => {
    const headers = { authorization: `Bearer ${await mint(proxy.secret)}` };
    for (const path of [
      "/", "/v1", "/v1/", "/v1/files", "/v1/files/file-1/content", "/v1/responses/resp_x", "/v1/models/", "/v1/models/x",
      "/v1/organization/admin_api_keys", "//v1/models", "/v1//models", "/v1/models;x", "/v1%2fmodels", "/v1/%6dodels",
      "/V1/models", "/chat/completions", "/https://evil.example.com/v1/models", "/v1/fine_tuning/jobs",
    ]) {
      refused(await proxy.send(path, { headers }), 404, "not_found");
    }
    await untouched();
  });

  it("never forwards a path with dot segments as it stands", async () => {
    // workerd gives the path normalised or as it came; either way the upstream sees a listed one or none.
    const headers = { authorization: `Bearer ${await mint(proxy.secret)}` };
    for (const path of ["/v1/x/../files", "/v1/models/../files", "/v1/models/%2e%2e/files", "/v1/models\\..\\files"]) {
      refused(await proxy.send(path, { headers }), 404, "not_found");
    }
    await proxy.send("/v1/files/../models", { headers });
    for (const { path } of await upstream.requests()) assert.equal(path, "/v1/models");
  });

  it("names the methods of a path when another one is used", async () => {
    for (const [path, allow, methods] of [
      [CHAT, "POST, OPTIONS", ["GET", "PUT", "PATCH", "DELETE"]],
      ["/v1/models", "GET, OPTIONS", ["POST", "PUT", "PATCH", "DELETE"]],
    ]) {
      for (const method of methods) {
        const answer = await proxy.send(path, { method });
        refused(answer, 405, "method_not_allowed");
        assert.equal(answer.headers.allow, allow, `${method} ${path}`);
      }
      const head = await proxy.send(path, { method: "HEAD" });
      assert.deepEqual([head.status, head.headers.allow], [405, allow]);
    }
    await untouched();
  });

  it("does not change protocols", async () => {
    const answer = await proxy.send("/v1/models", {
      headers: { upgrade: "websocket", connection: "Upgrade", authorization: `Bearer ${await mint(proxy.secret)}` },
    });
    assert.equal(answer.status, 400);
    await untouched();
  });
});

describe("session tokens", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const ask = (authorization) =>
    proxy.send("/v1/models", authorization === undefined ? {} : { headers: { authorization } });

  it("are required, one as a bearer", async () => {
    const token = await mint(proxy.secret);
    const bodies = new Set();
    for (const authorization of [
      undefined, "", "Bearer", `Basic ${token}`, token, `Bearer ${token}, Bearer ${token}`, "Bearer sk-proj-OTHERKEY12345678",
      `Bearer ${await unsecured()}`,
      `Bearer ${await mint(newSecret())}`,
      `Bearer ${await mint(proxy.secret, { header: { kid: "1" } })}`,
      `Bearer ${await mint(proxy.secret, { claims: { sub: undefined } })}`,
      `Bearer ${await mint(proxy.secret, { claims: { exp: undefined } })}`,
      `Bearer ${await mint(proxy.secret, { claims: { exp: String(now() + 60) } })}`,
      `Bearer ${await mint(proxy.secret, { claims: { nbf: now() + 300 } })}`,
      `Bearer ${await mint(proxy.secret, { claims: { aud: "another service" } })}`,
      `Bearer ${await mint(proxy.secret, { ttlSeconds: 3600 })}`,
      `Bearer ${"a".repeat(5000)}`,
    ]) {
      const answer = await ask(authorization);
      refused(answer, 401, "unauthorized");
      assert.equal(answer.headers["www-authenticate"], "Bearer");
      bodies.add(answer.text());
    }
    assert.equal(bodies.size, 1, "every refusal reads the same");
    await untouched();
  });

  it("are not taken from a query, a cookie or a body", async () => {
    const token = await mint(proxy.secret);
    for (const [path, request] of [
      [`/v1/models?access_token=${token}`, {}],
      ["/v1/models", { headers: { cookie: `token=${token}` } }],
      [CHAT, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }) }],
    ]) {
      refused(await proxy.send(path, request), 401, "unauthorized");
    }
    await untouched();
  });

  it("say so when they have expired, and only then", async () => {
    refused(await ask(`Bearer ${await mint(proxy.secret, { ttlSeconds: -120 })}`), 401, "token_expired");
    refused(await ask(`Bearer ${await mint(newSecret(), { ttlSeconds: -120 })}`), 401, "unauthorized");
    const skewed = await ask(`Bearer ${await mint(proxy.secret, { ttlSeconds: -30 })}`);
    assert.equal(skewed.status, 200, "a clock may be 60 seconds off");
  });

  it("open every route that jose signs for, and guard every route", async () => {
    for (const [method, path] of [["POST", CHAT], ["GET", "/v1/models"]]) {
      refused(await proxy.send(path, { method }), 401, "unauthorized");
    }
    assert.equal((await proxy.models()).status, 200);
  });

  it("do not reach the upstream", async () => {
    await proxy.models();
    const [{ headers }] = await upstream.requests();
    const authorization = headers.filter(([name]) => name.toLowerCase() === "authorization");
    assert.deepEqual(authorization.map(([, value]) => value), [`Bearer ${proxy.key}`]);
  });
});

describe("bodies", () => {
  it("must be JSON, uncompressed", async () => {
    for (const contentType of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json-seq"]) {
      refused(await proxy.chat(QUESTION, { headers: { "content-type": contentType } }), 415, "unsupported_media_type");
    }
    refused(await proxy.chat(QUESTION, { headers: { "content-encoding": "gzip" } }), 415, "unsupported_encoding");
    await untouched();
  });

  it("must be one object that all parsers read alike", async () => {
    for (const body of [
      "", "[]", '"x"', "{} x", "\ufeff{}", '{"a":NaN}', '{"a":1e400}', '{"a":"\\ud800"}', "{/**/}",
      '{"model":"a","model":"b"}', '{"model":"a","\\u006dodel":"b"}', `{"a":${"[".repeat(1000)}`,
    ]) {
      refused(await proxy.chat(body), 400, "invalid_json");
    }
    refused(await proxy.chat(Buffer.from('{"a":"\xff"}', "latin1")), 400, "invalid_json");
    assert.equal(refused(await proxy.chat({ ...QUESTION, stream: "true" }), 400, "invalid_type").param, "stream");
    await untouched();
    assert.equal((await proxy.chat(QUESTION)).status, 200, "the next request is served");
  });

  it("over the limit are refused, with and without a length", async () => {
    const large = JSON.stringify({ ...QUESTION, filler: "x".repeat(5000) });
    refused(await proxy.chat(large), 413, "request_too_large");
    const chunked = await proxy.chat("", { body: (request) => { request.write(large); request.end(); } });
    refused(chunked, 413, "request_too_large");
    await untouched();
    const small = await proxy.chat("", { body: (request) => { request.write(JSON.stringify(QUESTION)); request.end(); } });
    assert.equal(small.status, 200, "a body without a length is taken");
  });

  it("reach the upstream with their exact length and to the byte", async () => {
    const body = `{"model": "stand-in-ngram-1",\n "messages":[{"role":"user","content":"r\\u00e9sum\\u00e9 – ünïcode"}], "unknown_tomorrow": 1}`;
    await proxy.chat(body);
    const [record] = await upstream.requests();
    assert.equal(record.body, body);
    const lengths = record.headers.filter(([name]) => name.toLowerCase() === "content-length");
    assert.deepEqual(lengths.map(([, value]) => value), [String(Buffer.byteLength(body))]);
  });
});

describe("a Worker whose environment is unusable", () => {
  const good = newSecret();
  for (const [name, bindings, worker] of [
    ["no key", { OPENAI_API_KEY: null }],
    ["an empty key", { OPENAI_API_KEY: "" }],
    ["a placeholder for a key", { OPENAI_API_KEY: "changeme" }],
    ["a key with a line break", { OPENAI_API_KEY: "sk-proj-a\r\nx-evil: 1" }],
    ["a key with spaces", { OPENAI_API_KEY: "sk-proj a" }],
    ["no session secret", { SESSION_SECRET: null }],
    ["a short session secret", { SESSION_SECRET: "0123456789abcdef" }],
    ["a placeholder for a session secret", { SESSION_SECRET: "changeme".repeat(5) }],
    ["a uniform session secret", { SESSION_SECRET: "a".repeat(64) }],
    ["one secret for both", { OPENAI_API_KEY: good, SESSION_SECRET: good }],
    ["an upstream without TLS", { OPENAI_BASE_URL: "http://api.example.com/v1" }],
    ["an upstream with a password", { OPENAI_BASE_URL: "https://user:pass@api.example.com/v1" }],
    ["an upstream with a query", { OPENAI_BASE_URL: "https://api.example.com/v1?key=1" }],
    ["no compatibility flag", {}, { flags: [] }],
  ]) {
    it(`fails closed on ${name}`, async () => {
      const broken = await startProxy({ upstream, secret: good, bindings, worker });
      try {
        const answers = [
          await broken.chat(QUESTION),
          await broken.models(),
          await broken.send("/"),
          await broken.send(CHAT, { method: "OPTIONS" }),
        ];
        for (const answer of answers) refused(answer, 503, "misconfigured");
        await untouched();
        assert.match(broken.output, /openai-wasm proxy: not configured: /);
      } finally {
        await broken.stop();
      }
    });
  }

  it("takes a key that ends in a newline", async () => {
    const sound = await startProxy({ upstream, bindings: { OPENAI_API_KEY: "sk-proj-a\n" } });
    try {
      assert.equal((await sound.models()).status, 200);
    } finally {
      await sound.stop();
    }
  });
});
