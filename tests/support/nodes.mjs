// Node.js by its major version: the one that runs the tests, or a package of tests/runtimes.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PACKAGES = fileURLToPath(new URL("../runtimes/node_modules/", import.meta.url));

/** The program `node` of a major version; the variable NODE22, for example, names another. */
export function nodeProgram(major) {
  const named = process.env[`NODE${major}`];
  if (named) return named;
  if (process.versions.node.split(".")[0] === String(major)) return process.execPath;
  const file = `${PACKAGES}node${major}-${process.platform}-${process.arch}/bin/node`;
  if (!existsSync(file)) {
    throw new Error(
      `Node.js ${major} is missing: run \`npm ci\` in tests/runtimes, or set NODE${major} to its program`,
    );
  }
  return file;
}

/** A file of a package of tests/runtimes. */
export function runtimeFile(file) {
  if (!existsSync(PACKAGES + file))
    throw new Error(`${file} is missing: run \`npm ci\` in tests/runtimes`);
  return PACKAGES + file;
}

/** The programs of other runtimes, as their packages for this machine bring them. */
export const bunProgram = () =>
  runtimeFile(
    `@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}/bin/bun`,
  );
export const denoProgram = () =>
  runtimeFile(
    `@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}/deno`,
  );
