// The package's types, checked by TypeScript itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

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

test("the control: what the official package refuses is refused", () => {
  const { status, stdout } = check(at("../fixtures/wire/refused.ts"));
  assert.notEqual(status, 0);
  const refused = stdout.match(/refused\.ts\(\d+,\d+\): error/g) ?? [];
  assert.equal(refused.length, 4, stdout);
});
