// The package's types, checked by TypeScript itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { workshop } from "../support/app.mjs";

const tsc = createRequire(import.meta.url).resolve("typescript/package.json").replace("package.json", "bin/tsc");
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

function check(...files) {
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, ...files], { encoding: "utf8" });
  return { status, stdout };
}

test("what type-checks against the official package type-checks here", () => {
  assert.deepEqual(check(at("../fixtures/wire/official.ts")), { status: 0, stdout: "" });
});

test("calls that type-check with the official client type-check with ours", () => {
  assert.deepEqual(check(at("../fixtures/wire/methods.ts")), { status: 0, stdout: "" });
});

test("the control: what the official package refuses is refused", () => {
  const { status, stdout } = check(at("../fixtures/wire/refused.ts"));
  assert.notEqual(status, 0);
  const refused = stdout.match(/refused\.ts\(\d+,\d+\): error/g) ?? [];
  assert.equal(refused.length, 4, stdout);
});

test("the plugin's types fit the bundlers", { timeout: 120_000 }, async () => {
  const shop = await workshop();
  try {
    const source = (options) => `import scan, { vite, KeyLeakError, type ScanOptions } from "openai-wasm/plugin";
const options: ScanOptions = ${options};
export const plugins = [scan.vite(options), scan.webpack(), scan.rollup(), scan.esbuild(options), vite()];
export const files = (error: unknown) => (error instanceof KeyLeakError ? error.findings.map(({ file, line }) => [file, line]) : []);
`;
    const app = await shop.app("types", {
      "good.mts": source('{ target: "server", ignoreProviders: ["google"] }'),
      "bad.mts": source('{ target: "phone" }'),
    });
    // `unplugin` names the types of every bundler, and nobody has them all.
    assert.deepEqual(check("--skipLibCheck", `${app}/good.mts`), { status: 0, stdout: "" });
    assert.match(check("--skipLibCheck", `${app}/bad.mts`).stdout, /bad\.mts.*'"phone"' is not assignable/);
  } finally {
    await shop.remove();
  }
});
