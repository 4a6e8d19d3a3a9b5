// "How this page does it": the lines that the page shows are run as they are, the page's in Chromium and the
// Worker's in workerd.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setting } from "../support/program.mjs";
import { startProxy } from "../support/proxy.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";
import { FLAG } from "../support/resumable.mjs";
import { COMPATIBILITY_FLAGS } from "../support/workerd.mjs";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());

test("the lines of code that the page shows are a page and a Worker that answer", async () => {
  const { page, complaints, close } = await demo.open();
  await page.click('#views a[href="#code"]');
  const [ofPage, ofWorker] = await page.$$eval("[data-view=code] pre code", (blocks) =>
    blocks.map((block) => block.textContent),
  );
  assert.ok(ofPage.trim().split("\n").length <= 15, "about ten lines");
  assert.deepEqual(complaints, []);
  await close();

  const upstream = await rawUpstream((socket) => {
    socket.write(head("text/event-stream"));
    socket.write(says("This is "));
    socket.end(`${says("a test!", { finish_reason: "stop" })}${event("[DONE]")}`);
  });
  const worker = await startProxy({
    upstream,
    source: ofWorker,
    bindings: { BUDGET: { object: "BudgetLedger" }, STREAMS: { object: "StreamLog" } },
    worker: { objects: ["BudgetLedger", "StreamLog"], flags: [...COMPATIBILITY_FLAGS, FLAG] },
  });
  const other = await demo.open();
  await other.page.setRequestInterception(true);
  other.page.on("request", async (request) => {
    const { pathname } = new URL(request.url());
    const script = (body) => request.respond({ contentType: "text/javascript", body });
    if (pathname === "/")
      return request.respond({
        contentType: "text/html",
        body: '<!doctype html><body><script type="module" src="/page.js"></script>',
      });
    if (pathname === "/page.js") return script(ofPage.replace('"openai-wasm"', '"/pkg/index.js"'));
    if (pathname.startsWith("/pkg/"))
      return script(await readFile(join(setting("OPENAI_WASM_PKG"), pathname.slice(5))));
    return request.continue();
  });
  await other.page.goto(worker.url);
  await other.page.waitForFunction(() => document.body.innerText.trim() === "This is a test!");
  await other.close();
  await worker.stop();
  upstream.stop();
});

test("an answer that goes on in the chat does not move the part that is read", async () => {
  const { page, close } = await demo.open({ height: 400 });
  await demo.upstream.arm("events=60,event-size=600,interval=20", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await speaking(page);
  await page.click('#views a[href="#code"]');
  await page.evaluate(() => {
    window.scrolled = [];
    addEventListener("scroll", () => window.scrolled.push(scrollY));
  });
  await ended(page);
  assert.deepEqual(await page.evaluate(() => window.scrolled.filter((y) => y > 0)), []);
  await close();
});

test("the parts of the page have addresses, and the chat goes on where it was", async () => {
  const { page, close } = await demo.open();
  await page.type("#question", "A draft");
  await page.click('#views a[href="#code"]');
  assert.equal(await page.$eval("#question", (field) => field.checkVisibility()), false);
  assert.match(await page.$eval("#views [aria-current]", (link) => link.textContent), /Code/);
  await page.reload();
  await page.waitForSelector("#code-title");
  assert.equal(await page.$eval("#code-title", (title) => title.checkVisibility()), true);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("#question").checkVisibility());
  assert.equal(await page.$eval("#question", (field) => field.value), "A draft");
  await close();
});
