// A Worker's source as modules for workerd, by the way a user's bundler takes: imports of the packed
// package are resolved under the condition `workerd`, and its .wasm stays a module of its own.

import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { setting } from "./program.mjs";

/**
 * @param source of the Worker's entry module
 * @param packed folder of the package; by default the one with the proxy's URL as an option
 * @param plugins more of esbuild's plugins
 */
export async function bundleWorker(
  source,
  { packed = setting("OPENAI_WASM_PKG"), plugins = [] } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-bundle-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(packed, join(folder, "node_modules", "openai-wasm"), "dir");
    return await bundleProject(folder, source, { plugins });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The same in a project's folder, where the package is installed.
 *
 * @param conditions that the runtime sets
 */
export async function bundleProject(
  folder,
  source,
  { conditions = ["workerd"], plugins = [] } = {},
) {
  const wasm = new Map();
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, sourcefile: "worker.js" },
    bundle: true,
    external: ["cloudflare:*"],
    format: "esm",
    target: "es2022",
    conditions,
    write: false,
    logLevel: "silent",
    plugins: [...plugins, wasmModules(wasm)],
  });
  const modules = [{ name: "worker.js", esModule: outputFiles[0].text }];
  for (const [name, path] of wasm) modules.push({ name, wasm: await readFile(path) });
  return modules;
}

/** The packed folder stands outside of the tests' packages: `jose` is found as an installed package's own would be. */
export const jose = {
  name: "jose",
  setup(bundler) {
    const entry = fileURLToPath(import.meta.resolve("jose"));
    bundler.onResolve({ filter: /^jose$/ }, () => ({ path: entry }));
  },
};

const wasmModules = (found) => ({
  name: "wasm-modules",
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
      const name = basename(path);
      found.set(name, join(resolveDir, path));
      return { path: `./${name}`, external: true };
    });
  },
});
