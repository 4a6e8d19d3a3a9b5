// A reload keeps the conversation of its tab, and New chat forgets it. An answer that is under way: resuming.test.mjs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

async function reload(page) {
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#model").value !== "");
}
const lastChat = async () => JSON.parse((await demo.chats()).at(-1).body);

test("a reload keeps questions, answers, figures and the draft, and the next question goes on from there", async () => {
  const { page, complaints, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  await page.waitForSelector(".turn:last-child [data-figure=cost]:not([hidden])");
  const before = await ended(page);
  await page.type("#question", "And a draft");
  await reload(page);
  assert.deepEqual(await ended(page), before);
  assert.equal(await page.$eval("#question", (field) => field.value), "And a draft");
  assert.equal(await page.$eval("#welcome", (welcome) => welcome.hidden), true);
  await page.focus("#question");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
  await ended(page);
  const asked = (await lastChat()).messages.map(({ content }) => content);
  assert.deepEqual(asked, ["Say this is a test", "This is a test!", "And a draft"]);
  assert.deepEqual(complaints, []);
  await close();
});

test("an error is kept with what can be done about it", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("status=400", { path: "/v1/chat" });
  await ask(page, "Say this is a test");
  const { problem } = await ended(page);
  await reload(page);
  assert.equal((await ended(page)).problem, problem);
  await page.click(".problem-actions button");
  await page.waitForFunction(
    () => document.querySelector(".turn:last-child").dataset.outcome === "stop",
  );
  await close();
});

test("New chat forgets what was kept, and another tab begins anew", async () => {
  const { page, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  const other = await page.browserContext().newPage();
  await other.goto(demo.url);
  assert.equal(await other.$(".turn"), null);
  await other.close();
  await page.click("#new-chat");
  await reload(page);
  assert.equal(await page.$(".turn"), null);
  assert.deepEqual(await page.evaluate(() => ({ ...sessionStorage })), {});
  await close();
});

test("what was kept and cannot be read is as nothing", async () => {
  const { page, complaints, close } = await demo.open();
  await page.evaluate(() => sessionStorage.setItem("chat", "{broken"));
  // The page would write its own on leaving.
  await page.evaluate(() =>
    addEventListener("pagehide", () => sessionStorage.setItem("chat", "{broken")),
  );
  await reload(page);
  assert.equal(await page.$(".turn"), null);
  assert.deepEqual(complaints, []);
  await close();
});
