// Node, Deno and Bun: the .wasm file is read from the disk.

import { readFile } from "node:fs/promises";

import { prepare } from "./client/glue.js";
import { PROXY_URL } from "./client/build.js";
import { eventStreams } from "./lib/event-stream.js";
import { defineClient } from "./lib/openai.js";
import { createRuntime } from "./lib/runtime.js";

const load = async () => WebAssembly.compile(await readFile(new URL("./client/client.wasm", import.meta.url)));

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
