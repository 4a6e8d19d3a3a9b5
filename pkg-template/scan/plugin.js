// The scan as a plugin for Vite, webpack, Rspack, Rollup, Rolldown and esbuild. Outputs are scanned before
// they are written where the bundler lets us, so that a build that fails leaves nothing to publish.

import { relative, resolve } from "node:path";

import { createUnplugin } from "unplugin";

import { KeyLeakError, ScanError } from "./error.js";
import { scanContents, scanFiles, scanPaths } from "./files.js";
import { readOptions, scannerFor } from "./options.js";
import { reportOf } from "./report.js";

export { InvalidOptionError } from "../lib/errors.js";
export { KeyLeakError, ScanError };

const NAME = "openai-wasm-scan";

const refuse = (result) => {
  if (result.findings.length > 0) throw new KeyLeakError(reportOf(result), result.findings);
};

/** Chunks and assets of Rollup and its kin, by name. */
const contentsOf = (bundle) => Object.values(bundle).map((one) => [one.fileName, one.type === "chunk" ? one.code : one.source]);

const unplugin = createUnplugin((given = {}) => {
  const options = readOptions(given);
  /** A scanner for what one build makes: secrets are read when it ends, so that a watcher sees new ones. */
  const scannerIn = async (folder, target) => (await scannerFor({ ...options, target: options.target ?? target }, folder)).scanner;

  const rollup = {
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        refuse(await scanContents(await scannerIn(process.cwd(), "browser"), contentsOf(bundle)));
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
        refuse(await scanContents(await scannerIn(config.envDir || config.root, viteTarget(this, config)), contentsOf(bundle)));
      },
    },
    // Vite copies the folder `public`, and other plugins write files that the bundle does not know.
    writeBundle: {
      order: "post",
      sequential: true,
      async handler({ dir }) {
        if (!dir) return;
        const scanner = await scannerIn(config.envDir || config.root, viteTarget(this, config));
        refuse(await scanPaths(scanner, [resolve(config.root, dir)], { exclude: options.exclude, cwd: config.root }));
      },
    },
  };

  const webpack = (compiler) => {
    const { Compilation, WebpackError } = compiler.webpack;
    const target = /node|electron-main|electron-preload/.test(String(compiler.options.target)) ? "server" : "browser";
    compiler.hooks.compilation.tap(NAME, (compilation) => {
      // Child compilations hand their assets to their parent.
      if (compilation.compiler.isChild()) return;
      // After every stage that has a name, source maps and compression among them.
      const stage = Compilation.PROCESS_ASSETS_STAGE_REPORT + 1000;
      compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
        const contents = compilation.getAssets().map(({ name, source }) => [name, source.buffer()]);
        try {
          refuse(await scanContents(await scannerIn(compiler.context, target), contents));
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
        const scanner = await scannerIn(folder, target);
        try {
          const files = Object.keys(metafile?.outputs ?? {}).map((file) => resolve(folder, file));
          const result = outputFiles
            ? await scanContents(scanner, outputFiles.map(({ path, contents }) => [relative(folder, path) || path, contents]))
            : await scanFiles(scanner, files, folder);
          refuse(result);
          return undefined;
        } catch (error) {
          return { errors: [{ text: error.message, detail: error }] };
        }
      });
    },
  };

  return { name: NAME, rollup, rolldown: rollup, vite, webpack, rspack: webpack, esbuild };
});

/** Vite builds servers too: by its older option, or in an environment of its own. */
const viteTarget = ({ environment }, { build }) =>
  (environment ? environment.config.consumer === "server" : Boolean(build.ssr)) ? "server" : "browser";

export const { vite, webpack, rspack, rollup, rolldown, esbuild } = unplugin;
export default unplugin;
