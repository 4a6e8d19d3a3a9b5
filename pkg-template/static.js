// `openai-wasm/static`: everything in one module without import(), for service workers and IIFE builds.

import { prepare } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import * as chatRun from "./lib/chat-run.js";
import { chatStreams } from "./lib/chat-stream.js";
import { embedded } from "./lib/embedded.js";
import * as checks from "./lib/checks.js";
import { eventStreams } from "./lib/event-stream.js";
import * as more from "./lib/more.js";
import * as multipart from "./lib/multipart.js";
import { defineClient } from "./lib/page-client.js";
import * as responseRun from "./lib/response-run.js";
import * as resume from "./lib/resume.js";
import { createRuntime } from "./lib/runtime.js";
import * as toolRun from "./lib/tool-run.js";
// Last, since gzip packs a bundle better if the string does not part its code.
import { SUM, WASM } from "./client/wasm.js";

const runtime = /* @__PURE__ */ createRuntime(prepare, /* @__PURE__ */ embedded(WASM, SUM));

export const ChatCompletionStream = /* @__PURE__ */ chatStreams(async () => chatRun);
export const OpenAI = /* @__PURE__ */ defineClient(runtime, PROXY_URL, {
  chatRun: async () => chatRun,
  checks: async () => checks,
  more: async () => more,
  multipart: async () => multipart,
  responseRun: async () => responseRun,
  resume: async () => resume,
  toolRun: async () => toolRun,
  ChatCompletionStream,
});
export default OpenAI;
export const decodeEventStream = /* @__PURE__ */ eventStreams(runtime);
export * from "./lib/exports.js";
export { toFile } from "./lib/multipart.js";
