// Browsers, and every runtime that can fetch a file beside its module.

import { prepare } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import { eventStreams } from "./lib/event-stream.js";
import { defineClient } from "./lib/openai.js";
import { createRuntime } from "./lib/runtime.js";

const load = async () => {
  const response = await fetch(new URL("./client/client.wasm", import.meta.url));
  if (!response.ok) throw new Error(`${response.status} for the .wasm file of openai-wasm`);
  // A server that names another media type rules streaming compilation out, not WebAssembly.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
};

const runtime = createRuntime(prepare, load);

export const OpenAI = defineClient(runtime, PROXY_URL);
export default OpenAI;
export const decodeEventStream = eventStreams(runtime);
export * from "./lib/errors.js";
export { toFile } from "./lib/to-file.js";
export { Page, PagePromise } from "./lib/page.js";
export { APIPromise } from "./lib/promise.js";
export { ChatCompletionStream } from "./lib/chat-stream.js";
export { watchFingerprint } from "./lib/reproducibility.js";
export { Stream } from "./lib/stream.js";
