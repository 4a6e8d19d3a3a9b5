// `openai-wasm/tokens` in browsers, Node, Deno and Bun: WebAssembly is carried inside the JavaScript.

import { prepare } from "./glue.js";
import { defineTokenizer } from "./tokenizer.js";
import { embedded } from "../lib/embedded.js";
import { createRuntime } from "../lib/runtime.js";
// Last, since gzip packs a bundle better if the string does not part its code.
import { SUM, WASM } from "./wasm.js";

export const tokenizer = /* @__PURE__ */ defineTokenizer(
  /* @__PURE__ */ createRuntime(prepare, /* @__PURE__ */ embedded(WASM, SUM)),
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
