// Vercel's edge runtime.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.edge-light.js";

export const OpenAI = defineClient(runtime);
export default OpenAI;
export * from "../lib/errors.js";
export { toFile } from "../lib/to-file.js";
export { Page, PagePromise } from "../lib/page.js";
export { APIPromise } from "../lib/promise.js";
export { ChatCompletionStream } from "../lib/chat-stream.js";
export { watchFingerprint } from "../lib/reproducibility.js";
export { Stream } from "../lib/stream.js";
