// What an author's own functions decide of callers: `claimOnce` (threat table, row A15) and `authenticate`.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { QUESTION, withProxy as started } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";

let upstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream?.stop());
beforeEach(() => upstream.reset());

const withProxy = (settings, test) => started({ upstream, ...settings }, test);

it("A15_a_one_shot_token_is_good_for_one_request", async () => {
  const claims = `import { WorkerEntrypoint } from "cloudflare:workers";
const seen = new Set();
export default class extends WorkerEntrypoint {
  claim(id) {
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  }
}`;
  const settings = {
    options: `{ claimOnce: (session, env) => env.CLAIMS.claim(session.jti), models: ["${QUESTION.model}"] }`,
    bindings: { CLAIMS: { service: "claims" } },
    services: { claims: { modules: [{ name: "claims.js", esModule: claims }] } },
  };
  await withProxy(settings, async (own) => {
    const token = { claims: { jti: "one" } };
    refused(await own.chat({ ...QUESTION, model: "another" }, { token }), 403, "model_not_allowed");
    const answers = await Promise.all([
      own.chat(QUESTION, { token }),
      own.chat(QUESTION, { token }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status).sort(),
      [200, 401],
      "a refused request has not used it up",
    );
    assert.equal((await upstream.requests()).length, 1);
    assert.equal((await own.chat(QUESTION, { token: { claims: { jti: "two" } } })).status, 200);
    refused(await own.chat(QUESTION), 401, "unauthorized", "a token without an id");
  });
  const broken = { ...settings, bindings: {}, services: {} };
  await withProxy(broken, async (own) => {
    refused(
      await own.chat(QUESTION, { token: { claims: { jti: "one" } } }),
      503,
      "check_unavailable",
    );
  });
});

describe("the author's own authentication", () => {
  const authenticate = `async (request, env) => {
    const who = request.headers.get("x-login") ?? "";
    if (request.body) throw new Error("the body is the proxy's");
    if (who === "expired") return "expired";
    if (who === "broken") throw new Error(env.OPENAI_API_KEY);
    if (who === "scoped") return { sub: "u", models: ["another"], maxTokens: 5 };
    if (who.startsWith("{")) return JSON.parse(who);
    if (who === "thrower") return { sub: "u", get models() { throw new Error(env.OPENAI_API_KEY); } };
    return who ? { sub: who } : null;
  }`;

  it("takes the place of session tokens, and needs no session secret", async () => {
    const settings = {
      options: `{ authenticate: ${authenticate} }`,
      bindings: { SESSION_SECRET: null },
    };
    await withProxy(settings, async (own) => {
      const chat = (who) =>
        own.send(CHAT, {
          method: "POST",
          headers: { "content-type": "application/json", ...(who && { "x-login": who }) },
          body: JSON.stringify(QUESTION),
        });
      assert.equal((await chat("alice")).status, 200);
      refused(await chat(undefined), 401, "unauthorized");
      refused(await chat("expired"), 401, "token_expired");
      refused(await chat("broken"), 503, "check_unavailable");
      // A scope that is misspelt, null or cannot be read must not open everything.
      for (const caller of [
        { models: "another" },
        { models: null },
        { models: {} },
        { models: [7] },
        { maxTokens: null },
        { maxTokens: "5" },
        { maxTokens: 0 },
        { maxTokens: 1.5 },
        { max_tokens: 5 },
        { Models: ["another"] },
        { origin: null },
        { origin: 7 },
        { sub: "" },
        { sub: 7 },
        { sub: null },
        { email: "a@b.example" },
      ]) {
        refused(
          await chat(JSON.stringify({ sub: "u", ...caller })),
          503,
          "check_unavailable",
          JSON.stringify(caller),
        );
      }
      refused(await chat("thrower"), 503, "check_unavailable");
      refused(await chat("x".repeat(129)), 503, "check_unavailable");
      refused(await chat("scoped"), 403, "model_not_allowed");
      refused(
        await own.chat(QUESTION),
        401,
        "unauthorized",
        "a session token is not a login of its own",
      );
      assert.equal((await upstream.requests()).length, 1);
      assert.deepEqual(findCanary(own.key, own.output), []);
    });
  });
});
