// A Worker that holds the key.
//
//   POST /session   an access code → a session token for 15 minutes
//   /v1/*           the proxy: any OpenAI-compatible client works here with the token in the key's place
//   POST /title     a route of our own, which asks the model itself

import OpenAI from "openai-wasm/edge";
import { createProxy, signSessionToken, verifySessionToken } from "openai-wasm/proxy";

const proxy = createProxy({
  // Which models callers may name stands in wrangler.jsonc: OPENAI_MODELS. Here they may list them, too.
  routes: ["models"],
  // Pages of other origins that may use the proxy. A page that this Worker serves needs no entry.
  allowedOrigins: [],
});

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/")) return proxy.fetch(request, env, ctx);
    if (pathname === "/session" || pathname === "/title") {
      if (request.method !== "POST")
        return refuse(405, "method_not_allowed", "POST only.", { allow: "POST" });
      return pathname === "/session" ? session(request, env) : title(request, env);
    }
    return refuse(404, "not_found", "There is nothing here.");
  },
};

/**
 * Signs a session token, for whoever knows the access code. Put your own guard here: a login session, a
 * Turnstile check. What must not be here is no guard: then everybody could spend your key.
 */
async function session(request, env) {
  if (!env.SESSION_LIMIT || !(env.ACCESS_CODE?.length >= 16))
    return notConfigured("SESSION_LIMIT or ACCESS_CODE");
  const caller = request.headers.get("cf-connecting-ip") ?? "unknown";
  const { success } = await env.SESSION_LIMIT.limit({ key: caller });
  if (!success)
    return refuse(429, "rate_limited", "Too many attempts. Wait a minute.", {
      "retry-after": "60",
    });

  const { code } = (await jsonOf(request)) ?? {};
  if (typeof code !== "string" || !(await same(code, env.ACCESS_CODE))) {
    return refuse(401, "unauthorized", "The access code is wrong.");
  }
  try {
    const token = await signSessionToken({ secret: env.SESSION_SECRET, sub: crypto.randomUUID() });
    return json({ token });
  } catch {
    return notConfigured("SESSION_SECRET");
  }
}

/** A short title for a text. The prompt, the model and the limits are ours; the caller gives only the text. */
async function title(request, env) {
  let caller;
  try {
    caller = await verifySessionToken({
      secret: env.SESSION_SECRET,
      authorization: request.headers.get("authorization"),
    });
  } catch {
    return notConfigured("SESSION_SECRET");
  }
  if (!caller)
    return refuse(401, "unauthorized", "A session token is required.", {
      "www-authenticate": "Bearer",
    });
  const { text } = (await jsonOf(request)) ?? {};
  if (typeof text !== "string" || text.length > 8000) {
    return refuse(400, "invalid_text", "`text` must be a string of at most 8000 characters.");
  }
  if (!env.OPENAI_API_KEY) return notConfigured("OPENAI_API_KEY");

  const client = new OpenAI({ apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL });
  try {
    const completion = await client.chat.completions.create(
      {
        model: env.MODEL,
        max_tokens: 20,
        messages: [
          { role: "system", content: "Give a title of at most six words for the user's text." },
          { role: "user", content: text },
        ],
      },
      { signal: request.signal },
    );
    return json({ title: completion.choices[0].message.content });
  } catch (error) {
    // The error may speak of the key's account: that is for the log, not for the caller.
    console.error("the model did not answer:", error.name, error.status);
    return refuse(502, "upstream_error", "The model did not answer.");
  }
}

/** Compares in a time that does not depend on where the texts differ. */
async function same(a, b) {
  const digest = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}

/** The body, if it is a JSON object. */
async function jsonOf(request) {
  const body = await request.json().catch(() => undefined);
  return typeof body === "object" && body !== null ? body : undefined;
}

const notConfigured = (what) => {
  console.error(`not configured: ${what} is missing or weak`);
  return refuse(503, "misconfigured", "The Worker is not configured.");
};

const json = (body, { status = 200, headers } = {}) =>
  Response.json(body, {
    status,
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
  });

const refuse = (status, code, message, headers) =>
  json(
    { error: { message, type: "invalid_request_error", code, param: null } },
    { status, headers },
  );
