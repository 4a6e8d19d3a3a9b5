// The keyless client on a page of its own with a Content-Security-Policy (threat table, rows C10, C11, C14).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import puppeteer from "puppeteer-core";

import { setting } from "../support/program.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const PAGE = '<!doctype html><title>page</title><script type="module" src="/page.js"></script>';
const SCRIPT = `import * as client from "/pkg/index.js";
globalThis.client = client;
try { eval("globalThis.evaluates = true"); } catch { globalThis.evaluates = false; }`;

let upstream;
let server;
let browser;
let url;
let policy;
before(async () => {
  upstream = await startUpstream();
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const head = { "content-security-policy": policy };
    if (pathname === "/") return response.writeHead(200, { ...head, "content-type": "text/html" }).end(PAGE);
    if (pathname === "/page.js") return response.writeHead(200, { ...head, "content-type": "text/javascript" }).end(SCRIPT);
    try {
      const file = await readFile(join(setting("OPENAI_WASM_PKG"), normalize(pathname.replace(/^\/pkg/, ""))));
      return response.writeHead(200, { ...head, "content-type": TYPES[extname(pathname)] ?? "text/plain" }).end(file);
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/`;
  browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
  server?.close();
  await upstream?.stop();
});
beforeEach(() => upstream.reset());

/** A page under a policy, with what the browser's console complained about. */
async function open(scripts) {
  policy = `default-src 'none'; script-src ${scripts}; connect-src 'self' ${upstream.url}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => globalThis.client !== undefined);
  return { page, close: () => context.close() };
}

/** In the page: asks, and gives what came of it. */
const ask = async (proxyUrl, options) => {
  const { OpenAI, OpenAIError } = globalThis.client;
  const own = new OpenAI({ proxyUrl, token: "session-CANARY", maxRetries: 0, ...options });
  try {
    const stream = await own.chat.completions.create({
      model: "stand-in-ngram-1",
      messages: [{ role: "user", content: "Say this is a test" }],
      stream: true,
    });
    let said = "";
    for await (const text of stream.textStream) said += text;
    return { said };
  } catch (error) {
    return { typed: error instanceof OpenAIError, message: String(error) };
  }
};

test("C14_a page whose policy allows WebAssembly alone can ask", async () => {
  const { page, close } = await open("'self' 'wasm-unsafe-eval'");
  assert.deepEqual(await page.evaluate(ask, upstream.baseUrl), { said: "This is a test!" });
  // The control: the policy holds.
  assert.equal(await page.evaluate(() => globalThis.evaluates), false);
  await close();
});

test("C14_a page whose policy forbids WebAssembly is told so, every time", async () => {
  const { page, close } = await open("'self'");
  for (let round = 0; round < 2; round++) {
    const { typed, message } = await page.evaluate(ask, upstream.baseUrl);
    assert.equal(typed, true, message);
    assert.match(message, /Content-Security-Policy.*'wasm-unsafe-eval'/);
  }
  assert.deepEqual(await upstream.requests(), []);
  await close();
});

test("C10_no cookie and no referrer goes to the proxy, unless cookies are asked for", async () => {
  const { page, close } = await open("'self' 'wasm-unsafe-eval'");
  await page.evaluate(() => (document.cookie = "who=CANARY"));
  assert.deepEqual(await page.evaluate(ask, upstream.baseUrl), { said: "This is a test!" });
  // Without a token no permission is asked for, so the request goes out, whatever becomes of the answer.
  const list = (proxyUrl, credentials) => new globalThis.client.OpenAI({ proxyUrl, maxRetries: 0, credentials }).models.list().then(() => 0, () => 1);
  await page.evaluate(list, upstream.baseUrl, "omit");
  await page.evaluate(list, upstream.baseUrl, "include");
  const records = (await upstream.requests()).filter(({ method }) => method !== "OPTIONS");
  assert.deepEqual(records.map((record) => headerOf(record, "cookie")), [undefined, undefined, "who=CANARY"]);
  assert.deepEqual(records.map((record) => headerOf(record, "referer")), [undefined, undefined, undefined]);
  await close();
});

test("C11_a session leaves nothing in the page's stores, its address or its console", async () => {
  const { page, close } = await open("'self' 'wasm-unsafe-eval'");
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  const kept = () =>
    page.evaluate(async () => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      cookie: document.cookie,
      address: location.href,
      globals: Object.keys(globalThis).filter((name) => typeof globalThis[name] === "string" && globalThis[name].includes("CANARY")),
    }));
  const before = await kept();
  await page.evaluate(ask, upstream.baseUrl);
  await upstream.arm("status=401");
  const { message } = await page.evaluate(ask, upstream.baseUrl);
  assert.doesNotMatch(message, /CANARY/);
  assert.deepEqual(await kept(), before);
  assert.ok(!said.join("\n").includes("CANARY"), said.join("\n"));
  await close();
});
