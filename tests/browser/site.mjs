// What `cargo xtask demo` serves, in workerd: the demo's Worker, its assets, and the built page.

import { readFile, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { setting } from "../support/program.mjs";
import { FLAG } from "../support/resumable.mjs";
import { COMPATIBILITY_FLAGS, startWorkerd } from "../support/workerd.mjs";

/** Starts it. `texts` are the Worker's text bindings; without `budget` it is as for a server whose prices are not known. */
export async function startSite(texts, { budget = true } = {}) {
  const folder = setting("DEMO_WORKER");
  const assets = await readFile(join(folder, "assets.js"), "utf8");
  return startWorkerd(
    {
      modules: await workerModules(folder),
      bindings: {
        ...texts,
        ASSETS: { service: "assets" },
        STREAMS: { object: "StreamLog" },
        ...(budget && { BUDGET: { object: "BudgetLedger" } }),
      },
      objects: ["StreamLog", ...(budget ? ["BudgetLedger"] : [])],
      flags: [...COMPATIBILITY_FLAGS, FLAG],
    },
    {
      services: {
        assets: {
          modules: [{ name: "assets.js", esModule: assets }],
          bindings: { SITE: { service: "site" } },
        },
        site: { modules: [{ name: "site.js", esModule: await disk(setting("DEMO_SITE")) }] },
      },
    },
  );
}

/** The bundled Worker: `worker.js`, and the .wasm files beside it. */
async function workerModules(folder) {
  const modules = [
    { name: "worker.js", esModule: await readFile(join(folder, "worker.js"), "utf8") },
  ];
  for (const name of await readdir(folder)) {
    if (extname(name) === ".wasm") modules.push({ name, wasm: await readFile(join(folder, name)) });
  }
  return modules;
}

/** A Worker in the place of workerd's disk service: the folder's files, all of one media type. */
async function disk(folder) {
  const files = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length)] = (await readFile(path)).toString("base64");
  }
  return `
const files = ${JSON.stringify(files)};
export default {
  fetch(request) {
    const file = files[new URL(request.url).pathname];
    if (file === undefined) return new Response("Not Found", { status: 404 });
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
    return new Response(bytes, { headers: { "content-type": "application/octet-stream" } });
  },
};
`;
}
