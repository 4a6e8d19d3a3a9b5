// Small things that a person meets: fields that know their range, what is said when an answer is under way, and
// what a phone held sideways has room for.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

test("a short question and a long one look alike, and each speaker has a name", async () => {
  const { page, close } = await demo.open();
  for (const question of ["Say this is a test", "Say this is a test. ".repeat(20)]) {
    await ask(page, question);
    await ended(page);
  }
  const looks = await page.$$eval(".question .words", (all) =>
    all.map((words) => {
      const { fontSize, fontWeight, fontFamily } = getComputedStyle(words);
      return `${fontSize} ${fontWeight} ${fontFamily}`;
    }),
  );
  assert.equal(looks.length, 2);
  assert.equal(looks[0], looks[1]);
  const speakers = await page.$$eval(".turn:last-child .speaker", (all) =>
    all.map((speaker) => speaker.textContent),
  );
  assert.deepEqual(speakers, ["You", "stand-in-ngram-1"]);
  await close();
});

const outside = [
  { name: "temperature", value: "9", says: "A number from 0 to 2." },
  { name: "max_tokens", value: "0", says: "A whole number, 1 or more." },
  { name: "seed", value: "1.5", says: "A whole number." },
  { name: "min_p", value: "-1", says: "A number from 0 to 1." },
];

for (const { name, value, says } of outside) {
  test(`a ${name} of ${value} is refused by its field, and the question is not sent`, async () => {
    const { page, close } = await demo.open();
    await page.click("#settings-toggle");
    await page.$eval("#settings details", (more) => (more.open = true));
    await page.type(`#${name}`, value);
    assert.equal(await page.$eval(`#${name}-wrong`, (text) => text.innerText), says);
    await page.click(".settings-close");
    await ask(page, "Say this is a test");
    assert.equal(await page.$(".turn"), null);
    assert.equal(await page.evaluate(() => document.activeElement.id), name);
    assert.equal(await page.$eval("#question", (field) => field.value), "Say this is a test");
    assert.deepEqual(await demo.chats(), []);

    await page.$eval(`#${name}`, (field) => field.select());
    await page.keyboard.type("1");
    assert.equal(await page.$eval(`#${name}-wrong`, (text) => text.hidden), true);
    await page.click(".settings-close");
    await page.focus("#question");
    await page.keyboard.press("Enter");
    assert.notEqual((await ended(page)).outcome, "error");
    await close();
  });
}

test("Enter while an answer is under way says so, and keeps the text", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("events=500,interval=50", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await speaking(page);
  await ask(page, "And then?");
  assert.match(await page.$eval("#note", (note) => note.innerText), /^Still answering/);
  assert.match(await page.$eval("#announcer", (region) => region.textContent), /^Still answering/);
  assert.equal(await page.$eval("#question", (field) => field.value), "And then?");
  assert.equal((await page.$$(".turn")).length, 1);
  await page.keyboard.press("Escape");
  await ended(page);
  assert.equal(await page.$eval("#note", (note) => note.hidden), true);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".turn").length === 2);
  await ended(page);
  await close();
});

test("a phone on its side keeps the composer to a row, and what to do about an error in sight", async () => {
  const { page, close } = await demo.open({ width: 667, height: 375, touch: true });
  await demo.upstream.arm("status=400", { path: "/v1/chat" });
  await ask(page, "Say this is a test");
  await ended(page);
  const { composer, again, dock } = await page.evaluate(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    return {
      composer: box("#composer").height,
      again: box(".problem-actions button").bottom,
      dock: box(".dock").top,
    };
  });
  assert.ok(composer <= 64, `the composer is ${composer} px high`);
  assert.ok(again <= dock, `"Try again" ends at ${again} px, the composer begins at ${dock} px`);
  await close();
});
