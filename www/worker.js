// The demo's Worker: the page, the proxy behind it, and a session for whoever opens the page.
//
// LOCAL DEMO ONLY. `POST /session` asks nothing of its caller: anybody who reaches it may spend your
// API key. Here that is bearable because the Worker listens on this machine alone, and so the route
// answers to no other host. A public deployment must put a guard in its place, which knows its callers
// before it signs anything: a login session, a Turnstile check, a rate limit for each of them.

import { env } from "cloudflare:workers";
import { createProxy, signSessionToken } from "openai-wasm/proxy";
import { FAULTS } from "./faults.js";
import { CONTENT_SECURITY_POLICY } from "./policy.js";
import { STAND_IN_PRICES } from "./prices.js";

export { BudgetLedger, StreamLog } from "openai-wasm/durable";

const SESSION_SECONDS = 15 * 60;
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

// A budget refuses models without a price, so a server of one's own gets none: then BUDGET is not bound.
const budget = env.BUDGET && {
  binding: "BUDGET",
  limits: [{ per: "subject", window: "day", usd: Number(env.USD_A_DAY ?? 1) }],
  prices: Object.fromEntries(
    Object.entries(STAND_IN_PRICES).map(([model, price]) => [
      model,
      { ...price, reasoning: false },
    ]),
  ),
};

// Every model of the server that the demo was started for, and the list of them. That server may be one
// on this machine, whose key is a word.
const proxy = createProxy({
  models: "*",
  routes: ["models"],
  allowShortKey: true,
  allowParams: ["top_logprobs"],
  budget,
  // A reload reads a half-read answer on. Tests wait less until one that nobody reads ends.
  resumable: { binding: "STREAMS", graceMs: Number(env.GRACE_MS ?? 60_000) },
});

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname === "/v1" || url.pathname.startsWith("/v1/"))
      return proxy.fetch(request, env, ctx);
    if (url.pathname === "/session") return session(request, url, env);
    if (url.pathname === "/fault") return fault(request, url, env);
    return page(request, url, env);
  },
};

/**
 * A signed token that the proxy accepts for a quarter of an hour, and whether there is a budget and a stand-in
 * whose answers can be made to break. `expires_at` is in seconds since 1970.
 */
async function session(request, url, env) {
  const refused = refusedAsForeign(request, url);
  if (refused) return refused;
  let token;
  try {
    token = await signSessionToken({
      secret: env.SESSION_SECRET,
      // The budget is this machine's: a reload must not begin a new one.
      sub: "demo",
      ttlSeconds: SESSION_SECONDS,
    });
  } catch {
    // The reason may concern the secret; it is nobody's business out there.
    return refusal(
      503,
      "The demo cannot sign sessions: its SESSION_SECRET is missing or weak.",
      "not_configured",
    );
  }
  const expiresAt = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
  const offers = { budget: budget !== undefined, faults: env.STAND_IN_URL !== undefined };
  return json({ token, expires_at: expiresAt, ...offers }, { status: 200 });
}

/** Makes the stand-in's next answer break in one of the ways of faults.js. */
async function fault(request, url, env) {
  const refused = refusedAsForeign(request, url);
  if (refused) return refused;
  const { fault: name } = await request.json().catch(() => ({}));
  if (!env.STAND_IN_URL || !Object.hasOwn(FAULTS, name)) {
    return refusal(404, "There is no such fault, or no stand-in that has it.", "not_found");
  }
  const answer = await fetch(`${env.STAND_IN_URL}/__control/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ faults: FAULTS[name].faults, path: "/v1/chat" }),
  });
  return answer.ok
    ? json({ fault: name }, { status: 200 })
    : refusal(502, "The stand-in did not take the fault.", "stand_in_failed");
}

/** What a caller gets that is not this page on this machine, or that does not POST. */
function refusedAsForeign(request, url) {
  if (request.method !== "POST") {
    return refusal(405, "This is asked by POST.", "method_not_allowed", { allow: "POST" });
  }
  if (isLocal(url) && fromHere(request, url)) return undefined;
  return refusal(403, "This demo serves its own page on this machine only.", "not_local");
}

/** The Host header decides the URL's host, so a name that was rebound to this machine is refused. */
const isLocal = ({ hostname }) => LOCAL_HOSTS.has(hostname);

/** Browsers name the origin of every POST; a page of another one gets nothing. */
function fromHere(request, url) {
  const origin = request.headers.get("origin");
  return origin === null || origin === url.origin;
}

async function page(request, url, env) {
  const found = await env.ASSETS.fetch(request);
  const response = new Response(found.body, found);
  const { headers } = response;
  headers.set("content-security-policy", `${CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-opener-policy", "same-origin");
  // Vite names a file in assets/ by its content, so such a file never changes.
  const immutable = found.ok && url.pathname.startsWith("/assets/");
  headers.set("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

const json = (body, { status, headers }) =>
  Response.json(body, {
    status,
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
  });

const refusal = (status, message, code, headers) =>
  json(
    { error: { message, type: "invalid_request_error", code, param: null } },
    { status, headers },
  );
