// Vercel's edge runtime.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.edge-light.js";

export const OpenAI = /* @__PURE__ */ defineClient(runtime);
export default OpenAI;
export * from "../lib/exports.js";
