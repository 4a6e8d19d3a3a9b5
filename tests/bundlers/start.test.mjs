// The start, by the commands that its README has, in an empty folder: from the tarball to an answer that streams
// in a browser, and on to what would be deployed.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { begin, ended } from "../support/asking.mjs";
import { BROWSERS } from "../support/browsers.mjs";
import { cases } from "../support/cases.mjs";
import { workshop } from "../support/installed.mjs";
import { freePort } from "../support/program.mjs";

const ROWS = [
  { name: "the start, by the oldest Node.js", node: 20, first: true },
  { name: "the start, by Node.js 22 with the newest Wrangler", node: 22 },
];

/** Those on PATH, run by the case's own Node.js. */
const npm = () => "npm";
const npx = () => "npx";

cases(ROWS, async ({ node }) => {
  const shop = await workshop();
  try {
    const env = { WRANGLER_SEND_METRICS: "false", npm_config_update_notifier: "false" };
    const empty = await shop.empty({ node, env });
    const since = Date.now();
    await empty.run(npx, ["--yes", `../${basename(shop.tarball)}`, "init", "my-app"]);
    const app = empty.inside("my-app");
    const manifest = JSON.parse(await readFile(app.path("package.json"), "utf8"));
    assert.equal(manifest.name, "my-app");
    assert.match(await readFile(app.path(".gitignore"), "utf8"), /^\.dev\.vars\*$/m);
    await app.run(npm, ["install", "--no-audit", "--no-fund"]);
    console.log(`        installed after ${((Date.now() - since) / 1000).toFixed(0)} s`);

    const port = await freePort();
    const server = await app.start(undefined, ["run", "dev", "--", "--port", String(port)], {
      program: npm(),
      ready: (text) => /Ready on (http:\S+)/.exec(text)?.[1],
    });
    const browser = await BROWSERS.Chromium();
    try {
      const page = await browser.open(server.found);
      await begin(page, "Say this is a test");
      const { answer, notice, lengths } = await ended(page);
      assert.equal(notice, "");
      assert.match(answer, /^You asked: “Say this is a test” This answer is a script, not a model/);
      assert.ok(lengths.length > 3, `it came in pieces: ${lengths}`);
      console.log(`        answered after ${((Date.now() - since) / 1000).toFixed(0)} s`);
    } catch (error) {
      console.log(server.output);
      throw error;
    } finally {
      await browser.close();
      await server.stop();
    }

    const said = await app.run(npm, ["run", "deploy", "--", "--dry-run", "--outdir", "out"]);
    assert.match(said, /--dry-run: exiting now/);
    assert.match(await readFile(join(app.path("out"), "worker.js"), "utf8"), /BudgetLedger/);
  } finally {
    await shop.remove();
  }
});
