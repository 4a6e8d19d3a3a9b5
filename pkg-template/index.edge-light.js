// Vercel's edge runtime: `?module` imports the compiled module.

import module from "./client/client.wasm?module";

import { instantiate } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import { defineClient } from "./lib/openai.js";
import { createRuntime } from "./lib/runtime.js";

export const OpenAI = defineClient(
  createRuntime(instantiate, () => module),
  PROXY_URL,
);
export default OpenAI;
export * from "./lib/errors.js";
export { Page, PagePromise } from "./lib/page.js";
export { APIPromise } from "./lib/promise.js";
export { Stream } from "./lib/stream.js";
