// The page reads a half-read answer on: after a reload, after its connection was cut, and after a return to it. The
// model server is asked once.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

const WORDS = "one two three four five six seven eight nine ten eleven twelve";
const QUESTION = `repeat: ${WORDS}`;

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

/** A page in the middle of an answer of which each event waits for a step. Gives its text so far. */
async function halfRead(page, question = QUESTION) {
  await demo.upstream.arm("stepped", { path: "/v1/chat" });
  await ask(page, question);
  await page.waitForSelector(".turn:last-child .under-way:not([hidden])");
  await steps(3);
  await speaking(page);
}

async function steps(count) {
  for (let step = 0; step < count; step += 1) await demo.upstream.step();
}

/** Steps until the answer has ended, and gives what the page says of it. */
async function rest(page) {
  const end = ended(page);
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  while (!isOver) await demo.upstream.step();
  await over;
  return end;
}

async function assertWholeOnce(page) {
  const { outcome, text, problem } = await rest(page);
  assert.equal(outcome, "stop");
  assert.equal(text, WORDS);
  assert.equal(problem, undefined);
  assert.deepEqual(
    (await demo.chats()).map((request) => request.outcome),
    ["complete"],
  );
}

const ready = (page) => page.waitForFunction(() => document.querySelector("#model").value !== "");

test("a reload in the middle of an answer shows the rest, for which the model server is asked once", async () => {
  const { page, complaints, close } = await demo.open();
  await halfRead(page);
  const before = await page.$eval(".turn:last-child .prose", (prose) => prose.textContent.trim());
  assert.ok(WORDS.startsWith(before) && before !== WORDS, before);
  await page.reload();
  await ready(page);
  assert.equal(await page.$eval("#stop", (button) => button.hidden), false);
  await assertWholeOnce(page);
  await page.waitForSelector(".turn:last-child [data-figure=cost]:not([hidden])");
  assert.deepEqual(complaints, []);
  await close();
});

test("a connection that was cut is read on by itself, and the page says so in a line", async () => {
  const { page, close } = await demo.open();
  await halfRead(page);
  const readOnAfter = [];
  page.on("request", (request) => {
    if (request.method() === "GET" && request.url().includes("/v1/streams/"))
      readOnAfter.push(request.headers()["last-event-id"]);
  });
  await page.click(".turn:last-child .cut");
  const note = await page.$eval(".cut-note", (line) => line.innerText);
  const [, event] =
    /^The connection was cut at event (\d+)\. The answer goes on\.$/.exec(note) ?? [];
  assert.ok(Number(event) >= 3, note);
  await assertWholeOnce(page);
  assert.deepEqual(readOnAfter, [event]);
  assert.equal(
    await page.$eval(".cut-note", (line) => line.innerText),
    `The connection was cut at event ${event}. The answer went on.`,
  );
  assert.equal(await page.$eval(".under-way", (row) => row.hidden), true);
  await close();
});

test("an answer that was cut and then reloaded comes whole, and the line about the cut stays", async () => {
  const { page, close } = await demo.open();
  await halfRead(page);
  await page.click(".turn:last-child .cut");
  await page.reload();
  await ready(page);
  await assertWholeOnce(page);
  await page.reload();
  assert.match(
    await page.$eval(".cut-note", (line) => line.innerText),
    /^The connection was cut at event \d+\. The answer went on\.$/,
  );
  await close();
});

test("a page that the back/forward cache kept reads the answer on", async () => {
  const { page, close } = await demo.open();
  await halfRead(page);
  const happens = (name) =>
    page.evaluate(
      (type) => void dispatchEvent(new PageTransitionEvent(type, { persisted: true })),
      name,
    );
  await happens("pagehide");
  await page.waitForFunction(() => document.querySelector("#stop").hidden);
  await happens("pageshow");
  await page.waitForFunction(() => !document.querySelector("#stop").hidden);
  await assertWholeOnce(page);
  await close();
});

test("an answer that ended while its page was away is shown whole, with its cost", async () => {
  const { page, close } = await demo.open();
  await page.waitForSelector("#budget:not([hidden])");
  await halfRead(page);
  await page.goto("about:blank");
  const outcome = async () => (await demo.chats()).at(-1).outcome;
  while ((await outcome()) === "open") await demo.upstream.step();
  await page.goBack();
  await assertWholeOnce(page);
  const cost = await page.waitForSelector(".turn:last-child [data-figure=cost]:not([hidden]) dd");
  assert.match(await cost.evaluate((figure) => figure.textContent), /^\$0\.\d+$/);
  await close();
});

test("a page that ended without notice reads the answer from what it had kept last", async () => {
  const { page, close } = await demo.open();
  await halfRead(page);
  await page.evaluate(() =>
    addEventListener("pagehide", (event) => event.stopImmediatePropagation(), { capture: true }),
  );
  await page.reload();
  await ready(page);
  await assertWholeOnce(page);
  await close();
});

for (const [name, stop] of [
  ["Stop", (page) => page.click("#stop")],
  ["New chat", (page) => page.click("#new-chat")],
]) {
  test(`${name} after a reload ends the answer at the model server`, async () => {
    const { page, close } = await demo.open();
    await halfRead(page);
    await page.reload();
    await ready(page);
    await page.waitForSelector(".turn:last-child .under-way:not([hidden])");
    const waiting = demo.upstream.wait({ closed: 1 });
    await stop(page);
    await waiting;
    assert.equal((await demo.chats()).at(-1).outcome, "client_closed");
    if (name === "Stop") {
      const answer = await ended(page);
      assert.equal(answer.outcome, "stopped");
      assert.ok(answer.text !== "" && WORDS.startsWith(answer.text), answer.text);
    }
    await close();
  });
}

test("Stop ends the answer even before the reloaded page has begun to read it", async () => {
  const { page, close } = await demo.open();
  await halfRead(page);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const reads = request.method() === "GET" && request.url().includes("/v1/streams/");
    if (!reads) request.continue();
  });
  await page.reload();
  await ready(page);
  const waiting = demo.upstream.wait({ closed: 1 });
  await page.keyboard.press("Escape");
  await waiting;
  assert.equal((await demo.chats()).at(-1).outcome, "client_closed");
  assert.equal((await ended(page)).outcome, "stopped");
  await close();
});

test("an answer of a proxy that keeps no streams has no switch, and a reload stops it", async () => {
  const { page, close } = await demo.open();
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const { "x-stream-id": id, ...headers } = request.headers();
    request.continue({ headers });
  });
  await demo.upstream.arm("events=500,interval=50", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await speaking(page);
  assert.equal(await page.$eval(".under-way", (row) => row.hidden), true);
  const waiting = demo.upstream.wait({ closed: 1 });
  await page.reload();
  await waiting;
  const { outcome, text } = await ended(page);
  assert.equal(outcome, "stopped");
  assert.match(text, /^x+$/);
  await close();
});
