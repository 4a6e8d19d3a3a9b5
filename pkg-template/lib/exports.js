// What every client's entry exports, apart from its classes, `toFile` and `decodeEventStream`.

export * from "./errors.js";
export { Page, PagePromise } from "./pagination.js";
export * from "./parse-errors.js";
export { APIPromise } from "./promise.js";
export { watchFingerprint } from "./reproducibility.js";
export { Stream } from "./stream.js";
