// Lines of text from a ReadableStream, for newline-delimited JSON.

import { APIUserAbortError } from "./errors.js";

/**
 * The lines without their ends. Leaving early cancels the stream, and so does the signal, at once:
 * a read that waits ends, and nobody waits for what the source answers to the cancelling.
 */
export async function* linesOf(readable, signal) {
  const reader = readable.getReader();
  const decoder = new TextDecoder();
  // The open line's pieces: joining them once keeps a long line linear.
  let pieces = [];
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      pieces.push(lines[0]);
      for (const line of lines.slice(1)) {
        yield pieces.join("");
        signal.throwIfAborted();
        pieces = [line];
      }
      if (done) break;
    }
    const last = pieces.join("");
    if (last) yield last;
  } catch (error) {
    throw signal.aborted ? new APIUserAbortError() : error;
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
    reader.releaseLock();
  }
}
