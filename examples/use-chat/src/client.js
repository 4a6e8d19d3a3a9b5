// The client of this page, whose sessions are earned by a Turnstile challenge.

import OpenAI from "openai-wasm";

/** The site key of your widget; this one is Cloudflare's for trials, which always passes. */
const SITE_KEY = import.meta.env.VITE_TURNSTILE_SITE_KEY ?? "1x00000000000000000000AA";

/** A challenge's token is good once, so each session needs a new one. */
const solved = () =>
  new Promise((resolve, reject) => {
    const widget = globalThis.turnstile.render("#challenge", {
      sitekey: SITE_KEY,
      action: "session",
      callback: (token) => {
        globalThis.turnstile.remove(widget);
        resolve(token);
      },
      "error-callback": reject,
    });
  });

let session;
async function token() {
  if (session && session.expires_at - 60 > Date.now() / 1000) return session.token;
  const response = await fetch("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ turnstile: await solved() }),
  });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  session = await response.json();
  return session.token;
}

export const client = new OpenAI({ proxyUrl: "/v1", token });
