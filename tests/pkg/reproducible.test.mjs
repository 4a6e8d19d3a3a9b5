// Who packs the same sources gets the same bytes, wherever they lie.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { setting } from "../support/program.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Not sources; the tools among them are linked. */
const LEFT_OUT = /^(?:target|pkg|\.git)(?:\/|$)|(?:^|\/)(?:node_modules|dist|target)(?:\/|$)/;

it("C16_a_pack_in_another_folder_gives_the_same_bytes", { timeout: 900_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-again-"));
  try {
    await cp(ROOT, folder, {
      recursive: true,
      filter: (path) => !LEFT_OUT.test(relative(ROOT, path)),
    });
    await mkdir(join(folder, "target"));
    await symlink(join(ROOT, "target/tools"), join(folder, "target/tools"), "dir");
    await symlink(join(ROOT, "tests/node_modules"), join(folder, "tests/node_modules"), "dir");
    const env = { ...process.env, CARGO_MANIFEST_DIR: join(folder, "xtask") };
    await promisify(execFile)(setting("CARGO_XTASK"), ["pack"], { cwd: folder, env });
    for (const file of [
      "client/client.wasm",
      "client/glue.js",
      "client/wasm.js",
      "openai-wasm.min.js",
      "edge/edge.wasm",
      "edge/glue.js",
      "edge/wasm.js",
    ]) {
      const [one, other] = await Promise.all(
        [setting("OPENAI_WASM_PKG"), join(folder, "pkg")].map((pkg) => readFile(join(pkg, file))),
      );
      assert.ok(one.equals(other), file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
