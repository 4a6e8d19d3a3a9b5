// The page about the scanner: its block, its table and what it says of the plugin.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { workshop } from "../support/app.mjs";
import { shapedKeys } from "../support/keys.mjs";
import { failure } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { blocksOf, code, page, tableAfter } from "./pages.mjs";

const packed = (file) => join(setting("OPENAI_WASM_PKG"), file);
const PAGE = page("docs/scanner.md");
const TABLE = "## Options";

describe("the page about the scanner", () => {
  let shop;
  before(async () => {
    shop = await workshop();
  });
  after(() => shop?.remove());

  it("its Vite file lets a sound app pass and a leaky one not", { timeout: 120_000 }, async () => {
    const [{ code: config }] = blocksOf(PAGE).filter(({ name }) => name === "vite");
    const vite = createRequire(new URL("../../www/package.json", import.meta.url)).resolve("vite");
    const { build } = await import(pathToFileURL(vite).href);
    // The bare name `vite` of the block is the one that www/ brings.
    const source = config.replace('"vite"', JSON.stringify(pathToFileURL(vite).href));
    const files = (script) => ({
      "vite.config.mjs": source,
      "index.html": '<script type="module" src="/main.js"></script>',
      "main.js": script,
    });
    await build({
      root: await shop.app("sound", files("document.title = 1;")),
      logLevel: "silent",
    });
    const [[, key]] = shapedKeys();
    const leaky = await shop.app("leaky", files(`document.title = "${key}";`));
    assert.match(
      (await failure(build({ root: leaky, logLevel: "silent" }))).message,
      /a key of OpenAI/,
    );
  });

  it("names every option of the plugin and of the command, and no other", async () => {
    const { OPTIONS } = await import(pathToFileURL(packed("scan/options.js")).href);
    const rows = tableAfter(PAGE, TABLE);
    assert.deepEqual(rows.map(([option]) => code(option)).sort(), [...OPTIONS].sort());
    const help = execFileSync(process.execPath, [packed("scan/cli.js"), "--help"], {
      encoding: "utf8",
    });
    const flags = [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag);
    const named = [...rows.map(([, flag]) => code(flag)), "--json", "--help"];
    assert.deepEqual(flags.sort(), named.sort());
  });

  it("names providers and exports that there are", async () => {
    const { PROVIDERS } = await import(pathToFileURL(packed("scan/providers.js")).href);
    const [, list] = /the keys of ([^:]*?) and others/.exec(PAGE);
    for (const provider of list.split(", ")) assert.ok(PROVIDERS.includes(provider), provider);
    const plugin = await shop.module("scan/plugin.js");
    for (const name of ["vite", "webpack", "rspack", "rollup", "rolldown", "esbuild"])
      assert.equal(typeof plugin[name], "function", name);
  });

  it("names the files of variables that are read", async () => {
    const { varsFilesOf } = await import(pathToFileURL(packed("scan/environment.js")).href);
    for (const file of varsFilesOf()) assert.ok(PAGE.includes(`\`${file}\``), file);
  });
});
