// The key stays where it is, and so does everything else that the two sides need not know of each other
// (threat table, rows K1, K3 to K5, K7, K8, S1, S2, E1).

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";

import { findCanary, newCanary } from "../support/canary.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { refused } from "../support/refusal.mjs";
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
  for (const [name, text] of Object.entries(disguises))
    assert.notDeepEqual(findCanary(canary, `a ${text} b`), [], name);
  assert.deepEqual(findCanary(canary, `sk-proj-CANAR ${newCanary().slice(14)}`), []);
});

it("K1_the upstream sees the proxy's own headers and none of the caller's", async () => {
  await proxy.chat(QUESTION, {
    headers: {
      cookie: "a=b",
      "x-api-key": "x",
      "api-key": "x",
      "openai-organization": "org-1",
      "openai-project": "proj_1",
      "openai-beta": "assistants=v2",
      "x-forwarded-for": "1.2.3.4",
      "x-forwarded-host": "evil.example.com",
      forwarded: "host=evil.example.com",
      via: "1.1 x",
      referer: "https://app.example.com/?secret=1",
      "cf-connecting-ip": "1.2.3.4",
      te: "trailers",
      "proxy-authorization": "Basic x",
      "x-portkey-custom-host": "https://evil.example.com",
      "helicone-auth": "x",
      "x-stainless-lang": "js",
      "accept-language": "de",
      "user-agent": "curl/8",
      "x-request-id": "mine",
      "x-fault": "status=500",
      "idempotency-key": "1",
      "x-real-ip": "1.2.3.4",
      "x-forwarded-proto": "http",
      "cf-ray": "1",
      "cf-ipcountry": "DE",
      "sec-fetch-site": "cross-site",
      traceparent: "00-1-1-01",
      "cache-control": "no-cache",
      range: "bytes=0-1",
      "accept-encoding": "gzip, br",
      origin: proxy.url,
      connection: "close, authorization, x-other",
      "x-other": "1",
    },
  });
  const [record] = await upstream.requests();
  const names = record.headers.map(([name]) => name.toLowerCase()).sort();
  assert.deepEqual(names, [
    "accept",
    "accept-encoding",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "user-agent",
  ]);
  assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
  assert.match(headerOf(record, "user-agent"), /^openai-wasm-proxy\//);
  assert.equal(headerOf(record, "host"), new URL(upstream.url).host);
});

it("K3_the caller sees the proxy's own headers and none of the upstream's", async () => {
  for (const faults of [
    "account-headers,header=x-request-id: req_upstream,header=location: https://evil.example.com",
    "gzip-lie,account-headers",
  ]) {
    for (const body of [QUESTION, STREAM]) {
      await upstream.arm(faults);
      const answer = await proxy.chat(body);
      const names = Object.keys(answer.headers).filter(
        (name) => !["connection", "content-length", "transfer-encoding", "date"].includes(name),
      );
      const streaming = body === STREAM ? ["x-accel-buffering"] : [];
      assert.deepEqual(names.sort(), [
        "cache-control",
        "content-type",
        "vary",
        ...streaming,
        "x-content-type-options",
        "x-request-id",
      ]);
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
    for (const answer of [
      await refused.chat(QUESTION),
      await refused.chat(STREAM),
      await refused.models(),
    ]) {
      assert.equal(answer.status, 502, answer.text());
      assert.equal(answer.json().error.code, "upstream_auth");
      assert.deepEqual(findCanary(refused.key, answer.seen()), []);
      assert.doesNotMatch(answer.seen(), new RegExp(refused.key.slice(-4)));
    }
    // One line a second at most, since any caller can cause it.
    const line = await refused.until((output) => /^openai-wasm proxy: .*/m.exec(output)?.[0]);
    assert.equal(line, "openai-wasm proxy: the upstream refused the key (status 401)");
    assert.deepEqual(findCanary(refused.key, refused.output), []);
  } finally {
    await Promise.all([refused.stop(), strict.stop()]);
  }
});

it("K4_K5_E1_every error of the upstream becomes one that names no key and no account", async () => {
  const kept = new Set([400, 404, 409, 413, 415, 422, 429, 503, 504]);
  for (const status of [
    400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504, 529,
  ]) {
    for (const more of [
      "",
      ",echo-key",
      ",error-body=html,echo-key",
      ",error-body=empty",
      ",error-body=text",
      ",error-body=string",
      ",error-body=flat",
    ]) {
      await upstream.arm(`status=${status},account-headers${more}`);
      const answer = await proxy.chat(STREAM);
      const about = `${status}${more}`;
      assert.equal(answer.status, kept.has(status) ? status : 502, about);
      assert.equal(answer.headers["content-type"], "application/json", about);
      assert.deepEqual(
        Object.keys(answer.json().error),
        ["message", "type", "code", "param"],
        about,
      );
      assert.doesNotMatch(answer.text(), /\borg-|\bproj_|\breq_|<html|Traceback/i, about);
      hidden(answer, about);
    }
  }
});

it("K5_a key in disguise, and every id that names an account, is taken out of an explanation", async () => {
  const own = await startRecorder();
  const explained = await startProxy({ upstream: own });
  try {
    // A part that does not go on into the words around it, whose letters would then be taken out as well.
    const { key } = explained;
    let from = 14;
    while (/[st]/.test(key[from - 1] + key[from + 9])) from += 1;
    const part = key.slice(from, from + 9);
    const bytes = [...Buffer.from(part)];
    for (const [form, said] of Object.entries({
      raw: part,
      quoted: `"${part}",`,
      backwards: [...part].reverse().join(""),
      hex: Buffer.from(part).toString("hex"),
      "upper hex": Buffer.from(part).toString("hex").toUpperCase(),
      percent: bytes.map((byte) => `%${byte.toString(16)}`).join(""),
      base64: Buffer.from(part).toString("base64"),
      base64url: Buffer.from(`??>${part}`).toString("base64url"),
      "base64, shifted": Buffer.from(`x${part}`).toString("base64"),
      "base64, shifted again": Buffer.from(`xx${part}`).toString("base64"),
    })) {
      for (const status of [400, 404, 409, 422, 429]) {
        own.answer({
          status,
          body: {
            error: {
              message: `It was ${said} that failed`,
              code: said.slice(0, 60),
              param: said.slice(0, 60),
            },
          },
        });
        const answer = await explained.chat(QUESTION);
        assert.equal(answer.status, status, form);
        assert.match(answer.json().error.message, /^It was \[redacted\] that failed$/, form);
        assert.deepEqual(findCanary(explained.key, answer.seen()), [], `${form}: ${answer.text()}`);
        assert.equal(answer.json().error.param, null, form);
      }
    }
    for (const id of [
      "org-ABC",
      "org-ABC,",
      "`org-ABC`.",
      "(ORG-ABC)",
      "proj_ABC",
      "req_ABC",
      "user-ABC",
      "acct_ABC",
      "a@ABC.example",
      "https://ABC.example/x",
    ]) {
      own.answer({
        status: 429,
        body: {
          error: { message: `Rate limit reached in organization ${id} today`, code: id, param: id },
        },
      });
      const answer = await explained.chat(QUESTION);
      assert.equal(
        answer.json().error.message,
        "Rate limit reached in organization [redacted] today",
        id,
      );
      assert.doesNotMatch(answer.seen(), /ABC/, id);
    }
  } finally {
    await Promise.all([explained.stop(), own.stop()]);
  }
});

it("K5_a rate limit keeps its status and a capped Retry-After", async () => {
  for (const [value, expected] of [
    ["7", "7"],
    ["1000000000", "3600"],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["0", "0"],
  ]) {
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
  for (const fault of [
    "",
    "reset",
    "cut",
    "hang",
    "html",
    "reset-events=2",
    "redirect=https://evil.example.com",
    "bad-json",
  ]) {
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
  for (const secret of [question, token, proxy.secret])
    assert.ok(!proxy.output.includes(secret), proxy.output);
  // The control: the console was being watched.
  await upstream.arm("status=401");
  await proxy.chat(body);
  await proxy.until((output) => /refused the key/.exec(output)?.[0]);
});

it("S1_the caller cannot choose the host", async () => {
  const { server: evil, hits, url } = await elsewhere();
  try {
    const host = new URL(url).host;
    for (const headers of [
      { host },
      { "x-forwarded-host": host },
      { "x-host": host, "x-original-url": url, "x-rewrite-url": url },
      { "x-portkey-custom-host": url },
      { "helicone-target-url": url },
    ]) {
      assert.equal((await proxy.chat(QUESTION, { headers })).status, 200);
    }
    assert.equal((await proxy.chat({ ...QUESTION, api_base: url, base_url: url })).status, 400);
    for (const [path, status] of [
      [`${url}${CHAT}`, 200],
      [`http://evil.example.com${CHAT}`, 200],
      [`${CHAT}?upstream=${url}&base_url=${url}`, 200],
      [`/${url}${CHAT}`, 404],
      [`//${host}${CHAT}`, 404],
      [`/v1/${url}/chat/completions`, 404],
      [`@${host}${CHAT}`, 400],
    ]) {
      assert.equal((await proxy.post(path, QUESTION)).status, status, path);
    }
    // workerd makes the URL of both: such a host would choose the route.
    for (const [path, given] of [
      ["/v1/files", `h${CHAT}?`],
      ["/v1/files", `h${CHAT}#`],
      [CHAT, `u@${host}`],
      [CHAT, `${host}/?`],
      [CHAT, `${host}, ${host}`],
    ]) {
      const answer = await proxy.post(path, QUESTION, { headers: { host: given } });
      refused(answer, 400, "invalid_host", given);
    }
    for (const { path, headers } of await upstream.requests()) {
      assert.equal(path, CHAT);
      assert.equal(headers.find(([name]) => /^host$/i.test(name))[1], new URL(upstream.url).host);
    }
    assert.equal((await upstream.requests()).length, 8);
    assert.equal(hits(), 0);
  } finally {
    evil.close();
  }
});

it("S2_a redirect is refused and its target never asked", async () => {
  const { server: evil, hits, url } = await elsewhere();
  try {
    for (const status of [300, 301, 302, 303, 304, 307, 308]) {
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
