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
  keys = { rs: await generateKeyPair("RS256", { extractable: true }), es: await generateKeyPair("ES256", { extractable: true }), late: await generateKeyPair("ES256"), foreign: await generateKeyPair("ES256") };
  served = [await published("rs", "RS256"), await published("es", "ES256")];
  provider = createServer((_, response) => {
    fetches += 1;
    if (trouble === "html") return response.end("<html>");
    if (trouble === "500") response.statusCode = 500;
    if (trouble === "redirect") return response.writeHead(302, { location: "https://evil.example.com/keys" }).end();
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

const published = async (name, alg) => ({ ...(await exportJWK(keys[name].publicKey)), kid: name, alg, use: "sig" });

const start = (more) =>
  startProxy({
    upstream,
    source: source(`{ url: "http://127.0.0.1:${provider.address().port}/jwks.json", issuer: "${ISSUER}", ${more} }`),
    bundle: { plugins: [jose] },
    bindings: { SESSION_SECRET: null },
  });

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const sign = (name, claims = {}, { header = {}, alg = name === "rs" ? "RS256" : "ES256" } = {}) => {
  const all = { sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 3600, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg, kid: name, ...header }).sign(keys[name].privateKey);
};

const ask = (token, headers = { authorization: `Bearer ${token}` }, to = proxy) =>
  to.send("/v1/chat/completions", { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(QUESTION) });

it("tokens of both kinds open the proxy, and the keys are fetched once", async () => {
  for (const name of ["rs", "es", "rs"]) {
    const answer = await ask(await sign(name));
    assert.equal(answer.status, 200, answer.text());
  }
  assert.equal(fetches, 1);
});

it("A3_confusion_of_keys_and_algorithms", async () => {
  const publicText = await exportSPKI(keys.rs.publicKey);
  const hmac = (key) => new SignJWT({ sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 60 }).setProtectedHeader({ alg: "HS256", kid: "rs" }).sign(new TextEncoder().encode(key));
  for (const token of [
    new UnsecuredJWT({ sub: "user-1", iss: ISSUER, aud: AUDIENCE, exp: now() + 60 }).encode(),
    await hmac(publicText),
    await hmac(JSON.stringify(served[0])),
    await sign("foreign", {}, { header: { kid: "es" } }),
    await sign("es", {}, { header: { jku: "https://evil.example.com/keys" } }),
    await sign("foreign", {}, { header: { kid: "es", jwk: await exportJWK(keys.foreign.publicKey) } }),
    await sign("es", {}, { header: { kid: "rs" } }),
    (await sign("es")).replace(/.$/, (last) => (last === "A" ? "Q" : "A")),
    // The same signature in another spelling: these bits mean nothing.
    (await sign("es")).replace(/.$/, (last) => ALPHABET[ALPHABET.indexOf(last) + 1]),
    "a.b.c", "x", "",
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

it("an unknown key makes the keys be fetched anew, and not each time", async () => {
  const own = await start(`audience: "${AUDIENCE}"`);
  try {
    fetches = 0;
    assert.equal((await ask(await sign("es"), undefined, own)).status, 200);
    for (let round = 0; round < 10; round++) {
      refused(await ask(await sign("late"), undefined, own), 401, "unauthorized");
      refused(await ask(await sign("es", {}, { header: { kid: "../../x" } }), undefined, own), 401, "unauthorized");
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
  const own = await start(`authorizedParties: ["https://app.example.com"], header: "cf-access-jwt-assertion", algorithms: ["ES256"]`);
  try {
    const party = { aud: null, azp: "https://app.example.com" };
    const assertion = async (...token) => ({ "cf-access-jwt-assertion": await sign(...token) });
    assert.equal((await ask("", await assertion("es", party), own)).status, 200);
    refused(await ask("", await assertion("es", { ...party, azp: "https://evil.example.com" }), own), 401, "unauthorized");
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
    [`{ url: "https://id.example.com/k", issuer: "i", audience: "a", algorithms: ["HS256"] }`, "algorithms[0]"],
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
