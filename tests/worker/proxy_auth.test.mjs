// Who may call (threat table, rows A1 to A6, A8 to A12, A14, A15; A13 is proxy_mint.test.mjs). Tokens come from `jose`.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { limiter } from "../support/limiter.mjs";
import { QUESTION, startProxy, withProxy as started } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { mint, newSecret, unsecured } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";
const PAGE = "https://app.example.com";
const now = () => Math.floor(Date.now() / 1000);

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** A token with any header and payload, rightly signed: JSON text, or what is to have one. */
const handmade = (header, payload, secret = proxy.secret) => {
  const [head, body] = [header, payload].map((part) =>
    Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url"),
  );
  return signed(`${head}.${body}`, secret);
};
const signed = (text, secret = proxy.secret) =>
  `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;

const untouched = async () => assert.deepEqual(await upstream.requests(), []);
const ask = (authorization, to = proxy) =>
  to.send("/v1/models", authorization === undefined ? {} : { headers: { authorization } });
const askWith = async (token, to) => ask(`Bearer ${await mint(proxy.secret, token)}`, to);

const withProxy = (settings, test) => started({ upstream, ...settings }, test);

it("control: a good token opens the proxy", async () => {
  assert.equal((await askWith({})).status, 200);
  assert.equal((await proxy.chat(QUESTION)).status, 200);
});

it("A1_no_credential", async () => {
  for (const answer of [await ask(undefined), await proxy.send(CHAT, { method: "POST" })]) {
    refused(answer, 401, "unauthorized");
    assert.equal(answer.headers["www-authenticate"], "Bearer");
  }
  await untouched();
});

it("A2_loose_parsing", async () => {
  const token = await mint(proxy.secret);
  for (const authorization of [
    "",
    "Bearer",
    "Bearer ",
    `Basic ${token}`,
    token,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token} ${token}`,
    `Bearer  ${token}`,
    `Bearer "${token}"`,
    `Token ${token}`,
    `Bearer ${token};`,
  ]) {
    refused(await ask(authorization), 401, "unauthorized", authorization);
  }
  for (const [path, request] of [
    [`/v1/models?access_token=${token}`, {}],
    ["/v1/models", { headers: { cookie: `token=${token}; authorization=Bearer ${token}` } }],
    ["/v1/models", { headers: { "x-api-key": token, "proxy-authorization": `Bearer ${token}` } }],
    [
      CHAT,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      },
    ],
  ]) {
    refused(await proxy.send(path, request), 401, "unauthorized");
  }
  await untouched();
});

it("A3_alg_none_and_confusion", async () => {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = { sub: "user-1", exp: now() + 600 };
  const claims = encode(payload);
  const good = (await mint(proxy.secret)).split(".");
  assert.equal(
    (await ask(`Bearer ${handmade({ alg: "HS256" }, payload)}`)).status,
    200,
    "the control: what is signed here is read",
  );
  await upstream.reset();
  for (const token of [
    // Rightly signed by HMAC-SHA-256, whatever the header says.
    ...[
      "none",
      "NONE",
      "RS256",
      "ES256",
      "PS256",
      "EdDSA",
      "HS384",
      "HS512",
      "hs256",
      null,
      ["HS256"],
    ].map((alg) => handmade({ alg }, payload)),
    handmade({ typ: "JWT" }, payload),
    ...[
      { crit: ["exp"] },
      { crit: [] },
      { crit: ["b64"], b64: false },
      { b64: false },
      { zip: "DEF" },
      { cty: "JWT" },
      { jku: "https://evil.example.com" },
      { x5u: "https://evil.example.com" },
      { x5c: ["AA"] },
      { kid: 0 },
      { kid: "__proto__" },
      { kid: "../../dev/null" },
      { kid: "\0" },
    ].map((more) => handmade({ alg: "HS256", ...more }, payload)),
    handmade('{"alg":"none","alg":"HS256"}', payload),
    handmade('{"alg":"HS256","alg":"none"}', payload),
    handmade({ alg: "HS256" }, `{"sub":"a","sub":"b","exp":${payload.exp}}`),
    handmade({ alg: "HS256" }, payload, ""),
    `${good[0]}.${good[1]}.`,
    `${good[0]}.${good[1]}`,
    `${good.join(".")}.x`,
    await unsecured(),
    `${encode({ alg: "None" })}.${claims}.`,
    `${encode({ alg: "none" })}.${good[1]}.${good[2]}`,
    `${encode({ alg: "RS256" })}.${good[1]}.${good[2]}`,
    await mint(proxy.secret, { header: { alg: "HS512" } }),
    await mint(proxy.secret, { header: { kid: "1" } }),
    await mint(proxy.secret, { header: { kid: "../../x" } }),
    await mint(proxy.secret, { header: { kid: "" } }),
    await mint(proxy.secret, { header: { jku: "https://evil.example.com/keys" } }),
    await mint(proxy.secret, { header: { jwk: { kty: "oct", k: "AAAA" } } }),
    await mint(proxy.secret, { header: { x5u: "https://evil.example.com/x" } }),
    `${encode({ alg: "HS256", crit: ["exp"] })}.${good[1]}.${good[2]}`,
    await mint(proxy.secret, { header: { typ: "JWE" } }),
  ]) {
    refused(await ask(`Bearer ${token}`), 401, "unauthorized", token);
  }
  await untouched();
});

it("A4_tampered_and_malleable_tokens", async () => {
  const token = await mint(proxy.secret);
  const parts = token.split(".");
  const padded = ["=", "==", "%0a", "A"].flatMap((more) =>
    parts.map((_, at) => parts.map((part, other) => part + (at === other ? more : "")).join(".")),
  );
  // Rightly signed, but the payload is spelled in another way: with padding, and with bits that mean nothing.
  const respelled = [
    `{"sub":"a","exp":${now() + 600}}`,
    `{"sub":"ab","exp":${now() + 600}}`,
    `{"sub":"abc","exp":${now() + 600}}`,
  ].flatMap((payload) => {
    const [header, body] = handmade({ alg: "HS256" }, payload).split(".");
    const spare = body.length % 4;
    if (spare === 0) return [];
    const other = String.fromCharCode(body.charCodeAt(body.length - 1) + 1);
    return [body + "=".repeat(4 - spare), body.slice(0, -1) + other].map((each) =>
      signed(`${header}.${each}`),
    );
  });
  assert.equal(respelled.length, 4);
  const forged = [
    ...padded,
    ...respelled,
    `${token}=`,
    `${token}A`,
    token.slice(0, -1),
    ` ${token}`,
    token.replace(".", ".."),
    token.replaceAll(".", ""),
  ];
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (let at = token.indexOf(".") + 1; at < token.length; at++) {
    if (token[at] === ".") continue;
    // The neighbour differs in the lowest bit: at the end of the MAC, in a bit that decodes to nothing.
    const other = alphabet[alphabet.indexOf(token[at]) ^ 1];
    forged.push(
      token.slice(0, at) + other + token.slice(at + 1),
      `${token.slice(0, at)} ${token.slice(at)}`,
    );
  }
  for (let from = 0; from < forged.length; from += 50) {
    const answers = await Promise.all(
      forged.slice(from, from + 50).map((each) => ask(`Bearer ${each}`)),
    );
    for (const answer of answers) refused(answer, 401, "unauthorized");
  }
  await untouched();
});

it("A5_time_claims", async () => {
  for (const [code, token] of [
    ["token_expired", { ttlSeconds: -120 }],
    ["unauthorized", { claims: { exp: undefined } }],
    ["unauthorized", { claims: { exp: -1 } }],
    ["unauthorized", { claims: { exp: 1e300 } }],
    ["unauthorized", { claims: { exp: now() + 0.5 } }],
    ["unauthorized", { claims: { nbf: now() + 300 } }],
    ["unauthorized", { claims: { iat: now() + 300 } }],
    ["unauthorized", { ttlSeconds: 3600 }],
    ["unauthorized", { claims: { iat: now() - 600 }, ttlSeconds: 600 }],
  ]) {
    refused(await askWith(token), 401, code, JSON.stringify(token));
  }
  // `jose` refuses to sign these.
  for (const exp of [`"${now() + 60}"`, "1e400", "NaN", "Infinity", "null", "[]", "true"]) {
    refused(
      await ask(`Bearer ${handmade({ alg: "HS256" }, `{"sub":"user-1","exp":${exp}}`)}`),
      401,
      "unauthorized",
      exp,
    );
  }
  for (const token of [
    { ttlSeconds: -30 },
    { claims: { nbf: now() + 30 } },
    { claims: { iat: now() - 60 }, ttlSeconds: 600 },
  ]) {
    assert.equal((await askWith(token)).status, 200, "a clock may be 60 seconds off");
  }
});

it("A6_audience_issuer_subject", async () => {
  for (const claims of [
    { sub: undefined },
    { sub: "" },
    { sub: "x".repeat(129) },
    { sub: "a\u0000b" },
    { sub: "a\nb" },
    { sub: "a\u0085b" },
    { aud: "staging" },
  ]) {
    refused(await askWith({ claims }), 401, "unauthorized", JSON.stringify(claims));
  }
  const options = `{ issuer: "https://id.example.com", audience: "production" }`;
  await withProxy({ options, secret: proxy.secret }, async (own) => {
    const good = { iss: "https://id.example.com", aud: "production" };
    for (const [claims, status] of [
      [good, 200],
      [{ ...good, aud: ["other", "production"] }, 200],
      [{ ...good, aud: "staging" }, 401],
      [{ ...good, aud: undefined }, 401],
      [{ ...good, iss: "https://evil.example.com" }, 401],
      [{ ...good, iss: undefined }, 401],
    ]) {
      assert.equal((await askWith({ claims }, own)).status, status, JSON.stringify(claims));
    }
  });
});

describe("A8_rotation_and_revocation", () => {
  const [older, newer] = [newSecret(), newSecret()];
  const token = (secret, kid, claims) => mint(secret, { header: { kid }, claims });

  it("two secrets are good while both are there, and a dropped one is not", async () => {
    await withProxy(
      { bindings: { SESSION_SECRET: JSON.stringify({ newer, older }) } },
      async (both) => {
        for (const good of [await token(older, "older"), await token(newer, "newer")]) {
          assert.equal((await ask(`Bearer ${good}`, both)).status, 200);
        }
        for (const bad of [
          await token(older, "newer"),
          await token(older, undefined),
          await token(older, "OLDER"),
        ]) {
          refused(await ask(`Bearer ${bad}`, both), 401, "unauthorized");
        }
      },
    );
    await withProxy(
      { bindings: { SESSION_SECRET: JSON.stringify({ newer, "": older }) } },
      async (only) => {
        assert.equal((await ask(`Bearer ${await token(newer, "newer")}`, only)).status, 200);
        assert.equal(
          (await ask(`Bearer ${await token(older, undefined)}`, only)).status,
          200,
          "a single secret's tokens have no name",
        );
        refused(await ask(`Bearer ${await token(older, "older")}`, only), 401, "unauthorized");
      },
    );
  });

  it("the epoch revokes what was signed before it", async () => {
    const bindings = { SESSION_EPOCH: String(now()) };
    await withProxy({ secret: newer, bindings }, async (own) => {
      for (const [claims, status] of [
        [{ iat: now() }, 200],
        [{ iat: now() - 10 }, 401],
        [{}, 401],
      ]) {
        assert.equal(
          (await ask(`Bearer ${await mint(newer, { claims })}`, own)).status,
          status,
          JSON.stringify(claims),
        );
      }
    });
  });

  it("a denylist is asked for each request, and closes the door when it fails", async () => {
    const isRevoked = `(session, env) => {
      if (session.sub === "broken") throw new Error(env.OPENAI_API_KEY);
      if (session.sub === "vague") return 0;
      return session.jti === "revoked";
    }`;
    await withProxy({ secret: newer, options: `{ isRevoked: ${isRevoked} }` }, async (own) => {
      for (const [claims, status, code] of [
        [{ jti: "fine" }, 200],
        [{ jti: "revoked" }, 401, "unauthorized"],
        [{ sub: "broken" }, 503, "check_unavailable"],
        [{ sub: "vague" }, 503, "check_unavailable"],
      ]) {
        const answer = await ask(`Bearer ${await mint(newer, { claims })}`, own);
        if (code) refused(answer, status, code);
        else assert.equal(answer.status, status);
      }
      assert.deepEqual(findCanary(own.key, own.output), []);
    });
    assert.equal((await upstream.requests()).length, 1);
  });
});

it("A9_tokens_of_every_length_are_401", async () => {
  const lengths = [...Array(70).keys()].concat([
    127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 2047, 2048, 4095, 4096, 4097, 8000,
  ]);
  const mac = (await mint(proxy.secret)).split(".");
  const tokens = lengths.flatMap((length) => [
    "a".repeat(length),
    `${mac[0]}.${mac[1]}.${"a".repeat(length)}`,
  ]);
  for (let from = 0; from < tokens.length; from += 50) {
    const answers = await Promise.all(
      tokens.slice(from, from + 50).map((token) => ask(`Bearer ${token}`)),
    );
    for (const answer of answers) refused(answer, 401, "unauthorized");
  }
  await untouched();
});

it("A10_a_401_tells_nothing", async () => {
  const tampered = (await mint(proxy.secret)).replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  const bodies = new Set();
  for (const token of [
    "unknown",
    tampered,
    await mint(newSecret()),
    await mint(newSecret(), { ttlSeconds: -120 }),
    await mint(proxy.secret, { claims: { aud: "x" } }),
    await mint(proxy.secret, { header: { kid: "x" } }),
    await mint(proxy.secret, { ttlSeconds: 3600 }),
  ]) {
    const answer = await ask(`Bearer ${token}`);
    refused(answer, 401, "unauthorized");
    assert.ok(!answer.seen().includes(token.slice(0, 20)));
    bodies.add(answer.text());
  }
  assert.equal(bodies.size, 1);
});

it("A11_a_providers_key_sent_by_a_browser", async () => {
  const key = "sk-proj-OTHER0123456789abcdefghijklmnop";
  const answer = await proxy.send(CHAT, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(QUESTION),
  });
  refused(answer, 401, "unauthorized");
  assert.ok(!answer.seen().includes("OTHER") && !proxy.output.includes("OTHER"));
  await untouched();
});

it("A12_token_bound_to_origin_and_scope", async () => {
  const options = `{ allowedOrigins: ["${PAGE}", "https://b.example.com"], maxOutputTokens: 100 }`;
  await withProxy({ options }, async (own) => {
    const chat = (claims, body = {}, headers = {}) =>
      own.chat({ ...QUESTION, ...body }, { token: { claims }, headers });
    assert.equal((await chat({ origin: PAGE }, {}, { origin: PAGE })).status, 200);
    refused(
      await chat({ origin: PAGE }, {}, { origin: "https://b.example.com" }),
      403,
      "origin_not_allowed",
    );
    refused(await chat({ origin: PAGE }), 403, "origin_not_allowed");
    const models = (headers) => own.models(headers, { claims: { origin: PAGE } });
    assert.equal((await models({ origin: PAGE })).status, 200);
    refused(await models({ origin: "https://b.example.com" }), 403, "origin_not_allowed");

    assert.equal((await chat({ models: [QUESTION.model] })).status, 200);
    refused(await chat({ models: ["another"] }), 403, "model_not_allowed");
    refused(await chat({ models: [] }), 403, "model_not_allowed");

    assert.equal((await chat({ max_tokens: 10 }, { max_tokens: 10 })).status, 200);
    refused(await chat({ max_tokens: 10 }, { max_tokens: 11 }), 403, "max_tokens_not_allowed");
    await upstream.reset();
    await chat({ max_tokens: 10 });
    assert.equal(JSON.parse((await upstream.requests())[0].body).max_tokens, 10);

    // A scope that is none must not be the widest.
    await upstream.reset();
    for (const scope of [
      { origin: null },
      { models: null },
      { max_tokens: null },
      { max_tokens: 0 },
      { origin: [PAGE] },
      { models: QUESTION.model },
      { max_tokens: "10" },
    ]) {
      refused(await chat(scope, {}, { origin: PAGE }), 401, "unauthorized", JSON.stringify(scope));
    }
    await untouched();
  });
});

it("A14_subjects_that_look_alike_are_counted_apart", async () => {
  const settings = {
    options: `{ rateLimits: { subject: "LIMIT" } }`,
    bindings: { LIMIT: { service: "limiter" } },
    services: { limiter: limiter(1) },
  };
  await withProxy(settings, async (own) => {
    const subjects = ["a:b", "a", "b:c", "a:b:c", "\u00e9", "e\u0301", "A", "a ", "sub:a"];
    for (const sub of subjects)
      assert.equal((await own.models({}, { claims: { sub } })).status, 200, sub);
    for (const sub of subjects)
      refused(await own.models({}, { claims: { sub } }), 429, "rate_limited", sub);
  });
});

it("a session token does not reach the upstream", async () => {
  await proxy.models();
  const [record] = await upstream.requests();
  assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
});
