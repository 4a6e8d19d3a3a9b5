// Cloudflare Workers: code cannot compile WebAssembly from bytes, so the module is imported.

import module from "./edge.wasm";

import { prepare } from "./glue.js";
import { keyHolding } from "./build-marker.js";
import { createRuntime } from "../lib/runtime.js";

export const runtime = keyHolding(createRuntime(prepare, module));
