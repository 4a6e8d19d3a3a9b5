// Vercel's edge runtime: `?module` imports the compiled module.

import module from "./edge.wasm?module";

import { prepare } from "./glue.js";
import { Platform } from "./platform.js";
import { createRuntime } from "../lib/runtime.js";

export const runtime = createRuntime(prepare, module, () => new Platform());
