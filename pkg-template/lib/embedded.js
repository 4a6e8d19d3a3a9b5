// WebAssembly that is carried inside JavaScript, for every platform that lets code compile it.

import { problem } from "./runtime.js";

/**
 * Gives the function that `createRuntime` loads by.
 * @param text the WebAssembly file as raw deflate in base64
 * @param sum of the file's bytes, as `cargo xtask pack` computed it
 */
export const embedded = (text, sum) => async () => {
  if (typeof WebAssembly !== "object") {
    throw problem(
      "WebAssembly is missing: the browser is too old, or has it switched off (Lockdown Mode).",
    );
  }
  let inflater;
  try {
    inflater = new DecompressionStream("deflate-raw");
  } catch (cause) {
    throw problem('DecompressionStream("deflate-raw") is missing: the runtime is too old.', cause);
  }
  const bytes = await inflate(text, inflater).catch((cause) => changed(cause));
  if (bytes.reduce((total, byte) => (total * 31 + byte) | 0, 0) !== sum) changed();
  return WebAssembly.compile(bytes);
};

async function inflate(text, { readable, writable }) {
  const writer = writable.getWriter();
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const [bytes] = await Promise.all([
    new Response(readable).arrayBuffer(),
    writer.write(packed),
    writer.close(),
  ]);
  return new Uint8Array(bytes);
}

function changed(cause) {
  throw problem("A bundler or server changed the string that holds the WebAssembly module.", cause);
}
