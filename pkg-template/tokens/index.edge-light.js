// `openai-wasm/tokens` in Vercel's edge runtime: `?module` imports the compiled module.

import module from "./tokens.wasm?module";

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
