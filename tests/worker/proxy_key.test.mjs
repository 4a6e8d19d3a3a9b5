// The key stays where it is, and so does everything else that the two sides need not know of each other
// (threat table, rows K1, K3 to K5, K7, K8, S1, S2, E1).

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";

import { findCanary, newCanary } from "../support/canary.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";
const STREAM = { ...QUESTION, stream: true };

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, options: "{ timeout: 500 }" });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** Asserts that neither an answer nor the Worker's console shows the key. */
function hidden(answer, about) {
  assert.deepEqual(findCanary(proxy.key, answer.seen()), [], `${about}:\n${answer.seen()}`);
  assert.deepEqual(findCanary(proxy.key, proxy.output), [], `${about}, console:\n${proxy.output}`);
}

it("finds a key in every disguise that the other tests look for", () => {
  const canary = newCanary();
  const disguises = {
    raw: canary,
    part: `…${canary.slice(20, 28)}…`,
    reversed: [...canary].reverse().join(""),
    hex: Buffer.from(canary).toString("hex").toUpperCase(),
    base64: Buffer.from(canary).toString("base64"),
    shifted: Buffer.from(`Bearer  ${canary}`).toString("base64"),
    base64url: Buffer.from(`x${canary}`).toString("base64url"),
    percent: [...canary].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(""),
  };
  for (const [name, text] of Object.entries(disguises)) assert.notDeepEqual(findCanary(canary, `a ${text} b`), [], name);
  assert.deepEqual(findCanary(canary, `sk-proj-CANAR ${newCanary().slice(14)}`), []);
});

it("K1_the upstream sees the proxy's own headers and none of the caller's", async () => {
  await proxy.chat(QUESTION, {
    headers: {
      cookie: "a=b", "x-api-key": "x", "api-key": "x", "openai-organization": "org-1", "openai-project": "proj_1",
      "openai-beta": "assistants=v2", "x-forwarded-for": "1.2.3.4", "x-forwarded-host": "evil.example.com",
      forwarded: "host=evil.example.com", via: "1.1 x", referer: "https://app.example.com/?secret=1",
      "cf-connecting-ip": "1.2.3.4", te: "trailers", "proxy-authorization": "Basic x", "x-portkey-custom-host": "https://evil.example.com",
      "helicone-auth": "x", "x-stainless-lang": "js", "accept-language": "de", "user-agent": "curl/8", "x-request-id": "mine",
      "x-fault": "status=500", "idempotency-key": "1",
    },
  });
  const [record] = await upstream.requests();
  const names = record.headers.map(([name]) => name.toLowerCase()).sort();
  assert.deepEqual(names, ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent"]);
  assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
  assert.match(headerOf(record, "user-agent"), /^openai-wasm-proxy\//);
  assert.equal(headerOf(record, "host"), new URL(upstream.url).host);
});

it("K3_the caller sees the proxy's own headers and none of the upstream's", async () => {
  for (const faults of ["account-headers,header=x-request-id: req_upstream,header=location: https://evil.example.com", "gzip-lie,account-headers"]) {
    for (const body of [QUESTION, STREAM]) {
      await upstream.arm(faults);
      const answer = await proxy.chat(body);
      const names = Object.keys(answer.headers).filter((name) => !["connection", "content-length", "transfer-encoding", "date"].includes(name));
      const streaming = body === STREAM ? ["x-accel-buffering"] : [];
      assert.deepEqual(names.sort(), ["cache-control", "content-type", "vary", ...streaming, "x-content-type-options", "x-request-id"]);
      assert.match(answer.headers["x-request-id"], /^[0-9a-f-]{36}$/);
    }
  }
  await upstream.arm("account-headers,status=400");
  assert.equal((await proxy.chat(QUESTION)).headers["openai-organization"], undefined);
});

it("K4_an upstream that refuses the key is a fault of the proxy, and does not say which key", async () => {
  const strict = await startUpstream({ apiKey: newCanary() });
  const refused = await startProxy({ upstream: strict });
  try {
    for (const answer of [await refused.chat(QUESTION), await refused.chat(STREAM), await refused.models()]) {
      assert.equal(answer.status, 502, answer.text());
      assert.equal(answer.json().error.code, "upstream_auth");
      assert.deepEqual(findCanary(refused.key, answer.seen()), []);
      assert.doesNotMatch(answer.seen(), new RegExp(refused.key.slice(-4)));
    }
    assert.match(refused.output, /the upstream refused the key \(status 401\)/);
    assert.deepEqual(findCanary(refused.key, refused.output), []);
  } finally {
    await Promise.all([refused.stop(), strict.stop()]);
  }
});

it("K4_K5_E1_every error of the upstream becomes one that names no key and no account", async () => {
  const kept = new Set([400, 404, 409, 413, 415, 422, 429, 503, 504]);
  for (const status of [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504, 529]) {
    for (const more of ["", ",echo-key", ",error-body=html,echo-key", ",error-body=empty", ",error-body=text", ",error-body=string", ",error-body=flat"]) {
      await upstream.arm(`status=${status},account-headers${more}`);
      const answer = await proxy.chat(STREAM);
      const about = `${status}${more}`;
      assert.equal(answer.status, kept.has(status) ? status : 502, about);
      assert.equal(answer.headers["content-type"], "application/json", about);
      assert.deepEqual(Object.keys(answer.json().error), ["message", "type", "code", "param"], about);
      assert.doesNotMatch(answer.text(), /\borg-|\bproj_|\breq_|<html|Traceback/i, about);
      hidden(answer, about);
    }
  }
});

it("K5_a rate limit keeps its status and a capped Retry-After", async () => {
  for (const [value, expected] of [["7", "7"], ["1000000000", "3600"], ["soon", undefined], ["-5", undefined]]) {
    await upstream.arm(`status=429,retry-after=${value}`);
    const answer = await proxy.chat(QUESTION);
    assert.equal(answer.status, 429);
    assert.equal(answer.headers["retry-after"], expected, value);
  }
});

it("K7_K8_nothing that can go wrong prints a key, a token, a question or an answer", async () => {
  const question = "a question that nobody may log";
  const body = { ...STREAM, messages: [{ role: "user", content: `repeat:${question}` }] };
  const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.AAAAAAAAAAAAAAAAAAAA";
  for (const fault of ["", "reset", "cut", "hang", "html", "reset-events=2", "redirect=https://evil.example.com", "bad-json"]) {
    await upstream.arm(fault);
    hidden(await proxy.chat(body), fault);
  }
  for (const request of [
    { method: "GET", headers: { authorization: `Bearer ${token}` } },
    { method: "DELETE", headers: { authorization: `Bearer ${token}` } },
  ]) {
    hidden(await proxy.send("/v1/models", request), request.method);
  }
  hidden(await proxy.chat(`{"messages":"${question}"`), "bad JSON");
  for (const secret of [question, token, proxy.secret]) assert.ok(!proxy.output.includes(secret), proxy.output);
  // The control: the console was being watched.
  await upstream.arm("status=401");
  await proxy.chat(body);
  assert.match(proxy.output, /refused the key/);
});

it("S1_the caller cannot choose the host", async () => {
  const { server: evil, hits, url } = await elsewhere();
  try {
    const host = new URL(url).host;
    for (const request of [
      { headers: { host } },
      { headers: { "x-forwarded-host": host } },
      { headers: { "x-portkey-custom-host": url } },
    ]) {
      await proxy.chat(QUESTION, request);
    }
    await proxy.chat({ ...QUESTION, api_base: url, base_url: url });
    await proxy.send(`${url}/v1/models`, {});
    await proxy.send(`/${url}/v1/models`, {});
    assert.equal(hits(), 0);
  } finally {
    evil.close();
  }
});

it("S2_a redirect is refused and its target never asked", async () => {
  const { server: evil, hits, url } = await elsewhere();
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const target of [`${url}/v1/chat/completions`, "/v1/models", "//evil.example.com/x"]) {
        for (const body of [QUESTION, STREAM]) {
          await upstream.reset();
          await upstream.arm(`redirect=${target},status=${status}`);
          const answer = await proxy.chat(body);
          assert.equal(answer.status, 502, `${status} ${target}: ${answer.text()}`);
          assert.equal(answer.json().error.code, "upstream_redirect");
          assert.equal(answer.headers.location, undefined);
          assert.equal((await upstream.requests()).length, 1);
        }
      }
    }
    assert.equal(hits(), 0);
  } finally {
    evil.close();
  }
});

/** A server that counts who asks it. */
async function elsewhere() {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, hits: () => count, url: `http://127.0.0.1:${server.address().port}` };
}
