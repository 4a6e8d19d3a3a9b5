// The playground: what it shows is what the server said, or follows from it by formula.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { FAULTS } from "../../www/faults.js";
import {
  countsOf,
  nucleus,
  penalised,
  softmax,
  tempered,
} from "../../www/src/playground/sampling.js";
import { startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

async function open(options) {
  const opened = await demo.open(options);
  await opened.page.click('#views a[href="#playground"]');
  await opened.page.waitForSelector(".playground[data-ready]");
  return opened;
}
const texts = (page, selector) =>
  page.$$eval(selector, (all) => all.map((element) => element.textContent));
const shares = (page, part) =>
  page.$$eval(`#play-${part} .bar`, (rows) =>
    rows.map((row) => ({
      token: row.querySelector("code").textContent,
      share: Number.parseFloat(row.querySelector(".bar-share").textContent.replace("< ", "")) / 100,
      note: row.querySelector(".bar-note").textContent,
    })),
  );
/** Moves a slider as a key would. */
const slide = (page, part, at, value) =>
  page.$$eval(
    `#play-${part} input[type=range]`,
    (sliders, at, value) => {
      sliders[at].value = value;
      sliders[at].dispatchEvent(new Event("input"));
    },
    at,
    value,
  );

test("the chat loads nothing of the playground", async () => {
  const { page, close } = await demo.open();
  const loaded = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => name.includes("playground")),
    );
  assert.deepEqual(await loaded(), []);
  await page.click('#views a[href="#playground"]');
  await page.waitForSelector(".playground[data-ready]");
  assert.equal((await loaded()).length, 2, "the control: its script and its style");
  await close();
});

test("each token has its likelihood, and its alternatives come by pointer and by arrow key", async () => {
  const { page, complaints, close } = await open();
  const request = JSON.parse((await demo.chats()).at(-1).body);
  assert.deepEqual([request.logprobs, request.top_logprobs], [true, 20]);

  const tokens = await texts(page, ".heat [role=option]");
  assert.ok(tokens.length > 5);
  await page.focus(".heat");
  await page.keyboard.press("Home");
  const active = () => page.$eval(".heat", (box) => box.getAttribute("aria-activedescendant"));
  assert.equal(await active(), "heat-0");
  await page.keyboard.press("ArrowRight");
  assert.equal(await active(), "heat-1");
  await page.hover("#heat-3");
  assert.equal(await active(), "heat-3");
  const selected = await texts(page, ".heat [aria-selected=true]");
  assert.deepEqual(selected, [tokens[3]]);
  const chosen = await shares(page, "likely");
  assert.ok(chosen.length > 1, "what else could have stood there");
  const total = chosen.reduce((sum, { share }) => sum + share, 0);
  assert.ok(total > 0.3 && total < 1.01, `the likeliest sum to ${total}`);
  const named = await page.$eval("#heat-3", (option) => option.getAttribute("aria-label"));
  const own = chosen.find(({ token }) => token === tokens[3].replace(/ /g, "·"));
  assert.match(named, new RegExp(`${(own.share * 100).toFixed(1)} %$`));
  assert.deepEqual(complaints, []);
  await close();
});

test("penalties and temperature follow the formula of the API reference", () => {
  const close = (actual, expected) => {
    assert.equal(actual.length, expected.length);
    for (const [j, value] of expected.entries())
      assert.ok(Math.abs(actual[j] - value) < 1e-9, `${actual} is not ${expected}`);
  };
  // The numbers of the stand-in's own test (tests/upstream/src/lm/sampler.rs).
  const logits = [-1, -2, -3];
  close(penalised(logits, [0, 0, 0], { presence: 0.5, frequency: 0.25 }), logits);
  close(penalised(logits, [3, 0, 0], { presence: 0.5, frequency: 0.25 }), [-2.25, -2, -3]);
  close(softmax([0, Math.log(3)]), [0.25, 0.75]);
  close(tempered([0, Math.log(3)], 0), [0, 1]);
  close(tempered([0, Math.log(3)], 0.5), [0.1, 0.9]);
  close(nucleus([0.5, 0.3, 0.15, 0.05], 0.9), [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0]);
  close(nucleus([0.2, 0.8], 0.01), [0, 1]);
  assert.deepEqual(countsOf(["a", "b"], ["a", "c", "a"]), [2, 0]);
});

test("a penalty moves what was said before, and none moves nothing", async () => {
  const { page, close } = await open();
  for (const at of [0, 1]) await slide(page, "penalties", at, 0);
  const moved = await page.$$eval("#play-penalties .bar", (rows) =>
    rows.map((row) => [
      row.querySelector(".bar-fill").style.inlineSize,
      row.querySelector(".bar-before").style.insetInlineStart,
    ]),
  );
  for (const [share, before] of moved)
    assert.ok(Math.abs(Number.parseFloat(share) - Number.parseFloat(before)) < 1e-4);

  // The page begins at a token whose alternatives were said before; the seed says which.
  const counted = async () => (await shares(page, "penalties")).find(({ note }) => note !== "");
  const before = await counted();
  await slide(page, "penalties", 0, 2);
  const after = (await shares(page, "penalties")).find(({ token }) => token === before.token);
  assert.ok(after.share < before.share, `${after.share} is less than ${before.share}`);
  await close();
});

test("a temperature of 0 makes the likeliest certain, and top p leaves out the tail", async () => {
  const { page, close } = await open();
  const curves = await page.$$eval(".curves path.curve", (paths) =>
    paths.map((path) => path.getAttribute("d").match(/[ML]/g).length),
  );
  assert.ok(curves.length >= 2 && curves.every((points) => points > 50), `${curves}`);
  await slide(page, "temperature", 0, 0);
  const cold = await shares(page, "temperature");
  assert.deepEqual([cold[0].share, cold[1].share], [1, 0]);
  await slide(page, "temperature", 0, 2);
  const hot = await shares(page, "temperature");
  assert.ok(hot[0].share < 1 && hot[1].share > 0);
  await slide(page, "temperature", 1, 0.05);
  assert.equal((await shares(page, "temperature"))[1].note, "left out");
  await close();
});

test("one seed gives one answer, another seed another, each with its fingerprint", async () => {
  const { page, close } = await open();
  const verdict = async () => {
    await page.click("#play-seeds button");
    await page.waitForSelector("#play-seeds button:enabled");
    return page.$eval("#play-seeds [role=status]", (line) => line.textContent);
  };
  assert.match(await verdict(), /the same, to the letter/);
  const prints = (await texts(page, "#play-seeds figcaption")).map(
    (line) => /^seed 25, fingerprint (fp_\w+)$/.exec(line)?.[1],
  );
  assert.ok(prints[0] && prints[0] === prints[1], `${prints}`);
  await page.$$eval("#play-seeds input[type=number]", (fields) => (fields[1].value = "3"));
  assert.match(await verdict(), /the same for \d+ characters/);
  const [rest] = await texts(page, "#play-seeds mark");
  assert.notEqual(rest, "");
  await close();
});

test("a text falls into the pieces that its encoding has, whole characters each", async () => {
  const { page, complaints, close } = await open();
  await page.$eval("#play-pieces", (part) => part.scrollIntoView());
  await page.waitForSelector("#play-pieces .piece");
  const whole = await page.$eval("#play-pieces textarea", (field) => field.value);
  assert.equal((await texts(page, "#play-pieces .piece")).join(""), whole);
  await page.$eval("#play-pieces textarea", (field) => {
    field.value = "ChatGPT is great!";
    field.dispatchEvent(new Event("input"));
  });
  const count = (tokens) =>
    page.waitForFunction(
      (words) => document.querySelector("#play-pieces [role=status]").textContent.startsWith(words),
      {},
      `${tokens} tokens`,
    );
  await count(5);
  await page.select("#play-pieces select", "cl100k_base");
  await count(6);
  assert.deepEqual(await texts(page, "#play-pieces .piece"), [
    "Chat",
    "G",
    "PT",
    " is",
    " great",
    "!",
  ]);
  assert.deepEqual(complaints, []);
  await close();
});

test("what a request cost and what is left is the ledger's", async () => {
  const { page, close } = await open();
  await page.waitForFunction(() =>
    /^The last request cost \$0\.00\d+\.$/.test(
      document.querySelector("#play-purse [role=status]").textContent,
    ),
  );
  const rows = Object.fromEntries(
    await page.$$eval("#play-purse dl > div", (all) =>
      all.map((row) => [row.firstChild.textContent, Number(row.lastChild.textContent.slice(1))]),
    ),
  );
  assert.equal(rows.limit, 1);
  assert.equal(rows.held, 0);
  assert.ok(rows.spent > 0 && Math.abs(rows.left - (1 - rows.spent)) < 0.001, JSON.stringify(rows));
  await close();
});

/** How each fault must end; `whole` is the control. */
const ENDS = {
  none: /^endedwhole finish reason(stop|length) /,
  ended: /^endedby an error classStreamTruncatedError /,
  cut: /^endedby an error classStreamTruncatedError /,
  reset: /^endedby an error classStreamTruncatedError /,
  silent: /^endedby an error classStreamIdleTimeoutError /,
  error: /^endedby an error class(APIError|InternalServerError) /,
  garbled: /^endedby an error class\w*Error /,
  endless: /^endedby an error classStreamTruncatedError /,
};

test("each way to break a stream ends as an error that says why, and keeps what had come", async () => {
  assert.deepEqual(Object.keys(ENDS), Object.keys(FAULTS));
  const { page, close } = await open();
  for (const [name, expected] of Object.entries(ENDS)) {
    await page.select("#play-cuts select", name);
    await page.click("#play-cuts button");
    await page.waitForSelector("#play-cuts .end div");
    await page.waitForSelector("#play-cuts button:enabled");
    const said = (await texts(page, "#play-cuts .end div")).join(" ");
    assert.match(said, expected, name);
    if (name !== "garbled")
      assert.notEqual((await texts(page, "#play-cuts .play-text"))[0], "", name);
  }
  await close();
});

test("experiments that are started together do not take each other's fault", async () => {
  const { page, close } = await open();
  await page.$eval("#play-cuts form", (form) => form.requestSubmit());
  await page.$eval("#play-seeds form", (form) => form.requestSubmit());
  await page.waitForSelector("#play-seeds figure");
  const said = (await texts(page, "#play-cuts .end div")).join(" ");
  assert.match(said, ENDS.ended);
  await close();
});

test("only this page may order a fault, and only one of those that it shows", async () => {
  const post = (body, headers) =>
    fetch(new URL("/fault", demo.url), { method: "POST", body: JSON.stringify(body), headers });
  assert.equal((await post({ fault: "cut" }, { origin: "https://elsewhere.example" })).status, 403);
  for (const fault of ["hang", "constructor", 7, undefined])
    assert.equal((await post({ fault })).status, 404, String(fault));
  assert.equal((await fetch(new URL("/fault", demo.url))).status, 405);
  assert.equal((await post({ fault: "none" })).status, 200, "the control");
});
