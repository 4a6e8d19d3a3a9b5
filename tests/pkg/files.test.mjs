// What npm would publish.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

import { setting } from "../support/program.mjs";

const LIST = new URL("../fixtures/package-files.txt", import.meta.url);
const packed = setting("OPENAI_WASM_PKG");
const manifest = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));

it("C16_npm_packs_the_listed_files_and_no_other", async () => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = await promisify(execFile)(
    npm,
    ["pack", "--dry-run", "--json", "--ignore-scripts"],
    { cwd: packed },
  );
  // An array, or from npm 11.6 on an object by the package's name.
  const [{ files }] = Object.values(JSON.parse(stdout));
  const paths = files.map(({ path }) => path).sort();
  if (process.env.UPDATE_PACKAGE_FILES) await writeFile(LIST, `${paths.join("\n")}\n`);
  const listed = (await readFile(LIST, "utf8")).trim().split("\n");
  assert.deepEqual(
    paths,
    listed,
    "a file that is meant to be published is added by UPDATE_PACKAGE_FILES=1",
  );
});

it("C16_no_script_runs_when_the_package_is_installed", () => {
  // npm runs scripts, and builds where it finds a binding.gyp; dependencies would bring scripts of their own.
  for (const field of [
    "scripts",
    "dependencies",
    "optionalDependencies",
    "bundleDependencies",
    "gypfile",
  ]) {
    assert.equal(manifest[field], undefined, field);
  }
  assert.deepEqual(Object.keys(manifest.peerDependencies), ["jose", "unplugin", "zod"]);
  for (const { optional } of Object.values(manifest.peerDependenciesMeta))
    assert.equal(optional, true);
});
