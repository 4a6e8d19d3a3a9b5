// Vercel's edge runtime: `?module` imports the compiled module.

import module from "./client/client.wasm?module";

import { prepare } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import { eventStreams } from "./lib/event-stream.js";
import { defineClient } from "./lib/openai.js";
import { createRuntime } from "./lib/runtime.js";

const runtime = createRuntime(prepare, module);

export const OpenAI = defineClient(runtime, PROXY_URL, { apart: true });
export default OpenAI;
export const decodeEventStream = eventStreams(runtime);
export * from "./lib/errors.js";
export { toFile } from "./lib/to-file.js";
export { Page, PagePromise } from "./lib/page.js";
export { APIPromise } from "./lib/promise.js";
export { ChatCompletionStream } from "./lib/chat-stream.js";
export { watchFingerprint } from "./lib/reproducibility.js";
export { Stream } from "./lib/stream.js";
