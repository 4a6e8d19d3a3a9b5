// examples/worker-rust as modules for workerd. `wrangler` would build it with worker-build; here
// `cargo xtask test` builds it, and the shim below stands for worker-build's.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

import { setting } from "./program.mjs";
import { QUESTION, startProxy } from "./proxy.mjs";

// `/memory` is the tests' own: how many bytes the Worker's WebAssembly has.
const SHIM = `import { initSync, fetch as answer } from "./glue.js";
import module from "./glue_bg.wasm";
const { memory } = initSync({ module });
export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/memory") return answer(request, env, ctx);
    return new Response(String(memory.buffer.byteLength));
  },
};
`;

export async function rustWorker() {
  const folder = setting("RUST_WORKER");
  const { outputFiles } = await build({
    stdin: { contents: SHIM, resolveDir: folder, sourcefile: "worker.js" },
    bundle: true,
    format: "esm",
    external: ["*.wasm"],
    write: false,
    logLevel: "silent",
  });
  return [
    { name: "worker.js", esModule: outputFiles[0].text },
    { name: "glue_bg.wasm", wasm: await readFile(join(folder, "glue_bg.wasm")) },
  ];
}

/** Its variables for the options of createProxy. */
const VARIABLES = {
  timeout: "TIMEOUT_MS",
  idleTimeout: "IDLE_TIMEOUT_MS",
  maxDuration: "MAX_DURATION_MS",
  maxAnswerBytes: "MAX_ANSWER_BYTES",
  heartbeatMs: "HEARTBEAT_MS",
  maxConcurrent: "MAX_CONCURRENT",
};

/** Starts its proxy as `startProxy` starts that of the npm package. It logs each usage event. */
export async function startRustProxy({ limits = {}, bindings, ...rest }) {
  const variables = { OPENAI_MODELS: QUESTION.model };
  for (const [name, value] of Object.entries({ maxConcurrent: 1000, ...limits }))
    variables[VARIABLES[name]] = String(value ?? "");
  return startProxy({
    ...rest,
    modules: await rustWorker(),
    bindings: { ...variables, ...bindings },
  });
}

/** Both proxies; `tag` stands in the names of their tests. */
export const PROXIES = [
  { tag: "", title: "the package's proxy", start: startProxy },
  { tag: "rust_", title: "the crate's proxy", start: startRustProxy },
];
