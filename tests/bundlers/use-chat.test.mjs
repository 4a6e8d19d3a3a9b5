// examples/use-chat as it stands: built by Vite, served as a static page beside its Worker in workerd, and
// used in Chromium. A stand-in plays the Turnstile widget and the address that verifies its tokens.

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import puppeteer from "puppeteer-core";

import { bundleWorker } from "../support/bundle.mjs";
import { newCanary } from "../support/canary.mjs";
import { limiter } from "../support/limiter.mjs";
import { EXAMPLE_MODEL } from "../support/model.mjs";
import { setting } from "../support/program.mjs";
import { newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const EXAMPLE = new URL("../../examples/use-chat/", import.meta.url);
const TOOLS = fileURLToPath(new URL("../node_modules", import.meta.url));
const MODEL = "stand-in-ngram-1";
const PROOF = "a-solved-challenge";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

let upstream;
let verifier;
let worker;
let front;
let browser;
let folder;
const key = newCanary();
before(async () => {
  upstream = await startUpstream();
  verifier = await startWorkerd({
    modules: [
      {
        name: "verify.js",
        esModule: `export default { async fetch(request) {
          const { response } = await request.json();
          const success = response === ${JSON.stringify(PROOF)};
          return Response.json({ success, hostname: "localhost", action: "session", "error-codes": [] });
        } };`,
      },
    ],
  });
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-use-chat-"));
  await cp(EXAMPLE, folder, { recursive: true });
  await mkdir(join(folder, "node_modules"));
  for (const name of await readdir(TOOLS))
    if (!name.startsWith(".")) await symlink(join(TOOLS, name), join(folder, "node_modules", name));
  await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules", "openai-wasm"));

  const vite = createRequire(new URL("vite/package.json", import.meta.url)).resolve("vite");
  const { build } = await import(pathToFileURL(vite).href);
  await build({ root: folder, logLevel: "silent", plugins: [named(/\.jsx$/)] });

  const source = (await readFile(new URL("worker/index.js", EXAMPLE), "utf8"))
    .replace(
      "anonymousSessions: { ",
      `anonymousSessions: { verifyUrl: ${JSON.stringify(`${verifier.url}/siteverify`)}, `,
    )
    .replace(JSON.stringify(EXAMPLE_MODEL), JSON.stringify(MODEL));
  const config = (await readFile(new URL("wrangler.jsonc", EXAMPLE), "utf8")).replace(
    /^\s*\/\/.*$/gm,
    "",
  );
  const { ratelimits, compatibility_flags: compatibilityFlags } = JSON.parse(config);
  assert.deepEqual(compatibilityFlags, ["enable_request_signal"]);
  const services = {};
  const bound = {};
  for (const { name, simple } of ratelimits) {
    services[name.toLowerCase()] = limiter(simple.limit);
    bound[name] = { service: name.toLowerCase() };
  }
  worker = await startWorkerd(
    {
      modules: await bundleWorker(source),
      bindings: {
        ...{ OPENAI_API_KEY: key, SESSION_SECRET: newSecret(), TURNSTILE_SECRET: newSecret() },
        OPENAI_BASE_URL: upstream.baseUrl,
        ...bound,
      },
    },
    { services },
  );
  front = await startPage(join(folder, "dist"), worker.url);
  browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
  });
});
after(async () => {
  await browser?.close();
  front?.server.close();
  await Promise.all([worker?.stop(), verifier?.stop(), upstream?.stop()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** The stand-in's model in the place of the example's. */
const named = (files) => ({
  name: "stand-in-model",
  enforce: "pre",
  transform: (code, id) =>
    files.test(id) ? code.replace(JSON.stringify(EXAMPLE_MODEL), JSON.stringify(MODEL)) : undefined,
});

/** What `assets` with `run_worker_first` does: the page's files, and the Worker for the proxy's paths. */
async function startPage(dist, to) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    asked.push(`${request.method} ${pathname}`);
    if (pathname.startsWith("/v1/") || pathname === "/session") {
      const headers = { ...request.headers, "cf-connecting-ip": "192.0.2.1" };
      const own = ask(to + request.url, { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      response.on("close", () => own.destroy());
      own.on("error", () => response.destroy());
      request.pipe(own);
      return;
    }
    const file = pathname === "/" ? "index.html" : pathname.slice(1);
    try {
      const body = await readFile(join(dist, file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return { server, asked, url: `http://localhost:${server.address().port}/` };
}

/** The page, with a widget in the place of Cloudflare's. */
async function open() {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument((proof) => {
    globalThis.turnstile = {
      render(_, { callback, action }) {
        queueMicrotask(() => callback(action === "session" ? proof : "other"));
        return "widget";
      },
      remove() {},
    };
  }, PROOF);
  await page.setRequestInterception(true);
  page.on("request", (request) =>
    request.url().startsWith(front.url) ? request.continue() : request.abort(),
  );
  await page.goto(front.url);
  return page;
}

async function say(page, text) {
  const answers = await page.$$eval("[data-role=assistant] p", (all) => all.length);
  await page.waitForSelector("input");
  await page.type("input", text);
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (before) =>
      document.querySelector("[role=alert]") ||
      (document.querySelectorAll("[data-role=assistant] p").length > before &&
        document.querySelector("button[type=submit]")),
    {},
    answers,
  );
  return page.$$eval("[data-role=assistant] p, [role=alert]", (all) => all.at(-1).textContent);
}

test("a static page chats by useChat: no route of its own, and the key stays with the proxy", async () => {
  const page = await open();
  assert.equal(await say(page, "Say this is a test"), "This is a test!");
  assert.equal(await say(page, "repeat: Again."), "Again.");
  const requests = await upstream.requests();
  assert.equal(requests.length, 2);
  for (const record of requests) assert.equal(headerOf(record, "authorization"), `Bearer ${key}`);
  // One session for both, and nothing of the server's but the page's files and the proxy.
  const posts = front.asked.filter((line) => line.startsWith("POST"));
  assert.deepEqual(posts, [
    "POST /session",
    "POST /v1/chat/completions",
    "POST /v1/chat/completions",
  ]);
  for (const name of await readdir(join(folder, "dist", "assets")))
    assert.ok(!(await readFile(join(folder, "dist", "assets", name), "utf8")).includes(key));
  await page.close();
});

test("an answer that breaks off is shown as an error", async () => {
  const page = await open();
  await upstream.arm("end-events=3,no-finish");
  assert.match(await say(page, "Say this is a test"), /broke off/);
  await page.close();
});
