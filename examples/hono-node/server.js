// The proxy on Node.js, without Workers: page, session endpoint and proxy at one address. A page from this server
// needs no bundler. Budgets and resumable streams need Cloudflare's Durable Objects; everything else works here.

import { readFile } from "node:fs/promises";

import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { createProxy, signSessionToken } from "openai-wasm/proxy";

const proxy = createProxy({ models: ["gpt-5-nano"], maxOutputTokens: 2048 });
const client = await readFile(new URL(import.meta.resolve("openai-wasm/openai-wasm.min.js")));

const app = new Hono();

app.post("/session", async ({ req, json }) => {
  const user = userOf(req.raw);
  if (!user) return json({ error: { message: "Log in first." } }, 401);
  const token = await signSessionToken({ secret: process.env.SESSION_SECRET, sub: user.id });
  return json({ token }, 200, { "cache-control": "no-store" });
});

app.all("/v1/*", ({ req }) => proxy.fetch(req.raw, process.env));

// What the pages import.
app.get("/vendor/openai-wasm.min.js", ({ body }) =>
  body(client, 200, { "content-type": "text/javascript" }),
);
app.use("*", serveStatic({ root: "./public" }));

serve(
  { fetch: app.fetch, hostname: "localhost", port: Number(process.env.PORT ?? 3000) },
  ({ port }) => console.log(`http://localhost:${port}`),
);

/** Yours: who is asking? With LOGIN=none everybody is let in, which is for trying it out on your machine. */
function userOf(_request) {
  return process.env.LOGIN === "none" ? { id: "local" } : undefined;
}
