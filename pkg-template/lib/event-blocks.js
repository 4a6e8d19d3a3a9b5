// The bytes of a numbered event stream as whole events: what is cut off at a connection's end can be dropped.

const LF = 10;
const CR = 13;
const KEEP_BYTES = 1 << 20;
const utf8 = new TextDecoder();

export class EventBlocks {
  /** The number of the last event that was given. */
  last;
  /** An event came whose number does not follow. Nothing more is given until `cut`. */
  gap = false;
  /** Part of an open event was given: it is larger than the limit, and what reads it refuses it. */
  spilt = false;
  limit = Infinity;
  #bytes = new Uint8Array(4096);
  /** Where the open event begins, where its open line begins, what was looked at, and where the bytes end. */
  #start = 0;
  #line = 0;
  #seen = 0;
  #end = 0;
  /** The last line ended in CR, so an LF that follows belongs to it. */
  #cr = false;
  #first = true;
  /** The open event's number, and its line if that can be left out. */
  #number;
  #left;

  constructor(last) {
    this.last = last;
  }

  push(bytes) {
    if (!bytes) return;
    if (this.#start > 0) this.#compact();
    const length = this.#end + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end = length;
  }

  /** Moves the open event to the front. */
  #compact() {
    const start = this.#start;
    const waiting = this.#bytes.subarray(start, this.#end);
    // Memory that a large event took is given back.
    if (this.#bytes.length > KEEP_BYTES && waiting.length < KEEP_BYTES)
      this.#bytes = new Uint8Array(KEEP_BYTES);
    this.#bytes.set(waiting);
    this.#start = 0;
    this.#line -= start;
    this.#seen -= start;
    this.#end -= start;
    if (this.#left) this.#left = this.#left.map((at) => at - start);
  }

  /** The next whole event without its number, if it is there and was not given before. */
  next() {
    const bytes = this.#bytes;
    while (this.#seen < this.#end && !this.gap) {
      const byte = bytes[this.#seen];
      this.#seen += 1;
      if (byte !== LF && byte !== CR) continue;
      const from = this.#line;
      this.#line = this.#seen;
      const joined = byte === LF && this.#cr && from === this.#seen - 1;
      this.#cr = byte === CR;
      if (joined) continue;
      if (from < this.#seen - 1) this.#takeLine(from, this.#seen - 1, byte);
      else {
        const block = this.#takeBlock();
        if (block) return block;
      }
    }
    return this.#end - this.#start > this.limit ? this.#spill() : undefined;
  }

  /** The connection has ended: what is not whole comes again. */
  cut() {
    this.#start = this.#line = this.#seen = this.#end = 0;
    this.#number = this.#left = undefined;
    this.#cr = this.gap = false;
    this.#first = true;
  }

  /** What is left of a stream that has ended for good. */
  rest() {
    const rest = this.#bytes.slice(this.#start, this.#end);
    this.#start = this.#end;
    return rest.length > 0 ? rest : undefined;
  }

  /** Looks for the number. Its line is left out, so that events differ as little as they did before. */
  #takeLine(from, to, ended) {
    const bytes = this.#bytes;
    // A byte order mark.
    const at = this.#first && bytes[from] === 0xef ? from + 3 : from;
    this.#first = false;
    if (bytes[at] !== 0x69 || bytes[at + 1] !== 0x64 || bytes[at + 2] !== 0x3a) return;
    const number = /^ ?(\d{1,15})$/.exec(utf8.decode(bytes.subarray(at + 3, to)))?.[1];
    if (number === undefined) return;
    this.#number = Number(number);
    // After CR an LF may come.
    if (ended === LF) this.#left = [from, to + 1];
  }

  #takeBlock() {
    const [start, end] = [this.#start, this.#seen];
    const [number, left] = [this.#number, this.#left];
    this.#start = end;
    this.#number = this.#left = undefined;
    this.spilt = false;
    if (number !== undefined) {
      if (number <= this.last) return undefined;
      this.gap = number > this.last + 1;
      if (this.gap) return undefined;
      this.last = number;
    }
    if (!left || left[0] < start) return this.#bytes.slice(start, end);
    const block = new Uint8Array(end - start - (left[1] - left[0]));
    block.set(this.#bytes.subarray(start, left[0]));
    block.set(this.#bytes.subarray(left[1], end), left[0] - start);
    return block;
  }

  #spill() {
    this.spilt = true;
    return this.rest();
  }
}
