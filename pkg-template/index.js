// Browsers, Node, Deno and Bun: WebAssembly is carried inside the JavaScript.

import { prepare } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import { chatStreams } from "./lib/chat-stream.js";
import { embedded } from "./lib/embedded.js";
import { eventStreams } from "./lib/event-stream.js";
import { defineClient } from "./lib/page-client.js";
import { checks, chatRun, more, multipart, responseRun, resume, toolRun } from "./lib/part.js";
import { createRuntime } from "./lib/runtime.js";
// Last, since gzip packs a bundle better if the string does not part its code.
import { SUM, WASM } from "./client/wasm.js";

const runtime = /* @__PURE__ */ createRuntime(prepare, /* @__PURE__ */ embedded(WASM, SUM));

export const ChatCompletionStream = /* @__PURE__ */ chatStreams(chatRun);
export const OpenAI = /* @__PURE__ */ defineClient(runtime, PROXY_URL, {
  chatRun,
  checks,
  more,
  multipart,
  responseRun,
  resume,
  toolRun,
  ChatCompletionStream,
});
export default OpenAI;
export const decodeEventStream = /* @__PURE__ */ eventStreams(runtime);
export * from "./lib/exports.js";
export { toFile } from "./lib/to-file.js";
