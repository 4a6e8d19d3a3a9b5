// Vercel's edge runtime.

import { defineClient } from "./client.js";
import { runtime } from "./runtime.edge-light.js";
import { chatStreams } from "../lib/chat-stream.js";
import {
  checks,
  chatRun,
  more,
  multipart,
  part,
  responseRun,
  resume,
  toolRun,
} from "../lib/part.js";

export const ChatCompletionStream = /* @__PURE__ */ chatStreams(chatRun);
export const OpenAI = /* @__PURE__ */ defineClient(runtime, {
  apart: true,
  chatRun,
  checks,
  more,
  multipart,
  responseRun,
  resume,
  toolRun,
  webhooks: () => part(import("./webhooks.js")),
  ChatCompletionStream,
});
export default OpenAI;
export * from "../lib/exports.js";
export { toFile } from "../lib/to-file.js";
