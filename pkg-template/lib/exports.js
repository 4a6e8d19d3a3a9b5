// What every client's entry exports beside its class.

export * from "./errors.js";
export { toFile } from "./to-file.js";
export { Page, PagePromise } from "./page.js";
export { APIPromise } from "./promise.js";
export { ChatCompletionStream } from "./chat-stream.js";
export { watchFingerprint } from "./reproducibility.js";
export { Stream } from "./stream.js";
