// The page for people who use a keyboard, a screen reader or a finger.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ask, ended, startDemo } from "./demo.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = [
  { width: 1280, height: 860 },
  { width: 390, height: 844, touch: true },
  { width: 320, height: 640, touch: true },
  { width: 667, height: 375, touch: true },
];
/** What a finger needs, in CSS pixels. */
const TARGET = 44;

let demo;
// Answers of pages that were closed end at once: a subject has few that are under way.
before(async () => (demo = await startDemo({ graceMs: 100 })));
after(() => demo?.close());

/** What the page can look like. */
const states = {
  "at the beginning": async () => {},
  "with a conversation": async (page) => {
    await ask(page, "Say this is a test");
    await ended(page);
  },
  "with an answer under way whose connection was cut": async (page) => {
    await demo.upstream.arm("stepped", { path: "/v1/chat" });
    await ask(page, "Say this is a test");
    await page.waitForSelector(".under-way:not([hidden])");
    await page.click(".cut");
    await page.waitForSelector(".cut-note:not([hidden])");
  },
  "with an error": async (page) => {
    await demo.upstream.arm("status=400", { path: "/v1/chat" });
    await ask(page, "Say this is a test");
    await ended(page);
  },
  "with the code shown": async (page) => {
    await page.click('#views a[href="#code"]');
    await page.waitForSelector("#code-title");
  },
  "with the playground": async (page) => {
    await page.click('#views a[href="#playground"]');
    await page.waitForSelector(".playground[data-ready]");
    await page.$eval("#play-seeds form", (form) => form.requestSubmit());
    await page.waitForSelector("#play-seeds figure");
    await page.$eval("#play-cuts form", (form) => form.requestSubmit());
    await page.$eval("#play-pieces", (part) => part.scrollIntoView());
    await page.waitForSelector("#play-pieces .piece");
    await page.waitForSelector("#play-cuts .end div");
  },
  "with the settings open": async (page) => {
    await page.click("#settings-toggle");
    await page.click("summary");
    await page.type("#temperature", "9");
  },
};

/** axe's violations, each with the elements that it names. */
async function violations(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
}

/** What can be pressed and is smaller than a finger, with its size. */
const tooSmall = (page) =>
  page.evaluate((target) => {
    const controls = document.querySelectorAll("button, select, input, textarea, summary, a[href]");
    return [...controls].flatMap((control) => {
      if (!control.checkVisibility({ visibilityProperty: true }) || control.matches(".skip"))
        return [];
      const { width, height } = control.getBoundingClientRect();
      if (width >= target && height >= target) return [];
      return [`${control.outerHTML.slice(0, 90)}: ${width} by ${height}`];
    });
  }, TARGET);

for (const size of SIZES) {
  for (const theme of ["light", "dark"]) {
    test(`axe finds nothing at ${size.width} px, ${theme}`, async () => {
      for (const [state, reach] of Object.entries(states)) {
        const { page, close } = await demo.open(size);
        await page.setBypassCSP(true);
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: theme },
          { name: "prefers-reduced-motion", value: "reduce" },
        ]);
        await reach(page);
        assert.deepEqual(await violations(page), [], state);
        await close();
      }
    });
  }
}

test("the control: axe finds a button without a name", async () => {
  const { page, close } = await demo.open();
  await page.$eval("#send", (button) => (button.textContent = ""));
  const [found] = await violations(page);
  assert.match(found, /^button-name: /);
  await close();
});

for (const size of SIZES.filter(({ touch }) => touch)) {
  test(`whatever can be pressed at ${size.width} px is ${TARGET} px in both directions, and nothing is cut off`, async () => {
    for (const [state, reach] of Object.entries(states)) {
      const { page, close } = await demo.open(size);
      await reach(page);
      assert.deepEqual(await tooSmall(page), [], state);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      assert.equal(scroll, client, state);
      await close();
    }
  });
}

test("all of it can be done by keyboard", async () => {
  const { page, close } = await demo.open();
  const focused = () =>
    page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  const tabTo = async (wanted, most = 30) => {
    for (let presses = 0; presses < most; presses += 1) {
      if ((await focused()) === wanted) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not come to ${wanted}; it is at ${await focused()}`);
  };
  await page.$eval("body", (body) => {
    body.tabIndex = -1;
    body.focus();
  });
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  await tabTo("settings-toggle");
  await page.keyboard.press("Enter");
  await tabTo("temperature");
  await page.keyboard.type("0");
  await page.keyboard.press("Escape");
  assert.equal(await page.$(":popover-open"), null);
  assert.equal(await focused(), "settings-toggle", "the focus goes back");
  await tabTo("Say this is a test");
  await page.keyboard.press("Enter");
  assert.equal((await ended(page)).text, "This is a test!");
  await tabTo("model");
  await close();
});
