// The package as the tools of its trade see it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { setting } from "../support/program.mjs";

const TOOLS = {
  publint: ["publint/src/cli.js", "--strict"],
  attw: [
    "@arethetypeswrong/cli/dist/index.js",
    "--pack",
    ".",
    "--profile",
    "esm-only",
    "--no-color",
  ],
};

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-fitness-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What a tool says of a copy of the package, whose manifest `change` may alter: `{ code, said }`. */
async function look(tool, change = (manifest) => manifest) {
  const copy = await mkdtemp(join(folder, "package-"));
  await cp(setting("OPENAI_WASM_PKG"), copy, { recursive: true });
  const manifest = JSON.parse(await readFile(join(copy, "package.json"), "utf8"));
  await writeFile(join(copy, "package.json"), JSON.stringify(change(manifest), null, 2));
  const [script, ...options] = TOOLS[tool];
  const program = fileURLToPath(new URL(`../node_modules/${script}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...options], { cwd: copy }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    );
  });
}

for (const tool of Object.keys(TOOLS)) {
  test(`${tool} finds nothing, and the control: it finds types that are missing`, {
    timeout: 300_000,
  }, async () => {
    const { code, said } = await look(tool);
    assert.equal(code, 0, said);
    const broken = await look(tool, (manifest) => {
      manifest.exports["./static"].types = "./static.d.ts";
      return manifest;
    });
    assert.notEqual(broken.code, 0, broken.said);
  });
}
