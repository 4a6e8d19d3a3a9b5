// The keyless client on a page of its own with a Content-Security-Policy (threat table, rows C10, C11, C14).

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { headerOf, startUpstream } from "../support/upstream.mjs";
import { startHost } from "./host.mjs";

const SCRIPT = `import * as client from "/pkg/index.js";
globalThis.client = client;
try { eval("globalThis.evaluates = true"); } catch { globalThis.evaluates = false; }`;

let upstream;
let host;
let policy;
before(async () => {
  upstream = await startUpstream();
  host = await startHost(SCRIPT, () => ({ "content-security-policy": policy }));
});
after(() => Promise.all([host?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** The page under a policy. */
const open = (scripts) => {
  policy = `default-src 'none'; script-src ${scripts}; connect-src 'self' ${upstream.url}`;
  return host.open("client");
};

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
  const list = (proxyUrl, credentials) =>
    new globalThis.client.OpenAI({ proxyUrl, maxRetries: 0, credentials }).models.list().then(
      () => 0,
      () => 1,
    );
  await page.evaluate(list, upstream.baseUrl, "omit");
  await page.evaluate(list, upstream.baseUrl, "include");
  const records = (await upstream.requests()).filter(({ method }) => method !== "OPTIONS");
  assert.deepEqual(
    records.map((record) => headerOf(record, "cookie")),
    [undefined, undefined, "who=CANARY"],
  );
  assert.deepEqual(
    records.map((record) => headerOf(record, "referer")),
    [undefined, undefined, undefined],
  );
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
      globals: Object.keys(globalThis).filter(
        (name) => typeof globalThis[name] === "string" && globalThis[name].includes("CANARY"),
      ),
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
