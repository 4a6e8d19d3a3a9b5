// examples/worker-rust as modules for workerd. `wrangler` would build it with worker-build; here
// `cargo xtask test` builds it, and the shims below stand for worker-build's.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

import { setting } from "./program.mjs";
import { QUESTION, startProxy } from "./proxy.mjs";

// The paths are the tests' own: how many bytes the Worker's WebAssembly has, and a ledger's answer to a question.
const shim = (more) => `import { initSync, fetch as answer, BudgetLedger } from "./glue.js";
import module from "./glue_bg.wasm";
const { memory } = initSync({ module });
export { BudgetLedger };
${more}
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/memory") return new Response(String(memory.buffer.byteLength));
    if (pathname === "/call") {
      const [name, method, question] = await request.json();
      const body = JSON.stringify({ do: method, ...question });
      return env.BUDGET.get(env.BUDGET.idFromName(name)).fetch("https://ledger/", { method: "POST", body });
    }
    return answer(request, env, ctx);
  },
};
`;

/** Of the Worker that is one of the crate's examples. */
const exampleShim = (name) => `import { initSync, fetch } from "./${name}.js";
import module from "./${name}_bg.wasm";
initSync({ module });
export default { fetch };
`;

/** @param more JavaScript beside the Worker's own, which may export classes */
export const rustWorker = (more = "") => modules("glue", shim(more));

/** @param name of a file in examples/worker-rust/examples */
export const rustExample = (name) => modules(name, exampleShim(name));

async function modules(glue, contents) {
  const folder = setting("RUST_WORKER");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, sourcefile: "worker.js" },
    bundle: true,
    format: "esm",
    external: ["*.wasm", "cloudflare:*"],
    write: false,
    logLevel: "silent",
  });
  return [
    { name: "worker.js", esModule: outputFiles[0].text },
    { name: `${glue}_bg.wasm`, wasm: await readFile(join(folder, `${glue}_bg.wasm`)) },
  ];
}

/**
 * Starts its proxy as `startProxy` starts that of the npm package; `limits` are options of any kind. It logs each
 * usage event.
 */
export async function startRustProxy({ limits = {}, bindings, more, ...rest }) {
  const options = { routes: ["models"], maxConcurrent: 1000, ...limits };
  return startProxy({
    ...rest,
    modules: await rustWorker(more),
    bindings: {
      OPENAI_MODELS: QUESTION.model,
      PROXY_OPTIONS: JSON.stringify(options),
      ...bindings,
    },
  });
}

/** Both proxies; `tag` stands in the names of their tests. */
export const PROXIES = [
  { tag: "", title: "the package's proxy", start: startProxy },
  { tag: "rust_", title: "the crate's proxy", start: startRustProxy },
];
