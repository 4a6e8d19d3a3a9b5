// The scan as a plugin for Vite, webpack, Rspack, Rollup, Rolldown and esbuild. Outputs are scanned before
// they are written where the bundler lets us, so that a build that fails leaves nothing to publish.

import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";

import { createUnplugin } from "unplugin";

import { KeyLeakError, ScanError } from "./error.js";
import { scanContents, scanPaths } from "./files.js";
import { readOptions, scannerFor } from "./options.js";
import { reportOf } from "./report.js";

export { InvalidOptionError } from "../lib/errors.js";
export { KeyLeakError, ScanError };

const NAME = "openai-wasm-scan";

/** What can hold a key, imported from outside of the bundle: a page would load it from elsewhere. */
const KEY_HOLDING_ENTRY = /^openai-wasm\/(?:edge|proxy)$/;

const refuse = (result) => {
  if (result.findings.length > 0) throw new KeyLeakError(reportOf(result), result.findings);
};

/** Chunks and assets of Rollup and its kin, by name. */
const contentsOf = (bundle) =>
  Object.values(bundle).map((one) => [one.fileName, one.type === "chunk" ? one.code : one.source]);

const importsOf = (bundle) =>
  Object.values(bundle).flatMap(({ fileName, imports = [], dynamicImports = [] }) =>
    [...imports, ...dynamicImports].map((module) => [fileName, module]),
  );

const unplugin = createUnplugin((given = {}) => {
  const options = readOptions(given);
  const { exclude = [] } = options;
  /** A scanner for what one build makes: secrets are read when it ends, so that a watcher sees new ones. */
  const scannerIn = async (folder, target, mode) =>
    (await scannerFor({ ...options, target, mode }, folder)).scanner;

  /**
   * Refuses a build that is not written yet.
   *
   * @param imports `[file, module]`: what stays outside of the bundle
   */
  const check = async (contents, imports, { folder, target, mode, left = [] }) => {
    const aim = options.target ?? target;
    const outside =
      aim === "browser" ? imports.filter(([, module]) => KEY_HOLDING_ENTRY.test(module)) : [];
    refuse({
      findings: outside.map(([file, module]) => ({
        file,
        kind: "key-holding-entry",
        coding: "raw",
        excerpt: module,
      })),
    });
    refuse(
      await scanContents(await scannerIn(folder, aim, mode), contents, {
        exclude: [...exclude, ...left],
      }),
    );
  };

  const rollup = {
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        await check(contentsOf(bundle), importsOf(bundle), {
          folder: process.cwd(),
          target: "browser",
        });
      },
    },
  };

  let config;
  const vite = {
    apply: "build",
    enforce: "post",
    configResolved(resolved) {
      config = resolved;
    },
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        await check(contentsOf(bundle), importsOf(bundle), viteBuild(this, config));
      },
    },
    // Vite copies the folder `public`, and other plugins write files that the bundle does not know.
    writeBundle: {
      order: "post",
      sequential: true,
      async handler({ dir }) {
        if (!dir) return;
        const { folder, target, mode, left } = viteBuild(this, config);
        const scanner = await scannerIn(folder, options.target ?? target, mode);
        refuse(
          await scanPaths(scanner, [resolve(config.root, dir)], {
            exclude: [...exclude, ...left],
            cwd: config.root,
          }),
        );
      },
    },
  };

  const webpack = (compiler) => {
    const { Compilation, WebpackError } = compiler.webpack;
    const target = /node|electron-main|electron-preload/.test(String(compiler.options.target))
      ? "server"
      : "browser";
    compiler.hooks.compilation.tap(NAME, (compilation) => {
      // Child compilations hand their assets to their parent.
      if (compilation.compiler.isChild()) return;
      // After every stage that has a name, source maps and compression among them.
      const stage = Compilation.PROCESS_ASSETS_STAGE_REPORT + 1000;
      compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
        const contents = compilation.getAssets().map(({ name, source }) => [name, source.buffer()]);
        const external = [...compilation.modules]
          .filter(({ externalType }) => externalType)
          .map(({ userRequest }) => ["a module", userRequest]);
        try {
          await check(contents, external, { folder: compiler.context, target });
        } catch (error) {
          // Thrown errors and those of the list both fail the build; these also keep its files from being written.
          const failed = new WebpackError(error.message);
          failed.hideStack = true;
          compilation.errors.push(Object.assign(failed, { cause: error }));
        }
      });
    });
  };

  const esbuild = {
    setup(build) {
      const { initialOptions } = build;
      initialOptions.metafile = true;
      const target = initialOptions.platform === "node" ? "server" : "browser";
      build.onEnd(async ({ errors, outputFiles, metafile }) => {
        if (errors.length > 0) return undefined;
        const folder = initialOptions.absWorkingDir ?? process.cwd();
        const outputs = Object.entries(metafile?.outputs ?? {});
        const external = outputs.flatMap(([file, { imports }]) =>
          imports.filter((one) => one.external).map(({ path }) => [file, path]),
        );
        const named = (path) => relative(folder, path) || path;
        try {
          const contents = outputFiles
            ? outputFiles.map(({ path, contents }) => [named(path), contents])
            : await Promise.all(
                outputs.map(async ([file]) => [file, await readFile(resolve(folder, file))]),
              );
          await check(contents, external, { folder, target });
          return undefined;
        } catch (error) {
          return { errors: [{ text: error.message, detail: error }] };
        }
      });
    },
  };

  return { name: NAME, rollup, rolldown: rollup, vite, webpack, rspack: webpack, esbuild };
});

/** `@cloudflare/vite-plugin` copies these beside a Worker for `vite preview`; they are uploaded with nothing. */
const SERVER_ONLY = [".dev.vars", ".dev.vars.*"];

/**
 * Where Vite finds variables, and what it builds for: servers too, by its older option or in an environment of
 * its own; `left` is what a server's folder may hold and a page's may not.
 */
function viteBuild({ environment }, { envDir, root, mode, build }) {
  const server = environment ? environment.config.consumer === "server" : Boolean(build.ssr);
  return {
    folder: envDir || root,
    target: server ? "server" : "browser",
    mode,
    left: server ? SERVER_ONLY : [],
  };
}

export const { vite, webpack, rspack, rollup, rolldown, esbuild } = unplugin;
export default unplugin;
