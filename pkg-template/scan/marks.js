// Where packed contents begin in a file: gzip, zip and Zstandard by their marks, wherever they stand, and
// long base64, which may hold any of them or bare deflate.

import { constants, inflateRawSync } from "node:zlib";

/** More places than that are no file of a build. */
const MOST_MARKS = 50_000;
const MAGIC = /\x1f\x8b\x08|\x28\xb5\x2f\xfd|PK\x03\x04/g;
const KINDS = { "\x1f": "gzip", "\x28": "zstd", P: "zip" };

const BASE64 = /[A-Za-z0-9+/_-]/;
const RUN = /[A-Za-z0-9+/_-]{40}/g;
/** The end is looked for apart: a run can be longer than a regular expression has memory for. */
const RUN_END = /[^A-Za-z0-9+/_-]/g;
/** A shorter run of bare deflate, which has no mark, is found by chance: a hash, for example. */
const SHORTEST_BARE = 128;
/** Text in base64 that may itself hold packed base64: an inline source map. */
const SHORTEST_TEXT = 1024;
/** So much of a run tells what it is. */
const HEAD = 4096;

export class Marks {
  /** `{ kind, offset }`, of base64 with `base64: length`; kinds are those of unpack.js, and `text` */
  found = [];
  tooMany = false;
  /** The file's first bytes. */
  head = "";
  #end = 0;
  #carry = "";
  #run;

  /** The next piece of a file's text (latin1). */
  push(text) {
    if (this.head.length < 4) this.head += text.slice(0, 4);
    const joined = this.#carry + text;
    for (const { 0: magic, index } of joined.matchAll(MAGIC)) {
      // The whole mark did not stand in what was carried over.
      if (index + magic.length > this.#carry.length)
        this.#add({ kind: KINDS[magic[0]], offset: this.#end - this.#carry.length + index });
    }
    this.#carry = joined.slice(-3);
    this.#pushRuns(text);
    this.#end += text.length;
  }

  /** There is no more. */
  finish() {
    if (this.#run) this.#close(this.#run);
    this.#run = undefined;
    this.found.sort((a, b) => a.offset - b.offset);
    return this;
  }

  #pushRuns(text) {
    let from = 0;
    const open = this.#run;
    if (open) {
      from = runEnd(text, 0);
      open.length += from;
      open.head += text.slice(0, Math.min(from, HEAD - open.head.length));
      if (from === text.length) return;
      this.#close(open);
      this.#run = undefined;
    }
    let tail = text.length;
    while (tail > from && BASE64.test(text[tail - 1])) tail--;
    RUN.lastIndex = from;
    for (let match = RUN.exec(text); match && match.index < tail; match = RUN.exec(text)) {
      const { index } = match;
      const end = (RUN.lastIndex = runEnd(text, RUN.lastIndex));
      this.#close({
        offset: this.#end + index,
        length: end - index,
        head: text.slice(index, Math.min(end, index + HEAD)),
      });
    }
    if (tail < text.length)
      this.#run = {
        offset: this.#end + tail,
        length: text.length - tail,
        head: text.slice(tail, tail + HEAD),
      };
  }

  #close({ offset, length, head }) {
    if (length < 40) return;
    const kind = kindOf(Buffer.from(head, "base64"), length);
    if (kind) this.#add({ kind, offset, base64: length });
  }

  #add(mark) {
    if (this.found.length < MOST_MARKS) this.found.push(mark);
    else this.tooMany = true;
  }
}

function runEnd(text, from) {
  RUN_END.lastIndex = from;
  return RUN_END.exec(text)?.index ?? text.length;
}

/** What bytes that stood in base64 are the beginning of. */
function kindOf(bytes, length) {
  const start = bytes.toString("latin1", 0, 4);
  if (start.startsWith("\x1f\x8b\x08")) return "gzip";
  if (start === "\x28\xb5\x2f\xfd") return "zstd";
  if (start === "PK\x03\x04") return "zip";
  if (isZlib(bytes)) return "zlib";
  if (length >= SHORTEST_BARE && isDeflate(bytes)) return "deflate";
  return length >= SHORTEST_TEXT &&
    /^[\x09\x0a\x0d\x20-\x7e]{64}/.test(bytes.toString("latin1", 0, 64))
    ? "text"
    : undefined;
}

/** RFC 1950, section 2.2. */
export const isZlib = (bytes) => (bytes[0] & 0x8f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0;

function isDeflate(bytes) {
  // RFC 1951, section 3.2.3: no block is of the fourth kind.
  if (((bytes[0] >> 1) & 3) === 3) return false;
  try {
    // The end of a beginning may be missing; what contradicts itself throws.
    return (
      inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 23 })
        .length >= 16
    );
  } catch (error) {
    return error.code === "ERR_BUFFER_TOO_LARGE";
  }
}
