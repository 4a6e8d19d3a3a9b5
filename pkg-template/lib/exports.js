// What every client's entry exports beside its classes and `toFile`.

export * from "./errors.js";
export { Page, PagePromise } from "./pagination.js";
export * from "./parse-errors.js";
export { APIPromise } from "./promise.js";
export { watchFingerprint } from "./reproducibility.js";
export { Stream } from "./stream.js";
