// Vercel's edge runtime: `?module` imports the compiled module.

import module from "./edge.wasm?module";

import { prepare } from "./glue.js";
import { keyHolding } from "./build-marker.js";
import { createRuntime } from "../lib/runtime.js";

export const runtime = keyHolding(createRuntime(prepare, module));
