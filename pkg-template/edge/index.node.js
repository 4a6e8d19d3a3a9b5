// Node, Deno and Bun.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.node.js";

export const OpenAI = /* @__PURE__ */ defineClient(runtime);
export default OpenAI;
export * from "../lib/exports.js";
