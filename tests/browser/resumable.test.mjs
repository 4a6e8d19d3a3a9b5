// An answer that goes on after a reload, in Chromium: the page, the proxy of another origin that keeps streams, and
// the stand-in.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { startResumable } from "../support/resumable.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { startHost } from "./host.mjs";

const SCRIPT = `
import OpenAI from "/pkg/index.js";
globalThis.begin = async ({ proxyUrl, token, content }) => {
  globalThis.client = new OpenAI({ proxyUrl, token, resumable: true });
  const stream = await client.chat.completions.create({
    model: "stand-in-ngram-1",
    messages: [{ role: "user", content }],
    stream: true,
  });
  globalThis.stream = stream;
  sessionStorage.setItem("id", stream.id);
  globalThis.text = "";
  for await (const piece of stream.textStream) globalThis.text += piece;
  globalThis.whole = true;
};
globalThis.resume = async ({ proxyUrl, token, after }) => {
  const client = new OpenAI({ proxyUrl, token });
  const stream = await client.streams.resume(sessionStorage.getItem("id"), { after });
  let text = "";
  for await (const piece of stream.textStream) text += piece;
  return text;
};
globalThis.ready = true;`;
const WORDS = "one two three four five six seven eight nine ten eleven twelve";

let upstream;
let host;
let proxy;
let settings;
before(async () => {
  upstream = await startUpstream({ eventIntervalMs: 40 });
  host = await startHost(SCRIPT);
  proxy = await startResumable({
    upstream,
    options: `{ allowedOrigins: [${JSON.stringify(host.origin)}] }`,
  });
  settings = { proxyUrl: `${proxy.url}/v1`, token: await mint(proxy.secret) };
});
after(() => Promise.all([host?.stop(), proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** A page that has begun to show an answer. */
async function showing(content) {
  const opened = await host.open("ready");
  await opened.page.evaluate((how) => void globalThis.begin(how), { ...settings, content });
  await opened.page.waitForFunction(() => globalThis.text?.length > 4);
  return opened;
}

test("after a reload the page shows the whole answer, for which the model was asked once", async () => {
  const { page, close } = await showing(`repeat: ${WORDS}`);
  try {
    await page.reload();
    await page.waitForFunction(() => globalThis.ready);
    assert.equal(await page.evaluate(() => globalThis.whole), undefined);
    assert.equal(await page.evaluate((how) => globalThis.resume(how), settings), WORDS);
    const rest = await page.evaluate((how) => globalThis.resume(how), { ...settings, after: 4 });
    assert.ok(rest !== WORDS && WORDS.endsWith(rest), rest);
    const requests = await upstream.wait({ ended: 1 });
    assert.deepEqual(
      requests.map(({ outcome }) => outcome),
      ["complete"],
    );
  } finally {
    await close();
  }
});

test("a page that stops its answer and leaves at once has stopped it", async () => {
  const { page, close } = await showing("Tell me of the sea");
  try {
    await page.evaluate(() => {
      globalThis.stream.controller.abort();
      location.reload();
    });
    const [request] = await upstream.wait({ closed: 1 });
    assert.equal(request.outcome, "client_closed");
  } finally {
    await close();
  }
});
