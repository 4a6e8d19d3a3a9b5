// Cloudflare Workers.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.workerd.js";
import { checks, multipart } from "../lib/part.js";

export const OpenAI = /* @__PURE__ */ defineClient(runtime, { apart: true, checks, multipart });
export default OpenAI;
export * from "../lib/exports.js";
export { toFile } from "../lib/to-file.js";
