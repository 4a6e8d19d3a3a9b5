// What the upstream sees, whatever the caller sends, and where the caller cannot lead the proxy (threat
// table, rows K2, K9, S3 to S6, E1, H1, P5).

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, beforeEach, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

it("K2_the session token ends at the proxy", async () => {
  const token = await mint(proxy.secret);
  await proxy.chat(QUESTION, { headers: { authorization: `Bearer ${token}` } });
  const [record] = await upstream.requests();
  assert.deepEqual(
    record.headers.filter(([name]) => /^authorization$/i.test(name)).map(([, value]) => value),
    [`Bearer ${proxy.key}`],
  );
  assert.ok(!JSON.stringify(record).includes(token.slice(-20)));
});

it("K9_the key stands in no URL and no referrer", async () => {
  const authorization = `Bearer ${await mint(proxy.secret)}`;
  const body = JSON.stringify(QUESTION);
  const headers = {
    authorization,
    "content-type": "application/json",
    referer: "https://app.example.com/?x=1",
  };
  for (const path of ["/v1/chat/completions", "/v1/chat/completions?key=x&debug=1"]) {
    await proxy.send(path, { method: "POST", headers, body });
  }
  await proxy.models();
  const records = await upstream.requests();
  assert.ok(records.length >= 2);
  for (const { path, headers: sent } of records) {
    assert.match(path, /^\/v1\/(chat\/completions|models)$/);
    assert.deepEqual(findCanary(proxy.key, path), []);
    assert.ok(!sent.some(([name]) => /^referer$/i.test(name)));
  }
});

it("S3_nothing in a body changes the request line", async () => {
  for (const model of [
    "x#@evil.example.com",
    "..%2f..%2ffiles",
    "../files",
    "x?y=1",
    "x\r\nHost: evil.example.com",
    "//evil.example.com",
  ]) {
    await proxy.chat({ ...QUESTION, model });
    await proxy.chat({ ...QUESTION, model, region: model, deployment: model });
  }
  await proxy.chat(QUESTION);
  const records = await upstream.requests();
  assert.ok(records.length >= 1);
  for (const record of records) {
    assert.deepEqual([record.method, record.path], ["POST", "/v1/chat/completions"]);
    assert.equal(headerOf(record, "host"), new URL(upstream.url).host);
  }
});

it("S4_an upstream that cannot be one closes the proxy", async () => {
  for (const url of [
    "http://api.example.com/v1",
    "https://u:p@api.example.com/v1",
    "https://api.example.com/v1?key=1",
    "https://api.example.com/v1#x",
    "ftp://localhost/v1",
    "api.example.com",
  ]) {
    const closed = await startProxy({ bindings: { OPENAI_BASE_URL: url } });
    try {
      for (const answer of [await closed.chat(QUESTION), await closed.models()]) {
        assert.equal(answer.status, 503, `${url}: ${answer.text()}`);
        assert.equal(answer.json().error.code, "misconfigured");
        assert.doesNotMatch(answer.seen(), /example\.com/);
      }
    } finally {
      await closed.stop();
    }
  }
});

/** The first line that comes back for raw bytes, or what else happens to the connection. */
function raw(bytes) {
  const { hostname, port } = new URL(proxy.url);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, hostname, () => socket.write(bytes));
    const over = () => (socket.destroy(), resolve(text.split("\r\n")[0]));
    socket.on("data", (data) => (text += data).includes("\r\n") && over());
    socket.on("close", over).on("error", over);
    setTimeout(over, 2000);
  });
}

it("S5_a request of two lengths or of broken headers reaches no upstream twice", async () => {
  const authorization = `authorization: Bearer ${await mint(proxy.secret)}`;
  const body = JSON.stringify(QUESTION);
  const post = (lines, rest) =>
    raw(
      [
        "POST /v1/chat/completions HTTP/1.1",
        "host: proxy",
        authorization,
        "content-type: application/json",
        ...lines,
        "",
        rest,
      ].join("\r\n"),
    );
  const length = `content-length: ${body.length}`;
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const hidden = `0\r\n\r\nPOST /v1/files HTTP/1.1\r\nhost: proxy\r\ncontent-length: 0\r\n\r\n`;
  for (const [lines, rest, status = 400] of [
    [[length, "transfer-encoding: chunked"], hidden],
    // workerd goes by the chunks here, as RFC 9112 (section 6.3) allows; Cloudflare's edge refuses it.
    [[length, "transfer-encoding: chunked"], chunked, 200],
    [[length, "content-length: 5"], body],
    [[`${length}, ${body.length}`], body],
    [["content-length: -1"], body],
    [[`content-length: +${body.length}`], body],
    [[`content-length: 0x${body.length.toString(16)}`], body],
    [["transfer-encoding: xchunked"], chunked],
    [["transfer-encoding: chunked, identity"], chunked],
    [["transfer-encoding: chunked", "transfer-encoding: x"], chunked],
    [["transfer-encoding : chunked"], chunked],
    [[length, "x-a: b\rx-c: d"], body],
    [[length, "x-a: b\0c"], body],
    [[length, "x-a : b"], body],
    [[length, "x-a: b\r\n c"], body],
    [[length, "x-a: b\r\n\tauthorization: Bearer x"], body],
  ]) {
    assert.match(
      await post([...lines, "connection: close"], rest),
      new RegExp(`^HTTP/1\\.1 ${status} `),
      lines.join(),
    );
  }
  assert.equal(await post([length, "connection: close"], body), "HTTP/1.1 200 OK", "the control");
  for (const record of await upstream.requests()) {
    assert.deepEqual([record.method, record.path], ["POST", "/v1/chat/completions"]);
    const names = record.headers.map(([name]) => name.toLowerCase());
    assert.equal(names.filter((name) => name === "content-length").length, 1);
    assert.ok(
      !names.includes("transfer-encoding") && !names.some((name) => /^x-/.test(name)),
      names.join(),
    );
    assert.equal(Number(headerOf(record, "content-length")), Buffer.byteLength(record.body));
  }
});

it("S6_a request that came from a proxy like this one is a loop", async () => {
  for (const headers of [
    { via: "1.1 openai-wasm-proxy/0.1.0" },
    { "cdn-loop": "cloudflare, openai-wasm-proxy/0.1.0" },
    { "user-agent": "openai-wasm-proxy/9" },
  ]) {
    const answer = await proxy.chat(QUESTION, { headers });
    assert.equal(answer.status, 508, JSON.stringify(headers));
    assert.equal(answer.json().error.code, "loop_detected");
  }
  assert.deepEqual(await upstream.requests(), []);
  // Another proxy on the way is no loop.
  assert.equal(
    (
      await proxy.chat(QUESTION, {
        headers: { via: "1.1 squid", "cdn-loop": "cloudflare; loops=1" },
      })
    ).status,
    200,
  );
});

it("S6_a proxy whose upstream is itself stops at the second request", async () => {
  const source = `
import { createProxy } from "openai-wasm/proxy";
const proxy = createProxy({ fetch: (url, init, env) => env.SELF.fetch(url, init) });
export default {
  fetch(request, env, ctx) {
    console.log("ASKED;");
    return proxy.fetch(request, env, ctx);
  },
};`;
  const circle = await startProxy({ upstream, source, bindings: { SELF: { service: "main" } } });
  try {
    for (const body of [QUESTION, { ...QUESTION, stream: true }]) {
      const answer = await circle.chat(body);
      assert.equal(answer.status, 508, answer.text());
      assert.equal(answer.json().error.code, "loop_detected");
    }
    assert.equal(
      await circle.until((output) => [output.match(/ASKED;/g)?.length].find((count) => count >= 4)),
      4,
    );
    assert.deepEqual(await upstream.requests(), []);
  } finally {
    await circle.stop();
  }
});

it("S6_an upgrade is refused", async () => {
  const lines = [
    "GET /v1/chat/completions HTTP/1.1",
    "host: proxy",
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ];
  assert.match(await raw(lines.join("\r\n")), /^HTTP\/1\.1 4\d\d /);
  assert.deepEqual(await upstream.requests(), []);
});

it("E1_what an upstream says of a parameter is text, not a page", async () => {
  await upstream.arm("status=400,error-body=flat,code=<script>alert(1)</script>");
  for (const model of ["<script>alert(1)</script>", QUESTION.model]) {
    const answer = await proxy.chat({ ...QUESTION, model, temperature: 9 });
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text());
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.deepEqual(Object.keys(answer.json().error), ["message", "type", "code", "param"]);
  }
});

it("H1_two callers with one question ask twice, and nothing may keep an answer", async () => {
  for (const sub of ["user-1", "user-2"]) {
    const authorization = `Bearer ${await mint(proxy.secret, { claims: { sub } })}`;
    for (const body of [QUESTION, { ...QUESTION, stream: true }, "{"]) {
      const answer = await proxy.chat(body, { headers: { authorization } });
      assert.equal(answer.headers["cache-control"], "no-store, no-transform");
      assert.equal(answer.headers.age, undefined);
    }
  }
  assert.equal((await upstream.requests()).length, 4);
});

it("P5_no caller switches anything on", async () => {
  for (const [path, headers] of [
    ["/v1/models?debug=1", { "x-debug": "1", debug: "*" }],
    [
      "/v1/models",
      { node_env: "development", "x-node-env": "development", "x-forwarded-for": "127.0.0.1" },
    ],
  ]) {
    const answer = await proxy.send(path, { headers });
    assert.equal(answer.status, 401, path);
    assert.deepEqual(Object.keys(answer.json().error), ["message", "type", "code", "param"]);
  }
  for (const path of ["/", "/health", "/debug", "/metrics", "/.env", "/__debug__"]) {
    const answer = await proxy.send(path, {});
    assert.equal(answer.status, 404, path);
    assert.doesNotMatch(answer.text(), /version|limit|stand-in|127\.0\.0\.1/, path);
  }
});
