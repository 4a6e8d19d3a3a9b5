// `openai-wasm/tokens` in Cloudflare Workers: code cannot compile WebAssembly from bytes, so the module is imported.

import module from "./tokens.wasm";

import { prepare } from "./glue.js";
import { defineTokenizer } from "./tokenizer.js";
import { createRuntime } from "../lib/runtime.js";

export const tokenizer = /* @__PURE__ */ defineTokenizer(
  /* @__PURE__ */ createRuntime(prepare, module),
);
export { estimate } from "./estimate.js";
export {
  ContextWindowError,
  InvalidOptionError,
  NoPriceError,
  OpenAIError,
  UnknownModelError,
} from "./errors.js";
export { WasmTrapError } from "../lib/errors.js";
