// A request's body as it comes: read whole, or passed on as an upload. How slowly it may come, its
// Admission says.

/** Why a body could not be read, in an Admission's words. */
const LARGE = "large";
const BROKEN = "broken";
export const SLOW = "slow";

const ignore = () => {};

/** Reads a body piece by piece, for as long as it comes fast enough. */
class PacedReader {
  #admission;
  #reader;
  #timer;
  #began = Date.now();
  #last = this.#began;
  #bytes = 0;
  #reading = false;
  #tooSlow;
  #slow = new Promise((resolve) => (this.#tooSlow = () => resolve({ lost: SLOW })));

  constructor(body, admission) {
    this.#admission = admission;
    this.#reader = body.getReader();
  }

  /** A promise of `{ value }`, `{ done: true }`, or `{ lost }`. */
  async next() {
    this.#reading = true;
    if (this.#timer === undefined) this.#look();
    const read = this.#reader.read().then(
      (read) => (read.done || ArrayBuffer.isView(read.value) ? read : { lost: BROKEN }),
      () => ({ lost: BROKEN }),
    );
    const came = await Promise.race([read, this.#slow]);
    this.#reading = false;
    if (came.value) {
      this.#last = Date.now();
      this.#bytes += came.value.length;
    } else {
      this.stop(came.lost);
    }
    return came;
  }

  /** The caller was made to wait for so long: it is not slow. */
  excuse(ms) {
    this.#began += ms;
    this.#last += ms;
  }

  stop(lost) {
    clearTimeout(this.#timer);
    if (lost) this.#reader.cancel().catch(ignore);
  }

  /** One timer at a time: when it ends, the Admission tells whether there is time left. */
  #look = () => {
    this.#timer = undefined;
    if (!this.#reading) return;
    try {
      const wait = this.#admission.pace(this.#began, this.#last, this.#bytes, Date.now());
      if (wait < 0) this.#tooSlow();
      else this.#timer = setTimeout(this.#look, wait);
    } catch {
      this.#tooSlow(); // The instance has died.
    }
  };
}

/** Reads a request's body for its Admission, and gives the next step. */
export async function readBody({ body }, admission, { maxBytes }) {
  const pieces = [];
  let length = 0;
  if (body) {
    let reader;
    try {
      reader = new PacedReader(body, admission);
    } catch {
      return admission.lost(BROKEN, Date.now()); // Another has read it.
    }
    for (;;) {
      const { done, value, lost } = await reader.next();
      if (lost) return admission.lost(lost, Date.now());
      if (done) break;
      length += value.length;
      if (length > maxBytes) {
        reader.stop(LARGE);
        return admission.lost(LARGE, Date.now());
      }
      pieces.push(value);
    }
  }
  return admission.body(pieces.length === 1 ? pieces[0] : joined(pieces, length), Date.now());
}

export function joined(pieces, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * The caller's body as the upstream gets it, unread, of this length.
 *
 * @returns `{ body, passed }`: the upstream's stream, and a promise of why it ended too early, or undefined
 */
export function upload({ body }, admission, length) {
  if (!body) return { body: undefined, passed: Promise.resolve() };
  // workerd's own kind lets the upstream have the length.
  const { readable, writable } = globalThis.FixedLengthStream
    ? new FixedLengthStream(length)
    : new TransformStream();
  const reader = new PacedReader(body, admission);
  return { body: readable, passed: pass(reader, writable.getWriter()) };
}

async function pass(reader, writer) {
  writer.closed?.catch(ignore);
  for (;;) {
    const { done, value, lost } = await reader.next();
    if (lost) {
      // The upstream must not take a part for the whole body.
      writer.abort().catch(ignore);
      return lost;
    }
    if (done) {
      // The upstream may answer before.
      writer.close().catch(ignore);
      return undefined;
    }
    const since = Date.now();
    try {
      await writer.write(value);
    } catch {
      reader.stop(BROKEN);
      return undefined; // The upstream wants no more of it; its answer says why.
    }
    reader.excuse(Date.now() - since);
  }
}
