// Runtimes that compile no WebAssembly from bytes: workerd, old and new, and Vercel's edge-runtime, which
// hands in a module of another realm, as Next.js does.

import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";

import { build } from "esbuild";

import { bundleProject } from "../support/bundle.mjs";
import { answersAll, cases, runs } from "../support/cases.mjs";
import { secrets } from "../support/front.mjs";
import { workshop } from "../support/installed.mjs";
import { runtimeFile } from "../support/nodes.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { BINARIES, startWorkerd } from "../support/workerd.mjs";

const WORKER = `
import { answer } from "./ask/server.mjs";
export default { fetch: answer };
`;

const EDGE = `
import { answer } from "./ask/server.mjs";
addEventListener("fetch", (event) => event.respondWith(answer(event.request, SECRETS, event)));
`;
/**
 * Compiles the modules outside of the runtime's own realm. The package's own \`runServer\` tells no handler
 * that its caller has left, so another server stands in front.
 */
const HOST = `
import { readFile, readdir } from "node:fs/promises";
import { serve } from "./ask/node.mjs";
import { EdgeRuntime } from ${JSON.stringify(pathToFileURL(runtimeFile("edge-runtime/dist/index.js")))};
const modules = {};
for (const name of await readdir("dist")) {
  if (name.endsWith(".wasm")) modules[name] = await WebAssembly.compile(await readFile("dist/" + name));
}
const { OPENAI_API_KEY, OPENAI_BASE_URL, SESSION_SECRET } = process.env;
const runtime = new EdgeRuntime({
  extend: (context) => Object.assign(context, { MODULES: modules, SECRETS: { OPENAI_API_KEY, OPENAI_BASE_URL, SESSION_SECRET } }),
  initialCode: await readFile("dist/edge.js", "utf8"),
});
const server = await serve(async ({ url, method, headers, body, signal }) =>
  runtime.dispatchFetch(url, { method, headers: [...headers], body: body ?? undefined, duplex: "half", signal }));
console.log("listening on " + server.url);
`;

export const ROWS = [
  {
    name: "workerd, the newest",
    start: workerd,
    binary: () => createRequire(runtimeFile("workerd/package.json"))("workerd").default,
    first: true,
  },
  { name: "workerd of October 2026", start: workerd, binary: () => BINARIES.workerd },
  { name: "workerd of June 2026", start: workerd, binary: () => BINARIES["workerd of June 2026"] },
  { name: "edge-runtime, with modules of another realm", start: edgeRuntime, first: true },
];

let shop;
let upstream;
before(async () => {
  if (!ROWS.some(runs)) return;
  shop = await workshop();
  upstream = await startUpstream();
});
after(() => Promise.all([shop?.remove(), upstream?.stop()]));

async function workerd(project, { binary }) {
  const modules = await bundleProject(project.folder, WORKER);
  return startWorkerd({ modules, bindings: secrets(upstream) }, { binary: binary() });
}

async function edgeRuntime(project) {
  await build({
    stdin: { contents: EDGE, resolveDir: project.folder, sourcefile: "edge.js" },
    bundle: true,
    format: "iife",
    conditions: ["edge-light"],
    outfile: project.path("dist/edge.js"),
    logLevel: "silent",
    plugins: [handedIn(project.path("dist"))],
  });
  const host = await project.start(undefined, ["host.mjs"], { env: secrets(upstream) });
  return {
    url: host.found,
    stop: host.stop,
    get output() {
      return host.output;
    },
  };
}

/** Imports of compiled modules become what the host hands in; the files are put beside the bundle. */
const handedIn = (folder) => ({
  name: "handed-in",
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?module", "")),
      namespace: "handed-in",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "handed-in" }, async ({ path }) => {
      await mkdir(folder, { recursive: true });
      await copyFile(path, join(folder, basename(path)));
      return { contents: `export default MODULES[${JSON.stringify(basename(path))}];` };
    });
  },
});

cases(ROWS, async (row) => {
  const project = await shop.project({ files: { "host.mjs": HOST } });
  const server = await row.start(project, row);
  try {
    const get = async (path) => (await fetch(new URL(path, server.url))).json();
    await answersAll(upstream, () => get("/ask/edge"));
    await answersAll(upstream, () => get("/ask/keyless"));
  } catch (error) {
    console.log(server.output);
    throw error;
  } finally {
    await server.stop();
  }
});
