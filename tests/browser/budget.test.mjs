// What an answer has cost and what the day has left, with a real Durable Object behind the demo's Worker.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

const ANSWER = "repeat: one two three four five six seven";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

const left = (page) =>
  page.$eval("#budget", (line) => (line.hidden ? undefined : line.textContent));

/** Waits until the newest answer shows its cost, and gives it in US dollars. */
async function cost(page) {
  const found = await page.waitForFunction(
    () =>
      document.querySelector(".turn:last-child [data-figure=cost]:not([hidden]) dd")?.textContent,
  );
  const [, usd] = /^\$(\d\.\d+)$/.exec(await found.jsonValue());
  return Number(usd);
}

test("an answer shows what it cost, by the server's count and the Worker's prices, and the day what is left", async () => {
  const { page, complaints, close } = await demo.open();
  await page.waitForSelector("#budget:not([hidden])");
  assert.equal(await left(page), "$1 of $1 left today");
  await ask(page, ANSWER);
  const { figures } = await ended(page);
  const usd = await cost(page);
  const [prompt, answer] = [figures.prompt, figures.answer].map((text) =>
    Number.parseInt(text, 10),
  );
  const exact = (prompt * 2.5 + answer * 10) / 1e6;
  assert.ok(Math.abs(usd - exact) <= exact * 0.005, `${usd} is shown, ${exact} was used`);

  await page.reload();
  await page.waitForSelector("#budget:not([hidden])");
  assert.match(
    await left(page),
    /^\$(0\.999|1) of \$1 left today$/,
    "a reload does not begin a new day",
  );
  assert.deepEqual(complaints, []);
  await close();
});

test("an answer that was stopped has a cost, too", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("events=500,interval=50", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await speaking(page);
  await page.keyboard.press("Escape");
  await ended(page);
  assert.ok((await cost(page)) > 0);
  await close();
});

test("a request that the model server refused costs nothing", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("status=400", { path: "/v1/chat" });
  await ask(page, "Say this is a test");
  await ended(page);
  const shown = await page.waitForFunction(
    () =>
      document.querySelector(".turn:last-child [data-figure=cost]:not([hidden]) dd")?.textContent,
  );
  assert.equal(await shown.jsonValue(), "$0");
  await close();
});

test("a budget that is spent is said in words, and nothing is asked of the model server", async () => {
  const poor = await startDemo({ usdADay: 0.001 });
  const { page, close } = await poor.open();
  await ask(page, "Say this is a test");
  const { outcome, problem } = await ended(page);
  assert.equal(outcome, "error");
  assert.match(problem, /budget/i);
  assert.doesNotMatch(problem, /Try again/, "it would be refused again");
  assert.deepEqual(await poor.chats(), []);
  await close();
  await poor.close();
});

test("a question shows what its answer can cost at most, for the stand-in, too", async () => {
  const { page, close } = await demo.open();
  await page.type("#question", "Hello!");
  await page.waitForFunction(() =>
    /^about 9 tokens, at most \$0\.0205$/.test(document.querySelector("#meter").textContent),
  );
  await close();
});
