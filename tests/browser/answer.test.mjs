import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, ended, set, startDemo } from "./demo.mjs";

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
  assert.deepEqual(Object.keys(sent).sort(), [
    "max_tokens",
    "messages",
    "model",
    "stream",
    "stream_options",
    "user",
  ]);

  assert.match(answer.figures["first-token"], /^\d+(\.\d+)? m?s$/);
  assert.match(answer.figures.answer, /^\d+ tokens$/, "counted by the server: no ≈");
  assert.match(answer.figures.prompt, /^\d+ tokens$/);
  assert.equal(answer.figures.ended, "complete");
  assert.deepEqual(complaints, []);
  await close();
});

test("each event is on the page before the next one is sent", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("stepped", { path: "/v1/chat" });
  await ask(page, "Say this is a test");
  // The first event has the role and no text; the five that follow have a word each. A word that was
  // held back until another came would never be shown, and the test would end by its time limit.
  let expected = "";
  await demo.upstream.wait({ requests: 1, events: 1 }, 60_000);
  for (const word of ["This", " is", " a", " test", "!"]) {
    expected += word;
    await demo.upstream.step();
    await page.waitForFunction(
      (text) => document.querySelector(".turn:last-child .prose")?.textContent.trim() === text,
      {},
      expected,
    );
  }
  // The finish reason, the usage, and [DONE].
  for (let rest = 0; rest < 3; rest += 1) await demo.upstream.step();
  const answer = await ended(page);
  assert.equal(answer.text, expected);
  assert.equal(answer.outcome, "stop");
  await close();
});

test("what the controls are set to is sent, and the conversation goes along", async () => {
  const { page, close } = await demo.open();
  await set(page, { system: "Be brief.", temperature: 0.2, max_tokens: 64, seed: 7, top_k: 5 });
  await ask(page, "What is a stream?");
  const first = await ended(page);
  await ask(page, "And the sea?");
  await ended(page);

  const sent = JSON.parse((await lastChat()).body);
  const { temperature, max_tokens, seed, top_k } = sent;
  assert.deepEqual(
    { temperature, max_tokens, seed, top_k },
    { temperature: 0.2, max_tokens: 64, seed: 7, top_k: 5 },
  );
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
  assert.equal(
    JSON.parse((await lastChat()).body).messages.length,
    1,
    "the old answer is not part of the question",
  );

  await page.click("#new-chat");
  assert.equal(await page.$(".turn"), null);
  assert.equal(await page.$eval("#welcome", (welcome) => welcome.hidden), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "question");
  await close();
});

const lastChat = async () => (await demo.chats()).at(-1);
