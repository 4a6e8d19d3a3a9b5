// A page of one's own in Chromium, on an origin of its own, with the packed client beside it.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import puppeteer from "puppeteer-core";

import { setting } from "../support/program.mjs";

const TYPES = { ".js": "text/javascript" };
const PAGE = '<!doctype html><title>page</title><script type="module" src="/page.js"></script>';

/** A page's script with the clients of others that it imports; what it imports from `/pkg/` stays a file of its own. */
export async function bundled(script) {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    external: ["/pkg/*"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/**
 * Serves a page whose only script is `script`, with the packed client under `/pkg/`, and starts Chromium.
 *
 * @param head gives the headers of its answers
 */
export async function startHost(script, head = () => ({})) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const answer = (type, body) =>
      response.writeHead(200, { ...head(), "content-type": type }).end(body);
    if (pathname === "/") return answer("text/html", PAGE);
    if (pathname === "/page.js") return answer("text/javascript", script);
    try {
      const file = await readFile(
        join(setting("OPENAI_WASM_PKG"), normalize(pathname.replace(/^\/pkg/, ""))),
      );
      return answer(TYPES[extname(pathname)] ?? "text/plain", file);
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    /** The page in a fresh profile, once its script has set the global `ready`. */
    async open(ready) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      await page.waitForFunction((name) => globalThis[name] !== undefined, {}, ready);
      return { page, close: () => context.close() };
    },
    async stop() {
      await browser.close();
      server.close();
    },
  };
}
