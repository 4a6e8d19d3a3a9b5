// What every client's entry exports beside its class and `toFile`.

export * from "./errors.js";
export { Page, PagePromise } from "./page.js";
export { APIPromise } from "./promise.js";
export { ChatCompletionStream } from "./chat-stream.js";
export { watchFingerprint } from "./reproducibility.js";
export { Stream } from "./stream.js";
