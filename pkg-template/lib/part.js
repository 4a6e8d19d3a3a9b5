// Parts of the package that most pages do without: loaded when a call wants them, unless the entry
// has them already.

import { OpenAIError } from "./errors.js";

/** Waits for a part. A part that cannot be loaded says nothing about the server, so no call repeats it. */
export const part = (loading) =>
  loading.catch((cause) => {
    const message =
      "A part of openai-wasm could not be loaded. Where import() is forbidden (service workers), use `openai-wasm/static`.";
    throw Object.assign(new OpenAIError(message), { cause });
  });
