// Lines of text from a ReadableStream, for newline-delimited JSON.

/** The lines without their ends. Leaving early cancels the stream. */
export async function* linesOf(readable) {
  const reader = readable.getReader();
  const decoder = new TextDecoder();
  // The open line's pieces: joining them once keeps a long line linear.
  let pieces = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      pieces.push(lines[0]);
      for (const line of lines.slice(1)) {
        yield pieces.join("");
        pieces = [line];
      }
      if (done) break;
    }
    const last = pieces.join("");
    if (last) yield last;
  } finally {
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
