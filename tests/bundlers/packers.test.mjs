// webpack, Rspack, Rollup, esbuild, `bun build` and Parcel, as their documents begin, and Jest.

import { bunProgram } from "../support/nodes.mjs";
import { PAGE, WORKER, bundlers } from "../support/bundled.mjs";
import { STATIC } from "../support/installed.mjs";

const HTML = {
  "dist/index.html":
    '<!doctype html><title>page</title><script type="module" src="main.js"></script>\n',
};
const CLASSIC = {
  "dist/index.html": '<!doctype html><title>page</title><script src="main.js" defer></script>\n',
};
const MAIN = { "src/main.js": PAGE["src/main.js"] };
const MAIN_WORKER = {
  "src/main.js": WORKER["src/main.js"],
  "src/worker.js": WORKER["src/worker.js"],
};

const PACK = (mode) =>
  `export default {
  mode: "${mode}",
  entry: "./src/main.js",
  output: { path: import.meta.dirname + "/dist" },
  devServer: { static: "./dist", host: "localhost" },
  devtool: false,
};
`.replace("import.meta.dirname", "process.cwd()");
const packs = (mode, files) => ({ ...files, ...CLASSIC, "pack.config.mjs": PACK(mode) });

const ROLLUP = `import resolve from "@rollup/plugin-node-resolve";
export default { input: "src/main.js", output: { dir: "dist", format: "esm" }, plugins: [resolve({ browser: true })] };
`;
const SERVER = { "src/server.js": 'import "../ask/start.mjs";\n' };
const served = (file) => ({ page: false, serve: ["node", file], routes: [""] });
const esbuild = (...args) => ["node_modules/esbuild/bin/esbuild", "--bundle", ...args];

const JEST = {
  "jest.config.js": 'export default { testEnvironment: "node", transform: {} };\n',
  "ask.test.js": `import * as openai from "openai-wasm";
import { askAll } from "./ask/all.mjs";
test("asks", async () => {
  const { proxy, token, report } = Object.fromEntries(new URLSearchParams(process.env.QUERY));
  await fetch(report, { method: "POST", body: JSON.stringify(await askAll(openai, { proxyUrl: proxy, token })) });
}, 300_000);
`,
};

export const ROWS = [
  {
    name: "webpack, page, development",
    node: 20,
    files: packs("development", MAIN),
    serve: ["webpack", "serve", "--config", "pack.config.mjs", "--port", "$PORT"],
    first: true,
  },
  {
    name: "webpack, page, production",
    node: 20,
    files: packs("production", MAIN),
    build: [["webpack", "--config", "pack.config.mjs"]],
    dist: "dist",
  },
  {
    name: "webpack, worker, production",
    node: 20,
    files: packs("production", MAIN_WORKER),
    build: [["webpack", "--config", "pack.config.mjs"]],
    dist: "dist",
  },
  {
    name: "Rspack, page, development",
    node: 20,
    files: packs("development", MAIN),
    serve: ["rspack", "serve", "--config", "pack.config.mjs", "--port", "$PORT"],
  },
  {
    name: "Rspack, page, production",
    node: 20,
    files: packs("production", MAIN),
    build: [["rspack", "build", "--config", "pack.config.mjs"]],
    dist: "dist",
  },
  {
    name: "Rollup, page, production",
    node: 20,
    files: { ...MAIN, ...HTML, "rollup.config.mjs": ROLLUP },
    build: [["rollup", "-c"]],
    dist: "dist",
  },
  {
    name: "esbuild, page, development",
    node: 20,
    files: { ...MAIN, ...HTML },
    serve: esbuild(
      "src/main.js",
      "--format=esm",
      "--outdir=dist",
      "--servedir=dist",
      "--serve=localhost:$PORT",
    ),
  },
  {
    name: "esbuild, page, production",
    node: 20,
    files: { ...MAIN, ...HTML },
    build: [esbuild("src/main.js", "--minify", "--format=esm", "--outdir=dist")],
    dist: "dist",
    first: true,
  },
  {
    name: "esbuild, page, production, parts loaded on demand",
    node: 20,
    files: { ...MAIN, ...HTML },
    build: [esbuild("src/main.js", "--minify", "--splitting", "--format=esm", "--outdir=dist")],
    dist: "dist",
  },
  {
    name: "esbuild, page, one classic script",
    node: 20,
    entry: STATIC,
    files: { ...MAIN, ...CLASSIC },
    build: [esbuild("src/main.js", "--minify", "--outdir=dist")],
    dist: "dist",
  },
  {
    name: "esbuild, Node.js, an ES module",
    node: 20,
    files: SERVER,
    build: [
      esbuild("src/server.js", "--platform=node", "--format=esm", "--outfile=dist/server.mjs"),
    ],
    ...served("dist/server.mjs"),
    first: true,
  },
  {
    name: "esbuild, Node.js, a CommonJS module",
    node: 20,
    files: SERVER,
    build: [
      esbuild("src/server.js", "--platform=node", "--format=cjs", "--outfile=dist/server.cjs"),
    ],
    ...served("dist/server.cjs"),
  },
  {
    name: "bun build, page",
    node: 20,
    files: { ...MAIN, ...HTML },
    build: [[bunProgram, "build", "src/main.js", "--target=browser", "--outdir=dist"]],
    dist: "dist",
  },
  {
    name: "bun build, Node.js",
    node: 20,
    files: SERVER,
    build: [[bunProgram, "build", "src/server.js", "--target=node", "--outdir=dist"]],
    ...served("dist/server.js"),
  },
  {
    name: "Parcel, page, development",
    node: 20,
    files: PAGE,
    serve: ["parcel", "serve", "index.html", "--port", "$PORT", "--no-hmr", "--no-autoinstall"],
  },
  {
    name: "Parcel, page, production",
    node: 20,
    files: PAGE,
    build: [
      ["parcel", "build", "index.html", "--dist-dir", "dist", "--no-cache", "--no-autoinstall"],
    ],
    dist: "dist",
  },
  {
    name: "Jest, Node.js",
    node: 20,
    files: JEST,
    env: { NODE_OPTIONS: "--experimental-vm-modules" },
    reports: ["node_modules/jest/bin/jest.js"],
    first: true,
  },
  {
    name: "control: a damaged package fails in a page of esbuild",
    node: 20,
    files: { ...MAIN, ...HTML },
    build: [esbuild("src/main.js", "--format=esm", "--outdir=dist")],
    dist: "dist",
    install: "damaged",
    control: true,
    first: true,
  },
];

bundlers("packers", ROWS);
