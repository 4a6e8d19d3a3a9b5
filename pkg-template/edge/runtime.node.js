// Node, Deno and Bun: WebAssembly is carried inside the JavaScript.

import { prepare } from "./glue.js";
import { keyHolding } from "./build-marker.js";
import { SUM, WASM } from "./wasm.js";
import { embedded } from "../lib/embedded.js";
import { createRuntime } from "../lib/runtime.js";

export const runtime = keyHolding(createRuntime(prepare, embedded(WASM, SUM)));
