// Where an answer comes from: the reads of a body, few of them even if it comes in many small pieces.
//
// Servers send each event as a piece of its own, and a read gives one piece. In workerd a read by
// JavaScript costs about three times what passing the piece on natively does, so a proxy that reads
// them one by one is a slow one. There the body is split: one half flows through a pipe of the
// runtime's own, from which JavaScript takes many bytes at once, and what it pulls along collects for
// the other half, which is read at the pace of a clock.

/** How far the flowing half may be ahead, in bytes: no more than this is held for a slow caller. */
const AHEAD_BYTES = 32 * 1024;
const LEAST_READ_BYTES = 2 * 1024;

/**
 * Setting up to gather costs as much as reading some 50 pieces, which a short answer does not have. After
 * so many it pays; in an answer that comes faster than it can be read, after fewer.
 */
const MANY_PIECES = 48;
const MANY_PIECES_AT_ONCE = 16;
const AT_ONCE_MS = 64;

const SHORTEST_PAUSE_MS = 4;

const EMPTY = { read: async () => ({ done: true }) };

/**
 * @param body a ReadableStream of bytes that is not locked, or null
 * @param windowMs for how long pieces wait to be read together, once an answer has become long; 0 for never
 * @returns `read()`, as a reader's: a promise of `{ done, value }`. Never two at a time
 */
export function coalescingReader(body, windowMs) {
  if (!body) return EMPTY;
  let reader = body.getReader();
  const began = Date.now();
  // Asked for before the caller asks: it comes while the head is on its way.
  let upcoming = reader.read();
  upcoming.catch(() => {});
  let pieces = 0;
  const isLong = () =>
    pieces === MANY_PIECES || (pieces === MANY_PIECES_AT_ONCE && Date.now() - began < AT_ONCE_MS);
  let isGathering = windowMs === 0;
  return {
    read() {
      if (upcoming) {
        const read = upcoming;
        upcoming = undefined;
        return read;
      }
      pieces += 1;
      if (!isGathering && isLong()) {
        isGathering = true;
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

  let size = LEAST_READ_BYTES;
  let isEmpty = false;
  /** Since the last pause. */
  let bytes = 0;
  let ms = SHORTEST_PAUSE_MS / 2;

  /** As long as may be at a model's pace, and short in a burst, where many bytes wait already. */
  const pause = () => {
    ms = bytes < AHEAD_BYTES / 2 ? Math.min(2 * ms, windowMs) : SHORTEST_PAUSE_MS;
    bytes = 0;
    return scheduler.wait(ms);
  };

  return {
    async read() {
      if (isEmpty) await pause();
      const read = await reader.read(new Uint8Array(size));
      const length = read.value?.length ?? 0;
      bytes += length;
      ahead -= length;
      if (ahead <= 0) caughtUp?.();
      // What filled its buffer may have left something.
      isEmpty = length < size;
      if (!isEmpty) size = Math.min(4 * size, AHEAD_BYTES);
      else if (length < size / 8) size = Math.max(size / 4, LEAST_READ_BYTES);
      return read;
    },
  };
}
