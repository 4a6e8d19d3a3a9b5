// The page of examples/start before a Worker that wants an access code: what it shows while one is given.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, it } from "node:test";

import { BROWSERS } from "../support/browsers.mjs";
import { setting } from "../support/program.mjs";

const PAGE = new URL("../../examples/start/public/", import.meta.url);
const CODE = "the access code";
const WRONG = "The access code is wrong.";
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };

let server;
let url;
let browser;
before(async () => {
  server = createServer(serve);
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  url = `http://localhost:${server.address().port}/`;
  browser = await BROWSERS.Chromium();
});
after(() => Promise.all([browser?.close(), server?.close()]));

async function serve(request, response) {
  const { url } = request;
  const answer = (status, type, body) =>
    response.writeHead(status, { "content-type": type }).end(body);
  if (url === "/session") {
    const { code } = JSON.parse(await text(request));
    const body = code === CODE ? { token: "a.token.here" } : { error: { message: WRONG } };
    return answer(code === CODE ? 200 : 401, "application/json", JSON.stringify(body));
  }
  if (url.startsWith("/v1/")) {
    const chunk = { choices: [{ index: 0, delta: { content: "Yes." }, finish_reason: "stop" }] };
    return answer(200, "text/event-stream", `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  }
  const name = url === "/" ? "index.html" : url.slice(1);
  const file = name.startsWith("vendor/")
    ? join(setting("OPENAI_WASM_PKG"), name.slice("vendor/".length))
    : new URL(name, PAGE);
  answer(200, TYPES[name.split(".").at(-1)], await readFile(file));
}

/** The page after its first question, when it asks for the code. */
async function asked(context) {
  const opened = await browser.open(url);
  context.after(() => opened.close());
  await opened.page.waitForSelector("[name=question]");
  // Modules have run before a page is complete.
  await opened.page.waitForFunction(() => document.readyState === "complete");
  await opened.page.type("[name=question]", "Say this is a test");
  await opened.page.click("#ask [type=submit]");
  await opened.page.waitForSelector("#login[open]");
  return opened;
}

it("a wrong code is told in the dialog, and nothing of it is left beside the answer", async (context) => {
  const { page } = await asked(context);
  await page.type("#code", "another code");
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (wrong) => document.querySelector("#login[open]")?.textContent.includes(wrong),
    {},
    WRONG,
  );
  await page.type("#code", CODE);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".answer")?.textContent);
  const { answer, notice } = await page.evaluate(() => ({
    answer: document.querySelector(".answer").textContent,
    notice: document.querySelector("#notice").textContent,
  }));
  assert.deepEqual([answer, notice], ["Yes.", ""]);
});

it("a dialog that is closed by Escape gives no code, whatever was typed", async (context) => {
  const { page } = await asked(context);
  await page.type("#code", CODE);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("#notice").textContent);
  const notice = await page.$eval("#notice", ({ textContent }) => textContent);
  assert.match(notice, /No access code was given\./);
  assert.equal(await page.$eval(".answer", ({ textContent }) => textContent), "");
});
