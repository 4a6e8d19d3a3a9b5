// What the composer says of tokens and prices while one types, and the way on when the window is full.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ended, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

const says = (page, pattern) =>
  page.waitForFunction(
    (source) => {
      const line = document.querySelector("#meter");
      return !line.hidden && new RegExp(source).test(line.textContent);
    },
    {},
    pattern.source,
  );
const offered = (page) => page.waitForSelector("#offer:not([hidden]) #leave-out:not([hidden])");

/** The page with this model alone, whose answers come without a server. Gives the requests that it sent. */
async function withModel(page, model) {
  const sent = [];
  const chunk = (choice) =>
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`;
  const body = `${chunk({ delta: { content: "Yes." } })}${chunk({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`;
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (path.endsWith("/models"))
      return request.respond({
        contentType: "application/json",
        body: JSON.stringify({ object: "list", data: [{ id: model, object: "model" }] }),
      });
    if (!path.endsWith("/chat/completions")) return request.continue();
    sent.push(JSON.parse(request.postData()));
    return request.respond({ contentType: "text/event-stream", body });
  });
  await page.reload();
  await page.waitForFunction(
    (model) => document.querySelector("#model").value === model,
    {},
    model,
  );
  return sent;
}

/** Writes the question as a paste does. */
async function paste(page, text) {
  await page.focus("#question");
  await page.evaluate((text) => document.execCommand("insertText", false, text), text);
}

test("tokens and the worst price stand beside the question while it is typed", async () => {
  const { page, complaints, close } = await demo.open();
  await withModel(page, "gpt-4o-mini");
  const hidden = await page.$eval("#meter", (line) => line.hidden);
  assert.equal(hidden, true, "before anything is typed");
  await page.type("#question", "Hello!");
  // 3 for the message, 1 for its role, 2 for its text, 3 for the answer; 16,384 tokens at 0.6 dollars a million.
  await says(page, /^9 tokens, at most \$0\.00983$/);
  await page.type("#question", " And you?");
  await says(page, /^12 tokens, at most /);
  assert.deepEqual(complaints, []);
  await close();
});

test("a page on which nothing is typed loads no tokenizer", async () => {
  const { page, close } = await demo.open();
  const loaded = () =>
    page.evaluate(
      () =>
        performance
          .getEntriesByType("resource")
          .map(({ name }) => name)
          .filter((name) => /\.js/.test(name)).length,
    );
  const before = await loaded();
  await page.type("#question", "Hello!");
  await says(page, /tokens/);
  assert.ok((await loaded()) > before, "the control: typing does");
  await close();
});

test("for a model that is not known the count is about right and no price is shown", async () => {
  const { page, complaints, close } = await demo.open();
  await withModel(page, "their-own");
  await page.type("#question", "Hello!");
  await says(page, /^about 9 tokens$/);
  assert.deepEqual(complaints, []);
  await close();
});

test("when the window is full the oldest turns can be left out, and are no longer sent", async () => {
  const { page, complaints, close } = await demo.open();
  const sent = await withModel(page, "gpt-3.5-turbo");
  for (const word of ["first ", "second "]) {
    await paste(page, word.repeat(1400).trim());
    await page.keyboard.press("Enter");
    await ended(page);
  }
  await page.type("#question", "And now? ");
  await paste(page, "third ".repeat(1000).trim());
  await offered(page);
  await page.click("#leave-out");
  await page.waitForSelector("#offer[hidden]");
  assert.equal(await page.$$eval(".turn.left-out", (turns) => turns.length), 1);
  await page.focus("#question");
  await page.keyboard.press("Enter");
  await ended(page);
  const asked = sent.at(-1).messages.map(({ content }) => content.split(" ")[0]);
  assert.deepEqual(asked, ["second", "Yes.", "And"]);
  assert.deepEqual(complaints, []);
  await close();
});

test("a question that is too long alone is said to be", async () => {
  const { page, close } = await demo.open();
  await withModel(page, "gpt-3.5-turbo");
  await paste(page, "word ".repeat(4200).trim());
  await page.waitForSelector("#offer:not([hidden])");
  const words = await page.$eval("#offer", (offer) => offer.innerText);
  assert.match(words, /longer than the model's window of 4,097 tokens/);
  assert.doesNotMatch(words, /Leave out/);
  await close();
});

test("a server that says that its window is full is asked anew without the oldest turns", async () => {
  const { page, close } = await demo.open();
  await paste(page, "Say this is a test. ".repeat(200).trim());
  await page.keyboard.press("Enter");
  assert.notEqual((await ended(page)).outcome, "error");
  await paste(page, "Say this is a test. ".repeat(200).trim());
  await page.keyboard.press("Enter");
  const refused = await ended(page);
  assert.equal(refused.outcome, "error");
  assert.match(refused.problem, /maximum context length is 4096 tokens/);
  const leaveOut = await page.waitForSelector(
    ".turn:last-child .problem-actions ::-p-text(Leave out the oldest turns)",
  );
  assert.doesNotMatch(await page.$eval(".turn:last-child", (turn) => turn.innerText), /Try again/);
  assert.ok(await page.$eval("#offer", (offer) => offer.hidden), "it is offered once");
  await leaveOut.click();
  await page.waitForFunction(
    () => document.querySelector(".turn:last-child").dataset.outcome !== "error",
  );
  const answer = await ended(page);
  assert.equal(answer.problem, undefined);
  const chats = await demo.chats();
  const [before, last] = chats.slice(-2).map(({ body }) => JSON.parse(body).messages.length);
  assert.deepEqual([before, last], [3, 1]);
  await close();
});
