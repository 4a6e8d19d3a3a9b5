// Parts of the package that most pages do without, loaded when a call wants them. An entry for where
// import() is forbidden brings functions that have the modules already: static.js.

import { OpenAIError } from "./errors.js";

/** What checks parameters under a profile. */
export const checks = () => part(import("./checks.js"));
/** What reads for `.stream()`. */
export const chatRun = () => part(import("./chat-run.js"));
/** What reads for `responses.stream()`. */
export const responseRun = () => part(import("./response-run.js"));
/** What resumes streams. */
export const resume = () => part(import("./resume.js"));
/** What runs tools. */
export const toolRun = () => part(import("./tool-run.js"));
/** The endpoints that most pages do not call. */
export const more = () => part(import("./more.js"));
/** What makes forms and files. */
export const multipart = () => part(import("./multipart.js"));

/** Waits for a part. A part that cannot be loaded says nothing about the server, so no call repeats it. */
export const part = (loading) =>
  loading.catch((cause) => {
    const message =
      "A part of openai-wasm could not be loaded. Where import() is forbidden (service workers), use `openai-wasm/static`.";
    throw Object.assign(new OpenAIError(message), { cause });
  });
