// Where an answer comes from: the reads of a body, few of them even if it comes in many small pieces.
//
// Servers send each event as a piece of its own, and a read gives one piece. In workerd a read by
// JavaScript costs about three times what passing the piece on natively does, so a proxy that reads
// them one by one is a slow one. There the body is split: one half flows through a pipe of the
// runtime's own, from which JavaScript takes many bytes at once, and what it pulls along collects for
// the other half, which is read at the pace of a clock.

/** How far the flowing half may be ahead, in bytes: no more than this is held for a slow caller. */
const AHEAD_BYTES = 32 * 1024;
const READ_BYTES = 16 * 1024;

/** From so many pieces on, gathering saves more than its set-up costs. */
const GATHER_AFTER_PIECES = 16;

const EMPTY = { read: async () => ({ done: true }) };

/**
 * @param body a ReadableStream of bytes that is not locked, or null
 * @param windowMs for how long pieces wait to be read together, once the answer has become long
 * @returns `read()`, as a reader's: a promise of `{ done, value }`. Never two at a time
 */
export function coalescingReader(body, windowMs) {
  if (!body) return EMPTY;
  let reader = body.getReader();
  // Asked for before the caller asks: it comes while the head is on its way.
  let upcoming = reader.read();
  upcoming.catch(() => {});
  let pieces = windowMs > 0 ? 0 : GATHER_AFTER_PIECES;
  return {
    read() {
      if (upcoming) {
        const read = upcoming;
        upcoming = undefined;
        return read;
      }
      pieces += 1;
      if (pieces === GATHER_AFTER_PIECES) {
        reader.releaseLock();
        reader = canGather(body) ? gathering(body, windowMs) : body.getReader();
      }
      return reader.read();
    },
  };
}

function canGather(body) {
  if (!globalThis.ReadableStreamBYOBReader?.prototype.readAtLeast) return false;
  try {
    body.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false; // A stream of JavaScript's, from a `fetch` of the author's.
  }
}

function gathering(body, windowMs) {
  const [asked, flowing] = body.tee();
  const reader = asked.getReader({ mode: "byob" });
  let ahead = 0;
  let caughtUp;
  /** When the next read may begin, in milliseconds since 1970. */
  let due = 0;

  // Both halves are asked by the runtime for what they need together: were this one asked for many
  // bytes itself, the other would get none before they are there.
  const pipe = new IdentityTransformStream();
  const flow = async (own) => {
    for (let buffer = new ArrayBuffer(AHEAD_BYTES); ; ) {
      const { done, value } = await own.readAtLeast(AHEAD_BYTES, new Uint8Array(buffer));
      if (done) return;
      buffer = value.buffer;
      ahead += value.length;
      if (ahead > 0) await new Promise((resolve) => (caughtUp = resolve));
    }
  };
  // What breaks the body breaks the other half too, which is where it is told.
  const ignore = () => {};
  flowing.pipeTo(pipe.writable).catch(ignore);
  flow(pipe.readable.getReader({ mode: "byob" })).catch(ignore);

  return {
    async read() {
      const early = due - Date.now();
      if (early > 0) await scheduler.wait(early);
      const read = await reader.read(new Uint8Array(READ_BYTES));
      const length = read.value?.length ?? 0;
      if (length < READ_BYTES) due = Date.now() + windowMs;
      ahead -= length;
      if (ahead <= 0) caughtUp?.();
      return read;
    },
  };
}
