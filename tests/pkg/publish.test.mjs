// What a release would send to npm, and whether the version and the changelog are fit for one.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";

import { setting } from "../support/program.mjs";

const packed = setting("OPENAI_WASM_PKG");
const root = new URL("../../", import.meta.url);
const read = (file) => readFile(new URL(file, root), "utf8");
const manifest = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));

/** npm removes what it does not like in a manifest, and goes on. */
const CORRECTED = /auto-corrected|errors corrected/;

const publish = (cwd) =>
  promisify(execFile)("npm", ["publish", "--dry-run", "--ignore-scripts"], { cwd }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );

it("npm would publish the package as it is, and the control: a command that it would remove", async (context) => {
  const { code, said } = await publish(packed);
  assert.equal(code, 0, said);
  assert.match(said, new RegExp(`^\\+ openai-wasm@${manifest.version}$`, "m"));
  assert.doesNotMatch(said, CORRECTED);

  const copy = await mkdtemp(join(tmpdir(), "openai-wasm-publish-"));
  context.after(() => rm(copy, { recursive: true, force: true }));
  await cp(packed, copy, { recursive: true });
  const bin = { "openai-wasm": "./bin.js" };
  await writeFile(join(copy, "package.json"), JSON.stringify({ ...manifest, bin }));
  assert.match((await publish(copy)).said, CORRECTED);
});

it("the package has the crate's version, and is published in public with provenance", async () => {
  const [, version] = /^version = "(.*)"$/m.exec(await read("Cargo.toml"));
  assert.equal(manifest.version, version);
  assert.deepEqual(manifest.publishConfig, { access: "public", provenance: true });
});

it("the changelog begins with what is not released, and its versions fall", async () => {
  const titles = (await read("CHANGELOG.md")).match(/^## .*$/gm);
  assert.equal(titles[0], "## [Unreleased]");
  const released = titles.slice(1).map((title) => {
    const [, version] = /^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$/.exec(title) ?? [];
    assert.ok(version, title);
    return version;
  });
  const falling = released.toSorted((one, other) =>
    other.localeCompare(one, "en", { numeric: true }),
  );
  assert.deepEqual(released, falling);
});

it("the licence of every crate in the package is in it", async () => {
  const text = await readFile(join(packed, "THIRD-PARTY.md"), "utf8");
  const named = new Set(
    [...text.matchAll(/^## (.*)$/gm)].flatMap(([, names]) => names.split(", ")),
  );
  const rows = [...text.matchAll(/^\| ([\w-]+) \| \d+\.\d+\.\d+/gm)].map(([, name]) => name);
  assert.ok(rows.includes("serde_json") && rows.includes("hmac") && rows.length > 20);
  for (const name of rows) assert.ok(named.has(name), name);
});
