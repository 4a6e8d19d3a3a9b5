// The server's half. The page's files are in public/; these paths come here:
//
//   POST /session   who are you? → a session token for 15 minutes
//   /v1/*           the proxy: the OpenAI API, with the session token in the key's place

import { createProxy, signSessionToken } from "openai-wasm/proxy";
import { userOf } from "./login.js";

export { BudgetLedger } from "openai-wasm/durable";

const proxy = createProxy({
  // What the page may ask for. The model's name is in public/chat.js, too.
  models: ["gpt-5-nano"],
  maxOutputTokens: 2048,
  // What it may cost, in US dollars.
  budget: {
    binding: "BUDGET",
    limits: [
      { per: "subject", window: "day", usd: 0.5 },
      { per: "everyone", window: "month", usd: 10 },
    ],
  },
  rateLimits: { subject: "SUBJECT_LIMIT" },
});

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/")) return proxy.fetch(request, env, ctx);
    if (pathname !== "/session") return refuse(404, "There is nothing here.");
    if (request.method !== "POST") return refuse(405, "POST only.", { allow: "POST" });
    return session(request, env);
  },
};

async function session(request, env) {
  try {
    const { user, refusal } = await userOf(request, env);
    if (!user) return refuse(refusal.status, refusal.message);
    return json({ token: await signSessionToken({ secret: env.SESSION_SECRET, sub: user.id }) });
  } catch (error) {
    // What is missing is for the operator's log, not for the caller.
    console.error("no session:", error.message);
    return refuse(503, "The server is not configured. Its log says what is missing.");
  }
}

const json = (body, { status = 200, headers } = {}) =>
  Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });

const refuse = (status, message, headers) => json({ error: { message } }, { status, headers });
