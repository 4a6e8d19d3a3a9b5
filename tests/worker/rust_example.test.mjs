// examples/worker-rust in real workerd: the crate's client and its session check, used as its README says.
// Its proxy is tested beside the package's, in proxy_*.test.mjs.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { findCanary, newCanary } from "../support/canary.mjs";
import { open, send } from "../support/http.mjs";
import { QUESTION } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { rustWorker, startRustProxy } from "../support/rust_worker.mjs";
import { mint, newSecret } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

describe("the Worker in Rust", () => {
  const key = newCanary();
  const secret = newSecret();
  let modules;
  let upstream;
  let worker;

  before(async () => {
    [modules, upstream] = await Promise.all([rustWorker(), startUpstream()]);
    const bindings = {
      OPENAI_API_KEY: key,
      SESSION_SECRET: secret,
      OPENAI_BASE_URL: upstream.baseUrl,
      MODEL: "stand-in-ngram-1",
    };
    worker = await startWorkerd({ modules, bindings });
  });
  after(() => Promise.all([worker?.stop(), upstream?.stop()]));
  beforeEach(() => upstream.reset());

  const request = async (question) => ({
    method: "POST",
    path: "/ask",
    headers: { authorization: `Bearer ${await mint(secret)}`, "content-type": "application/json" },
    body: JSON.stringify({ question }),
  });
  const ask = async (question, more) => send(worker.url, { ...(await request(question)), ...more });

  it("streams the answer's text, each piece when it comes", async () => {
    await upstream.arm("interval=100");
    const answer = await ask("Say this is a test");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert.equal(answer.text(), "This is a test!");
    const [record] = await upstream.requests();
    assert.ok(
      answer.chunks[0].at < record.event_times_ms.at(-1),
      "the first piece waited for the last event",
    );
    assert.ok(
      record.headers.some(
        ([name, value]) => /^authorization$/i.test(name) && value === `Bearer ${key}`,
      ),
    );
    assert.equal(JSON.parse(record.body).stream, true);
  });

  it("answers nobody without a valid session token", async () => {
    for (const authorization of [
      undefined,
      "Bearer x",
      `Bearer ${key}`,
      `Bearer ${await mint(newSecret())}`,
    ]) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await ask("Say this is a test", { headers });
      assert.equal(answer.status, 401, authorization);
      assert.equal(answer.json().error.code, "unauthorized");
    }
    assert.deepEqual(await upstream.requests(), []);
  });

  it("refuses other paths, methods and bodies, each with its own code", async () => {
    for (const [more, status, code] of [
      [{ path: "/" }, 404, "not_found"],
      [{ method: "GET", body: undefined }, 405, "method_not_allowed"],
      [{ body: "{" }, 400, "invalid_body"],
      [{ body: JSON.stringify({ question: "x".repeat(4097) }) }, 413, "request_too_large"],
    ]) {
      const answer = await ask("", more);
      assert.equal(answer.status, status, JSON.stringify(more));
      assert.equal(answer.json().error.code, code);
    }
    assert.deepEqual(await upstream.requests(), []);
  });

  it("fails closed when a secret is missing", async () => {
    const bare = await startWorkerd({ modules, bindings: { OPENAI_API_KEY: key } });
    try {
      const answer = await send(bare.url, await request("Say this is a test"));
      assert.equal(answer.status, 503);
      assert.equal(answer.json().error.code, "misconfigured");
    } finally {
      await bare.stop();
    }
  });

  it("A7_P4_its proxy fails closed when something is missing or malformed", async () => {
    for (const [what, settings] of [
      ["no key", { key: "" }],
      ["no secret", { secret: "", bindings: { SESSION_SECRET: "" } }],
      ["no models", { bindings: { OPENAI_MODELS: "" } }],
      ["a limit that is not a number", { limits: { idleTimeout: "soon" } }],
      ["a limit of zero", { limits: { maxAnswerBytes: 0 } }],
      ["a limit that no timer keeps", { limits: { maxDuration: 2 ** 31 } }],
      ["no flag that tells when a caller leaves", { worker: { flags: [] } }],
    ]) {
      const closed = await startRustProxy({ upstream, secret, ...settings });
      try {
        const answer = await send(closed.url, {
          ...(await request("")),
          path: "/v1/chat/completions",
          body: JSON.stringify(QUESTION),
        });
        refused(answer, 503, "misconfigured", what);
        assert.match(closed.output, /not configured: /, what);
      } finally {
        await closed.stop();
      }
    }
    assert.deepEqual(await upstream.requests(), []);
  });

  it("L12_its proxy can be switched off, which a page of a listed origin can read", async () => {
    const origin = "https://app.example.com";
    for (const [value, status] of [
      ["1", 503],
      ["true", 503],
      // What a configuration has without quotation marks.
      [1, 503],
      [true, 503],
      ["0", 200],
      ["false", 200],
      [0, 200],
      [false, 200],
    ]) {
      const proxy = await startRustProxy({
        upstream,
        limits: { allowedOrigins: ["https://x.example.com", origin] },
        bindings: { PROXY_DISABLED: value },
      });
      try {
        const answer = await proxy.chat(QUESTION, { headers: { origin } });
        if (status === 503) refused(answer, 503, "proxy_disabled", value);
        assert.equal(answer.status, status, `${value}: ${answer.text()}`);
        assert.equal(answer.headers["access-control-allow-origin"], origin);
      } finally {
        await proxy.stop();
      }
    }
  });

  it("breaks the answer off where the stream did, instead of ending it", async () => {
    await upstream.arm("cut-events=3");
    const { response } = await open(worker.url, await request("Say this is a test"));
    const answer = await response;
    assert.equal(answer.status, 200);
    assert.equal(await answer.ended, "broken");
    assert.notEqual(answer.text(), "This is a test!");
  });

  it("tells nothing of the upstream's refusal", async () => {
    await upstream.arm("status=401, account-headers");
    const answer = await ask("Say this is a test");
    assert.equal(answer.status, 502);
    assert.equal(answer.json().error.code, "upstream_error");
    assert.deepEqual(findCanary(key, answer.seen()), []);
  });

  it("closes the upstream's socket within a second of the caller's leaving", async () => {
    await upstream.arm("interval=100");
    const { response, close } = await open(
      worker.url,
      await request(`repeat:${"word ".repeat(200)}`),
    );
    await response;
    await upstream.wait({ events: 5 });
    const left = Date.now();
    close();
    const [record] = await upstream.wait({ closed: 1 }, 3000);
    assert.equal(record.outcome, "client_closed");
    assert.ok(record.closed_at_ms - left <= 1000, `it took ${record.closed_at_ms - left} ms`);
  });
});
