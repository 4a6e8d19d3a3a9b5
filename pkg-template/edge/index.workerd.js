// Cloudflare Workers: code cannot compile WebAssembly from bytes, so the module is imported.

import module from "./edge.wasm";

import { instantiate } from "./glue.js";
import { defineClient } from "./client.js";
import { createRuntime } from "../lib/runtime.js";

export const OpenAI = defineClient(
  createRuntime(instantiate, () => module),
);
export default OpenAI;
export * from "../lib/errors.js";
export { Page, PagePromise } from "../lib/page.js";
export { APIPromise } from "../lib/promise.js";
export { Stream } from "../lib/stream.js";
