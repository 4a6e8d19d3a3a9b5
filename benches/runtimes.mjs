// Where the engines run: here, in Chromium, in workerd.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { engines } from "./engines.mjs";
import { compare, timeHere, verify } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const tests = fileURLToPath(new URL("../tests/", import.meta.url));
const pkg = process.env.OPENAI_WASM_PKG ?? fileURLToPath(new URL("../pkg/", import.meta.url));
const fromTests = createRequire(join(tests, "package.json"));
const load = (name) => import(pathToFileURL(fromTests.resolve(name)).href);

/** The package under test. */
export const ours = () => import(pathToFileURL(join(pkg, "index.js")).href);

export const versionOf = async (name) => {
  const path = join(tests, "node_modules", name, "package.json");
  return JSON.parse(await readFile(path, "utf8")).version;
};

/** The peers, in Node. */
export async function peers() {
  const bundle = await bundled("peers.mjs", { platform: "node", format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`);
}

async function bundled(entry, options) {
  const { build } = await load("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
    nodePaths: [join(tests, "node_modules")],
    ...options,
  });
  return outputFiles[0].text;
}

const alias = (file) => ({ "openai-wasm": join(pkg, file) });

export async function node() {
  const naive = process.env.NAIVE && fromTests(process.env.NAIVE);
  const list = await engines({ ...(await ours()), ...(await peers()), ...naive });
  return {
    name: `Node ${process.version}`,
    engines: list.map(({ name }) => name),
    async measure(each, _at, options) {
      await verify(each, list);
      return compare(each, list, { ...options, time: timeHere });
    },
    async stop() {},
  };
}

/** The crate itself: typed structs, in a program of its own. */
export async function rust() {
  const run = promisify(execFile);
  const root = fileURLToPath(new URL("..", import.meta.url));
  const options = [
    "bench",
    "--quiet",
    "--no-default-features",
    "--bench",
    "typed",
    "--no-run",
    "--message-format=json",
  ];
  const { stdout } = await run("cargo", options, { cwd: root, maxBuffer: 1 << 28 });
  const built = stdout
    .split("\n")
    .filter((line) => line.includes('"name":"typed"'))
    .map((line) => JSON.parse(line).executable);
  const program = built.find(Boolean);
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-bench-"));
  const { stdout: version } = await run("rustc", ["--version"]);
  return {
    name: `The crate, ${version.trim()}`,
    engines: ["ours, typed structs in Rust"],
    async measure({ shape, pieces }, _at, { rounds }) {
      const file = join(folder, "stream");
      await writeFile(file, shape.bytes);
      const sizes = pieces.map(({ length }) => length).join();
      const sized = sizes.length > 100_000 ? "1" : sizes;
      const text = new TextEncoder().encode(shape.text).length;
      const { stdout: nanoseconds } = await run(program, [file, text, sized, rounds].map(String));
      return [Number(nanoseconds) / 1000 / shape.events.length];
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function chromium({ events }) {
  const puppeteer = (await load("puppeteer-core")).default;
  const script = await bundled("page.mjs", { alias: alias("index.js"), platform: "browser" });
  const server = createServer((request, response) => {
    const files = {
      "/": [
        "text/html",
        "<!doctype html><title>bench</title><script type=module src=/bench.js></script>",
      ],
      "/bench.js": ["text/javascript", script],
    };
    const [type, content] = files[request.url] ?? [];
    response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(content);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
    protocolTimeout: 600_000,
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("globalThis.prepare");
  const prepared = await page.evaluate((count) => globalThis.prepare(count), events);
  return {
    name: (await browser.version()).replace("HeadlessChrome", "Chromium").replace("/", " "),
    engines: prepared.engines,
    measure: (_case, at, options) =>
      page.evaluate((index, given) => globalThis.run(index, given), at, options),
    async stop() {
      await browser.close();
      server.close();
    },
  };
}

export async function workerd({ events }) {
  const { startWorkerd } = await import("../tests/support/workerd.mjs");
  const source = await bundled("worker.mjs", {
    alias: alias("index.workerd.js"),
    conditions: ["workerd"],
    external: ["*.wasm"],
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  const name = source.match(/from "([^"]*client\.wasm)"/)[1];
  const modules = [
    { name: "worker.js", esModule: source },
    { name, wasm: await readFile(join(pkg, "client/client.wasm")) },
  ];
  const worker = await startWorkerd({ modules });
  const get = async (query) => {
    const response = await fetch(`${worker.url}/?${new URLSearchParams({ events, ...query })}`);
    if (!response.ok) throw new Error(`workerd: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const names = JSON.parse(await get({}));
  const timed = async (index, at, count) => {
    const start = performance.now();
    await get({ engine: index, case: at, count });
    return performance.now() - start;
  };
  return {
    name: `workerd ${await versionOf("workerd")}`,
    engines: names,
    async measure(each, at, options) {
      await get({ case: at });
      // Twice as many streams less as many: what a request costs by itself falls out.
      const time = async ({ index }, _case, count) =>
        (await timed(index, at, 2 * count)) - (await timed(index, at, count));
      return compare(
        each,
        names.map((_, index) => ({ index })),
        { ...options, time },
      );
    },
    stop: () => worker.stop(),
  };
}
