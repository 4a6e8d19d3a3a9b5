// Cloudflare Workers: code cannot compile WebAssembly from bytes, so the module is imported.

import module from "./edge.wasm";

import { instantiate } from "./glue.js";
import { createRuntime } from "../lib/runtime.js";

export const runtime = createRuntime(instantiate, () => module);

// The first instance is made outside of any request. Made inside one it would wait for ever if that
// request were cancelled at the wrong moment, and all later ones with it.
runtime.instance().catch(() => {});
