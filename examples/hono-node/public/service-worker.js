// The client in a service worker. The single file needs no import(), which service workers forbid.

import OpenAI from "/vendor/openai-wasm.min.js";

const client = new OpenAI({ proxyUrl: "/v1", token: sessionToken });

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "POST" && pathname === "/ask")
    event.respondWith(answer(event.request));
});

async function answer(request) {
  try {
    const stream = await client.chat.completions.create({
      model: "gpt-5-nano",
      messages: [{ role: "user", content: await request.text() }],
      stream: true,
    });
    // A page that stops reading ends the stream, and the model with it.
    return new Response(stream.toTextStream());
  } catch (error) {
    return new Response(error.message, { status: 502 });
  }
}

async function sessionToken() {
  const response = await fetch("/session", { method: "POST" });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  return (await response.json()).token;
}
