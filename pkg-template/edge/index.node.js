// Node, Deno and Bun.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.node.js";
import { checks, multipart } from "../lib/part.js";

export const OpenAI = /* @__PURE__ */ defineClient(runtime, { checks, multipart });
export default OpenAI;
export * from "../lib/exports.js";
export { toFile } from "../lib/to-file.js";
