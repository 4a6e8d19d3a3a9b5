// A page's server on this machine: the proxy under /v1, sessions for everybody, a folder's files, and where the
// page reports.

import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

import { newCanary } from "./canary.mjs";
import { serve } from "./ask/node.mjs";
import { setting } from "./program.mjs";
import { newSecret } from "./tokens.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
};

/**
 * @param upstream the stand-in
 * @param folder of the page's files
 * @param origins of pages elsewhere that may ask
 * @param head gives the headers of the files' answers
 * @param rewrite is called with a file's path and bytes
 */
export async function startFront({
  upstream,
  folder,
  origins = [],
  head = () => ({}),
  rewrite = (_, bytes) => bytes,
}) {
  const { createProxy, signSessionToken } = await import(
    pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/proxy.node.js")).href
  );
  const env = secrets(upstream);
  const proxy = createProxy({
    routes: ["models", "audio.transcriptions"],
    models: "*",
    allowedOrigins: origins,
  });
  const newToken = () => signSessionToken({ secret: env.SESSION_SECRET, sub: "a visitor" });
  const reports = [];
  const waiting = [];

  const server = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/")) return proxy.fetch(request, env);
    if (pathname === "/session") return Response.json({ token: await newToken() });
    if (pathname === "/report") {
      const headers = { "access-control-allow-origin": "*" };
      const report = await request.json();
      const next = waiting.shift();
      if (next) next(report);
      else reports.push(report);
      return new Response(null, { status: 204, headers });
    }
    const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    try {
      const bytes = await readFile(join(folder, path));
      return new Response(rewrite(path, bytes), {
        headers: { ...head(), "content-type": TYPES[extname(path)] ?? "application/octet-stream" },
      });
    } catch {
      return new Response("Not Found", { status: 404 });
    }
  });

  return {
    url: server.url,
    close: server.close,
    /** What a page's address needs behind its `?`; `proxy` is another one's URL with its token. */
    async query({ proxy = `${server.url}/v1`, token } = {}) {
      token ??= await newToken();
      return new URLSearchParams({ proxy, token, report: `${server.url}/report` }).toString();
    },
    /** Resolves with the next report, parsed. */
    report: () =>
      reports.length > 0
        ? Promise.resolve(reports.shift())
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

/** What a proxy reads from its environment. */
export const secrets = (upstream) => ({
  OPENAI_API_KEY: newCanary(),
  SESSION_SECRET: newSecret(),
  OPENAI_BASE_URL: upstream.baseUrl,
});
