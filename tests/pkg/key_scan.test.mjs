// The key scan of `cargo xtask pack`, on real builds: it passes the package, refuses a leaky one, and
// leaves nothing behind when it refuses.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { setting } from "../support/program.mjs";

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-pack-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** `cargo xtask pack` with more arguments; its exit code and what it said. */
function pack(...options) {
  return new Promise((resolve) => {
    execFile(setting("CARGO_XTASK"), ["pack", ...options], (error, _, said) =>
      resolve({ code: error?.code ?? 0, said }),
    );
  });
}

/** Every file of a packed folder outside edge/, as [name, bytes]. */
async function clientSide(packed) {
  const entries = await readdir(packed, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const outside = files.filter((file) => !file.startsWith(join(packed, "edge/")));
  return Promise.all(
    outside.map(async (file) => [file.slice(packed.length + 1), await readFile(file)]),
  );
}

test("a client that can hold a key is refused, and no package is left behind", {
  timeout: 600_000,
}, async () => {
  const out = join(folder, "leaky");
  const { code, said } = await pack("--leaky", "--out", out);
  assert.notEqual(code, 0);
  assert.match(said, /leak client\/client\.wasm: the mark of a key-holding build/);
  await assert.rejects(readdir(out), { code: "ENOENT" });
});

test("a folder that holds something else is never replaced", { timeout: 600_000 }, async () => {
  const { code, said } = await pack("--out", folder.replace(/[^/]*$/, ""));
  assert.notEqual(code, 0);
  assert.match(said, /holds something else/);
});

test("the mark of a key-holding build stands in edge/ and nowhere else", async () => {
  const [, mark] = /KEY_HOLDING_BUILD: &str = "([^"]+)"/.exec(
    await readFile(new URL("../../src/client/auth.rs", import.meta.url), "utf8"),
  );
  for (const packed of [setting("OPENAI_WASM_PKG"), setting("OPENAI_WASM_DEMO_PKG")]) {
    for (const [name, bytes] of await clientSide(packed)) assert.ok(!bytes.includes(mark), name);
    // The control: without it the search above would prove nothing.
    assert.ok((await readFile(join(packed, "edge/edge.wasm"))).includes(mark));
  }
});

test("a bound client holds its proxy's path, and no other way to name one", async () => {
  const { PROXY_URL: bound } = await import(
    join(setting("OPENAI_WASM_DEMO_PKG"), "client/build.js")
  );
  const { PROXY_URL: open } = await import(join(setting("OPENAI_WASM_PKG"), "client/build.js"));
  assert.deepEqual([bound, open], ["/v1", null]);
});
