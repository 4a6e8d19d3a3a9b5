// examples/page-rust in Chromium: built as its README says, in the page that the README shows, through the proxy.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, it } from "node:test";

import { BROWSERS } from "../support/browsers.mjs";
import { startFront } from "../support/front.mjs";
import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";

const README = new URL("../../examples/page-rust/README.md", import.meta.url);
const WHOLE = "This is a test!";

let folder;
let upstream;
let front;
let browser;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-page-rust-"));
  await cp(join(setting("RUST_PAGE"), "pkg"), join(folder, "pkg"), { recursive: true });
  const shown = /```html\n([^]*?)```/.exec(await readFile(README, "utf8"))[1];
  const page = `<!doctype html><title>page</title>\n${shown}`;
  await writeFile(join(folder, "index.html"), page.replace("gpt-5-nano", "stand-in-ngram-1"));
  [upstream, browser] = await Promise.all([startUpstream(), BROWSERS.Chromium()]);
  front = await startFront({ upstream, folder });
});
after(async () => {
  await Promise.all([browser?.close(), front?.close()]);
  await upstream?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => upstream.reset());

/** Opens the page, which asks at once, and gives what waits for an answer that `found` accepts. */
async function opened(context) {
  const { page, close } = await browser.open(`${front.url}/`);
  context.after(close);
  return async (found) => {
    const shown = () => page.$eval("#answer", (element) => element.textContent);
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.querySelector("#answer").textContent),
      {},
      found.source,
    );
    return shown();
  };
}

it("shows the answer, each piece when it comes", async (context) => {
  await upstream.arm("stepped", { path: "/v1/chat" });
  const shows = await opened(context);
  await upstream.wait({ events: 1 });
  await upstream.step();
  assert.equal(await shows(/This/), "This");
  for (let step = 0; step < 12; step += 1) await upstream.step();
  assert.equal(await shows(/test!/), WHOLE);
  const [record] = await upstream.requests();
  assert.equal(record.outcome, "complete");
});

it("keeps the text of an answer that is cut, and tells that it is not whole", async (context) => {
  await upstream.arm("cut-events=4", { path: "/v1/chat" });
  const shows = await opened(context);
  assert.match(await shows(/\[\w+\]/), /^This is a\n\[\w+\] ./);
});

it("tells of a refusal by the error's kind", async (context) => {
  await upstream.arm("status=400", { path: "/v1/chat" });
  const shows = await opened(context);
  assert.match(await shows(/\[\w+\]/), /^\n\[Status\] /);
});
