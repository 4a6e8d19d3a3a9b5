// Callers with a token of an identity provider (threat table, rows A2 to A6 and A8 to A10 for keys that
// somebody else holds). The test is the provider.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";

import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";

import { jose } from "../support/bundle.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { startUpstream } from "../support/upstream.mjs";

const ISSUER = "https://id.example.com/";
const AUDIENCE = "the proxy";
const now = () => Math.floor(Date.now() / 1000);

const source = (options) => `
import { createProxy } from "openai-wasm/proxy";
import { authenticateByJwks } from "openai-wasm/jwks";
const authenticate = authenticateByJwks(${options});
export default createProxy({ authenticate, models: "*" });`;

let upstream;
let provider;
let keys;
let proxy;
let served;
let trouble;
let fetches = 0;
before(async () => {
  upstream = await startUpstream();
  keys = {
    rs: await generateKeyPair("RS256", { extractable: true }),
    es: await generateKeyPair("ES256", { extractable: true }),
    late: await generateKeyPair("ES256"),
    foreign: await generateKeyPair("ES256"),
  };
  served = [await published("rs", "RS256"), await published("es", "ES256")];
  provider = createServer((_, response) => {
    fetches += 1;
    if (trouble === "html") return response.end("<html>");
    if (trouble === "500") response.statusCode = 500;
    if (trouble === "redirect")
      return response.writeHead(302, { location: "https://evil.example.com/keys" }).end();
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ keys: served }));
  });
  await new Promise((resolve) => provider.listen(0, "127.0.0.1", resolve));
  proxy = await start(`audience: ${JSON.stringify(AUDIENCE)}`);
});
after(async () => {
  provider?.close();
  await Promise.all([proxy?.stop(), upstream?.stop()]);
});
beforeEach(() => {
  trouble = undefined;
  return upstream.reset();
});

const published = async (name, alg) => ({
  ...(await exportJWK(keys[name].publicKey)),
  kid: name,
  alg,
  use: "sig",
});

const start = (more) =>
  startProxy({
    upstream,
    source: source(
      `{ url: "http://127.0.0.1:${provider.address().port}/jwks.json", issuer: "${ISSUER}", ${more} }`,
    ),
    bundle: { plugins: [jose] },
    bindings: { SESSION_SECRET: null },
  });

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const sign = (name, claims = {}, { header = {}, alg = name === "rs" ? "RS256" : "ES256" } = {}) => {
  const all = { sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 3600, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg, kid: name, ...header })
    .sign(keys[name].privateKey);
};

const ask = (token, headers = { authorization: `Bearer ${token}` }, to = proxy) =>
  to.send("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(QUESTION),
  });

it("tokens of both kinds open the proxy, and the keys are fetched once", async () => {
  for (const name of ["rs", "es", "rs"]) {
    const answer = await ask(await sign(name));
    assert.equal(answer.status, 200, answer.text());
  }
  assert.equal(fetches, 1);
});

it("A3_confusion_of_keys_and_algorithms", async () => {
  const publicText = await exportSPKI(keys.rs.publicKey);
  const hmac = (key) =>
    new SignJWT({ sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 60 })
      .setProtectedHeader({ alg: "HS256", kid: "rs" })
      .sign(new TextEncoder().encode(key));
  for (const token of [
    new UnsecuredJWT({ sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 60 }).encode(),
    await hmac(publicText),
    await hmac(JSON.stringify(served[0])),
    await sign("foreign", {}, { header: { kid: "es" } }),
    await sign("es", {}, { header: { jku: "https://evil.example.com/keys" } }),
    await sign(
      "foreign",
      {},
      { header: { kid: "es", jwk: await exportJWK(keys.foreign.publicKey) } },
    ),
    await sign("es", {}, { header: { kid: "rs" } }),
    (await sign("es")).replace(/.$/, (last) => (last === "A" ? "Q" : "A")),
    // The same signature in another spelling: these bits mean nothing.
    (await sign("es")).replace(/.$/, (last) => ALPHABET[ALPHABET.indexOf(last) + 1]),
    "a.b.c",
    "x",
    "",
  ]) {
    refused(await ask(token), 401, "unauthorized", token);
  }
  assert.deepEqual(await upstream.requests(), []);
});

it("A5_A6_claims", async () => {
  for (const [claims, code] of [
    [{ exp: now() - 120 }, "token_expired"],
    [{ exp: null }, "unauthorized"],
    [{ exp: "soon" }, "unauthorized"],
    [{ nbf: now() + 300 }, "unauthorized"],
    [{ iss: "https://evil.example.com/" }, "unauthorized"],
    [{ iss: ISSUER.slice(0, -1) }, "unauthorized"],
    [{ aud: "staging" }, "unauthorized"],
    [{ aud: null }, "unauthorized"],
    [{ sub: null }, "unauthorized"],
    [{ sub: "" }, "unauthorized"],
    [{ sub: "x".repeat(129) }, "unauthorized"],
    [{ sub: "a\nb" }, "unauthorized"],
  ]) {
    refused(await ask(await sign("es", claims)), 401, code, JSON.stringify(claims));
  }
});

it("tokens as Auth0, Clerk, Firebase, Supabase and Cloudflare Access make them open the proxy, and others of theirs do not", async () => {
  const page = "https://app.example.com";
  const times = { iat: now(), exp: now() + 3600 };
  for (const [name, { path, options, claims, header, key, bare, wrong }] of Object.entries({
    Auth0: {
      path: "/.well-known/jwks.json",
      options: {
        issuer: "https://my-tenant.eu.auth0.com/",
        audience: "https://my-proxy.example.com",
      },
      claims: {
        sub: "auth0|5f7c8ec7c33c6c004bbafe82",
        aud: ["https://my-proxy.example.com", "https://my-tenant.eu.auth0.com/userinfo"],
        azp: "client",
        scope: "openid",
      },
      header: { typ: "at+jwt" },
      key: { x5t: "NzJ", x5c: ["MIIC"] },
      wrong: { aud: ["https://my-tenant.eu.auth0.com/userinfo"] },
    },
    Clerk: {
      path: "/.well-known/jwks.json",
      options: { issuer: "https://clerk.example.com", authorizedParties: [page] },
      claims: {
        sub: "user_2abc",
        aud: undefined,
        azp: page,
        nbf: now() - 10,
        sid: "sess_x",
        sts: "active",
        v: 2,
        fva: [0, -1],
      },
      header: { typ: "JWT", cat: "cl_B7d4PD111AAA" },
      wrong: { azp: "https://evil.example.com" },
    },
    Firebase: {
      path: "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
      options: { issuer: "https://securetoken.google.com/my-project", audience: "my-project" },
      claims: {
        sub: "Uid28",
        user_id: "Uid28",
        aud: "my-project",
        auth_time: now(),
        firebase: { identities: {}, sign_in_provider: "anonymous" },
      },
      header: { typ: "JWT" },
      wrong: { aud: "another-project" },
    },
    Supabase: {
      path: "/auth/v1/.well-known/jwks.json",
      options: { issuer: "https://x.supabase.co/auth/v1", audience: "authenticated" },
      claims: {
        sub: "3f2b1c2e",
        aud: "authenticated",
        role: "authenticated",
        aal: "aal1",
        is_anonymous: false,
      },
      header: { typ: "JWT" },
      key: { name: "es", key_ops: ["verify"], ext: true },
      wrong: { aud: "anon" },
    },
    "Cloudflare Access": {
      path: "/cdn-cgi/access/certs",
      options: {
        issuer: "https://team.cloudflareaccess.com",
        audience: "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2",
        header: "cf-access-jwt-assertion",
      },
      claims: {
        sub: "7335d417-61da-459d-899c-0a01c76a2f94",
        aud: ["4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"],
        type: "app",
        email: "a@b.example",
        identity_nonce: "x",
      },
      header: {},
      key: { alg: undefined, use: undefined },
      bare: true,
      wrong: { sub: "", common_name: "service.access" },
    },
  })) {
    const { name: pair = "rs", ...more } = key ?? {};
    const before = served;
    served = [
      { ...(await published("es", "ES256")), kid: "older" },
      { ...(await published(pair, pair === "rs" ? "RS256" : "ES256")), ...more },
    ];
    const url = `http://127.0.0.1:${provider.address().port}${path}`;
    const own = await startProxy({
      upstream,
      source: source(JSON.stringify({ url, ...options })),
      bundle: { plugins: [jose] },
      bindings: { SESSION_SECRET: null },
    });
    try {
      const token = (changes) =>
        sign(pair, { iss: options.issuer, ...times, ...claims, ...changes }, { header });
      const send = (text) => ask(text, bare ? { "cf-access-jwt-assertion": text } : undefined, own);
      assert.equal((await send(await token())).status, 200, name);
      for (const changes of [
        wrong,
        { iss: `${options.issuer}x` },
        { exp: undefined },
        { sub: undefined },
      ]) {
        refused(
          await send(await token(changes)),
          401,
          "unauthorized",
          `${name}: ${JSON.stringify(changes)}`,
        );
      }
      refused(
        await send(await token({ iat: now() - 7200, exp: now() - 3600 })),
        401,
        "token_expired",
        name,
      );
      assert.equal((await upstream.requests()).length, 1, name);
    } finally {
      served = before;
      await own.stop();
      await upstream.reset();
    }
  }
});

it("an unknown key makes the keys be fetched anew, and not each time", async () => {
  const own = await start(`audience: "${AUDIENCE}"`);
  try {
    fetches = 0;
    assert.equal((await ask(await sign("es"), undefined, own)).status, 200);
    for (let round = 0; round < 10; round++) {
      refused(await ask(await sign("late"), undefined, own), 401, "unauthorized");
      refused(
        await ask(await sign("es", {}, { header: { kid: "../../x" } }), undefined, own),
        401,
        "unauthorized",
      );
    }
    assert.ok(fetches <= 2, `${fetches} fetches`);
    assert.equal((await ask(await sign("es"), undefined, own)).status, 200);
  } finally {
    await own.stop();
  }
});

it("a provider that cannot be asked closes the door", async () => {
  for (const each of ["500", "html", "redirect"]) {
    const own = await start(`audience: "${AUDIENCE}"`);
    try {
      trouble = each;
      refused(await ask(await sign("es"), undefined, own), 503, "check_unavailable", each);
      assert.deepEqual(await upstream.requests(), []);
    } finally {
      await own.stop();
    }
  }
});

it("a header of its own, and parties in the place of an audience", async () => {
  const own = await start(
    `authorizedParties: ["https://app.example.com"], header: "cf-access-jwt-assertion", algorithms: ["ES256"]`,
  );
  try {
    const party = { aud: null, azp: "https://app.example.com" };
    const assertion = async (...token) => ({ "cf-access-jwt-assertion": await sign(...token) });
    assert.equal((await ask("", await assertion("es", party), own)).status, 200);
    refused(
      await ask("", await assertion("es", { ...party, azp: "https://evil.example.com" }), own),
      401,
      "unauthorized",
    );
    refused(await ask("", await assertion("es", { aud: null }), own), 401, "unauthorized");
    refused(await ask("", await assertion("rs", party), own), 401, "unauthorized");
    refused(await ask(await sign("es", party), undefined, own), 401, "unauthorized");
  } finally {
    await own.stop();
  }
});

it("an option that would leave the door open is refused by its name", async () => {
  for (const [options, option] of [
    [`{ issuer: "i", audience: "a" }`, "url"],
    [`{ url: "http://id.example.com/k", issuer: "i", audience: "a" }`, "url"],
    [`{ url: "https://id.example.com/k", audience: "a" }`, "issuer"],
    [`{ url: "https://id.example.com/k", issuer: "i" }`, "audience"],
    [
      `{ url: "https://id.example.com/k", issuer: "i", audience: "a", algorithms: ["HS256"] }`,
      "algorithms[0]",
    ],
    [
      `{ url: "https://id.example.com/k", issuer: "i", audience: "a", algorithms: [] }`,
      "algorithms",
    ],
    [
      `{ url: "https://id.example.com/k", issuer: "i", authorizedParties: [] }`,
      "authorizedParties",
    ],
    [`{ url: "https://id.example.com/k", issuer: "i", audience: ["a"] }`, "audience"],
    [`{ url: "https://id.example.com/k", issuer: "i", audience: "a", header: "a b" }`, "header"],
    [`{ url: "https://id.example.com/k", issuer: "i", audience: "a", secret: "x" }`, "secret"],
  ]) {
    const text = `
import { authenticateByJwks } from "openai-wasm/jwks";
let named;
try { authenticateByJwks(${options}); } catch (error) { named = error.option; }
export default { fetch: () => new Response(named) };`;
    const own = await startProxy({ upstream, source: text, bundle: { plugins: [jose] } });
    try {
      assert.equal((await own.send("/", {})).text(), option, options);
    } finally {
      await own.stop();
    }
  }
});
