import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, ended, startDemo } from "./demo.mjs";

const INTERVAL_MS = 200;
const ALLOWED_DELAY_MS = 100;

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());

test("a typed question is answered on the page, with the server's own counts", async () => {
  const { page, complaints, close } = await demo.open();
  await ask(page, "Say this is a test");
  const answer = await ended(page);
  assert.equal(answer.text, "This is a test!");
  assert.equal(answer.outcome, "stop");
  assert.equal(answer.problem, undefined);

  const request = await lastChat();
  const sent = JSON.parse(request.body);
  assert.equal(sent.stream, true);
  assert.deepEqual(sent.stream_options, { include_usage: true });
  assert.deepEqual(sent.messages, [{ role: "user", content: "Say this is a test" }]);
  // Nothing was set, so the page sends nothing; the cap and the caller's pseudonym are the proxy's.
  assert.deepEqual(Object.keys(sent).sort(), ["max_tokens", "messages", "model", "stream", "stream_options", "user"]);

  assert.match(answer.figures["first-token"], /^\d+(\.\d+)? m?s$/);
  assert.match(answer.figures.answer, /^\d+ tokens$/, "counted by the server: no ≈");
  assert.match(answer.figures.prompt, /^\d+ tokens$/);
  assert.equal(answer.figures.ended, "complete");
  assert.deepEqual(complaints, []);
  await close();
});

test("each event is on the page within 100 ms of its sending", async () => {
  const { page, close } = await demo.open();
  const events = 10;
  const size = 200;
  await demo.upstream.arm(`events=${events},event-size=${size},interval=${INTERVAL_MS}`, { path: "/v1/chat" });
  await page.evaluate(() => {
    window.growth = [];
    let length = 0;
    new MutationObserver(() => {
      const now = document.querySelector(".prose")?.textContent.trim().length ?? 0;
      if (now > length) window.growth.push({ at: performance.timeOrigin + performance.now(), length: now });
      length = Math.max(length, now);
    }).observe(document.querySelector("#transcript"), { childList: true, subtree: true, characterData: true });
  });
  await ask(page, "Send it slowly");
  const answer = await ended(page);
  const growth = await page.evaluate(() => window.growth);
  const { event_times_ms: sent } = await lastChat();

  const each = answer.text.length / events;
  assert.ok(Number.isInteger(each), "all events have the same text length");
  for (let index = 0; index < events; index += 1) {
    const shown = growth.find(({ length }) => length >= each * (index + 1));
    const delay = shown.at - sent[index];
    assert.ok(delay <= ALLOWED_DELAY_MS, `event ${index} was shown ${delay.toFixed(1)} ms after its sending`);
  }
  // The control: had the answer been held back and shown at its end, the first event's delay would be this.
  assert.ok(growth.at(-1).at - sent[0] > ALLOWED_DELAY_MS * events);
  assert.equal(growth.length, events, "no two events were shown as one");
  await close();
});

test("what the controls are set to is sent, and the conversation goes along", async () => {
  const { page, close } = await demo.open();
  await page.type("#system", "Be brief.");
  await page.type("#temperature", "0.2");
  await page.type("#max_tokens", "64");
  await page.type("#seed", "7");
  await page.click("summary");
  await page.type("#top_k", "5");
  await ask(page, "What is a stream?");
  const first = await ended(page);
  await ask(page, "And the sea?");
  await ended(page);

  const sent = JSON.parse((await lastChat()).body);
  const { temperature, max_tokens, seed, top_k } = sent;
  assert.deepEqual({ temperature, max_tokens, seed, top_k }, { temperature: 0.2, max_tokens: 64, seed: 7, top_k: 5 });
  assert.deepEqual(sent.messages, [
    { role: "system", content: "Be brief." },
    { role: "user", content: "What is a stream?" },
    { role: "assistant", content: first.text },
    { role: "user", content: "And the sea?" },
  ]);
  await close();
});

test("Shift+Enter breaks the line and Enter sends", async () => {
  const { page, close } = await demo.open();
  await page.type("#question", "Say one");
  await page.keyboard.down("Shift");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Shift");
  await page.keyboard.type("and two");
  assert.equal(await page.$(".turn"), null, "nothing was sent yet");
  await page.keyboard.press("Enter");
  await ended(page);
  assert.equal(JSON.parse((await lastChat()).body).messages[0].content, "Say one\nand two");
  await close();
});

test("trying again replaces the answer, and a new chat forgets it", async () => {
  const { page, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  await page.click(".again");
  const again = await ended(page);
  assert.equal(again.text, "This is a test!");
  assert.equal((await page.$$(".turn")).length, 1);
  assert.equal(JSON.parse((await lastChat()).body).messages.length, 1, "the old answer is not part of the question");

  await page.click("#new-chat");
  assert.equal(await page.$(".turn"), null);
  assert.equal(await page.$eval("#welcome", (welcome) => welcome.hidden), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "question");
  await close();
});

const lastChat = async () => (await demo.chats()).at(-1);
