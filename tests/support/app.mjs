// Apps that a user could have, built by the bundlers that they use.

import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { setting } from "./program.mjs";

const TOOLS = createRequire(new URL("../package.json", import.meta.url));
const PAGE_TOOLS = createRequire(new URL("../../www/package.json", import.meta.url));

const load = (require, name) => import(pathToFileURL(require.resolve(name)).href);

/** What the packed package uses where an author has installed it. */
const PEERS = ["unplugin", "zod"];

/** A folder with the packed package and its peers installed, for apps as folders in it. */
export async function workshop() {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-apps-"));
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  // A copy: Node would look for a linked package's peers next to the link's target.
  await cp(setting("OPENAI_WASM_PKG"), join(modules, "openai-wasm"), { recursive: true });
  for (const peer of PEERS) {
    const target = fileURLToPath(new URL(`../node_modules/${peer}`, import.meta.url));
    await symlink(target, join(modules, peer), "dir");
  }
  return {
    folder,
    installed: (file) => join(modules, "openai-wasm", file),
    module: (file) => import(pathToFileURL(join(modules, "openai-wasm", file)).href),
    /** Writes an app's files, `{ path: content }`; its folder. */
    async app(name, files) {
      const app = join(folder, name);
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(app, path)), { recursive: true });
        await writeFile(join(app, path), content);
      }
      return app;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * The bundlers as `build(app, { plugin, define, external })`: builds src/main.js for browsers into dist/,
 * with source maps, and rejects with what the bundler says. `plugin` is an unplugin instance's options,
 * `external` a module that stays outside of the bundle.
 */
export const BUNDLERS = {
  async Vite(app, { plugin, define = {}, external, ssr = false, mode }) {
    const { build } = await load(PAGE_TOOLS, "vite");
    await writeFile(
      join(app, "index.html"),
      '<!doctype html><script type="module" src="/src/main.js"></script>',
    );
    await build({
      root: app,
      configFile: false,
      logLevel: "silent",
      mode,
      define,
      plugins: plugin ? [plugin.vite] : [],
      build: {
        outDir: "dist",
        sourcemap: true,
        target: "esnext",
        rollupOptions: { external },
        ...(ssr && { ssr: "src/main.js" }),
      },
    });
  },

  async webpack(app, { plugin, define = {}, external, target = "web" }) {
    const { default: webpack } = await load(TOOLS, "webpack");
    const compiler = webpack({
      mode: "production",
      context: app,
      target,
      entry: "./src/main.js",
      output: { path: join(app, "dist"), module: Boolean(external) },
      devtool: "source-map",
      ...(external && {
        externals: [external],
        externalsType: "module",
        experiments: { outputModule: true },
      }),
      module: { rules: [{ test: /\.bin$/, type: "asset/resource" }] },
      plugins: [new webpack.DefinePlugin(define), ...(plugin ? [plugin.webpack] : [])],
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, done) => (error ? reject(error) : resolve(done))),
    );
    await new Promise((resolve) => compiler.close(resolve));
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  },

  async Rollup(app, { plugin, define = {}, external }) {
    const { rollup } = await load(TOOLS, "rollup");
    const replace = {
      name: "define",
      transform: (code) => ({
        code: Object.entries(define).reduce(
          (text, [name, value]) => text.replaceAll(name, value),
          code,
        ),
        map: null,
      }),
    };
    const bundle = await rollup({
      input: join(app, "src/main.js"),
      logLevel: "silent",
      external,
      plugins: [replace, packages, plugin?.rollup],
    });
    try {
      await bundle.write({ dir: join(app, "dist"), sourcemap: true, format: "esm" });
    } finally {
      await bundle.close();
    }
  },

  async esbuild(app, { plugin, define = {}, external, platform = "browser" }) {
    const { build } = await load(TOOLS, "esbuild");
    await build({
      absWorkingDir: app,
      entryPoints: ["src/main.js"],
      bundle: true,
      minify: true,
      sourcemap: true,
      format: "esm",
      outdir: "dist",
      platform,
      define,
      external: external && [external],
      loader: { ".wasm": "file", ".bin": "file" },
      logLevel: "silent",
      plugins: plugin ? [plugin.esbuild] : [],
    });
  },
};

/** Vite's server for an app that is being written: `{ url, close }`. */
export async function serveByVite(app, { plugin }) {
  const { createServer } = await load(PAGE_TOOLS, "vite");
  const server = await createServer({
    root: app,
    configFile: false,
    logLevel: "silent",
    plugins: [plugin.vite],
    server: { port: 0 },
  });
  await server.listen();
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}

/** What @rollup/plugin-node-resolve does with `exports`, enough of it for these apps; a .wasm file is inlined. */
const packages = {
  name: "packages",
  resolveId(source, importer) {
    if (source.startsWith("openai-wasm")) throw new Error(`Rollup's test resolves no ${source}`);
    return source.endsWith(".wasm")
      ? fileURLToPath(new URL(source, pathToFileURL(importer)))
      : null;
  },
  async load(id) {
    if (!id.endsWith(".wasm")) return null;
    const { readFile } = await import("node:fs/promises");
    return `export default ${JSON.stringify((await readFile(id)).toString("base64"))};`;
  },
};
