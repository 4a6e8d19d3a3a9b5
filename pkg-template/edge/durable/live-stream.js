// A stream that is kept while it comes: its events go to the readers from memory, and to the storage in rows.
// When to write and when to stop, its log in WebAssembly says (src/streamlog).

import { reading } from "./reading.js";

/** So many bytes of events stay in memory for readers who keep up. Others read rows. */
const RECENT_BYTES = 64 * 1024;

/** Every place is told by how many bytes of events stand before it. */
export class LiveStream {
  #log;
  #storage;
  #onGrace;
  /** The last events: `{ at, bytes }`. */
  #recent = [];
  #recentBytes = 0;
  #end = 0;
  /** Up to where there are rows. */
  #written = 0;
  #readers = new Set();
  /** How many of them wait for events. */
  #asking = 0;
  #timer;
  #timerAt = Number.POSITIVE_INFINITY;
  #onRoom;
  /** The number of the last event. */
  last = 0;
  /** Can it be read from its beginning? */
  isKept = true;
  isOver = false;
  /** Has its log died with its WebAssembly instance? */
  isBroken = false;

  /**
   * @param log of this stream
   * @param storage `{ write, read }`: `write(at, last, bytes)` writes a row, `read(at)` gives events from a place
   *   on; both throw
   * @param onGrace called when nobody has read for too long
   */
  constructor(log, storage, onGrace) {
    this.#log = log;
    this.#storage = storage;
    this.#onGrace = onGrace;
    this.#guarded(() => this.#look());
  }

  get isRead() {
    return this.#readers.size > 0;
  }

  /** More of the stream has come. A promise if the slowest reader has to be waited for. */
  push(bytes) {
    this.#guarded(() => {
      this.#add(this.#log.push(bytes, Date.now()));
      if (this.#log.takeComments()) for (const reader of this.#readers) reader.wake(true);
      this.#look();
    });
    return this.#isFull() ? new Promise((resolve) => (this.#onRoom = resolve)) : undefined;
  }

  /** It has ended: by itself, `stopped`, or `interrupted`. */
  end(why) {
    this.#guarded(() => {
      this.#add(this.#log.end(why, Date.now()));
      this.isOver = true;
      this.#look();
      this.#log.free();
    });
    this.#close();
  }

  #close() {
    this.isOver = true;
    clearTimeout(this.#timer);
    this.#onRoom?.();
    for (const reader of this.#readers) reader.wake();
  }

  /** Uses the log, unless it is over. If the log dies, so does the stream. */
  #guarded(use) {
    if (this.isOver) return;
    try {
      use();
    } catch (error) {
      console.error(`openai-wasm proxy: a stream has broken: ${error?.message ?? error}`);
      this.isBroken = true;
      this.#close();
    }
  }

  /** Nothing more of it is kept. */
  giveUpKeeping() {
    this.#guarded(() => this.#log.giveUpKeeping());
    this.isKept = false;
  }

  /** A stream of the events from a place on. */
  readFrom(at) {
    const reader = {
      at,
      wake: () => {},
      next: () => this.#eventsAt(reader.at),
      isAtEnd: () => this.isOver,
      asks: (change) => this.#asks(change),
      took: () => this.#makeRoom(),
      left: () => {
        this.#readers.delete(reader);
        this.#makeRoom();
      },
    };
    this.#readers.add(reader);
    return reading(reader);
  }

  /**
   * The place after the event of this number, if it is in memory.
   *
   * @param after the number
   * @param eventsAfter of WebAssembly: where in events those after a number begin
   */
  placeAfter(after, eventsAfter) {
    if (after >= this.last) return this.#end;
    for (const [index, { at, bytes }] of this.#recent.entries()) {
      const within = eventsAfter(bytes, after);
      // At the beginning of what is in memory it may be an earlier one.
      if (within < bytes.length && index + within > 0) return at + within;
    }
    return undefined;
  }

  #add(events) {
    this.last = this.#log.last;
    this.isKept &&= this.#log.isKept;
    if (events.length === 0) return;
    this.#recent.push({ at: this.#end, bytes: events });
    this.#recentBytes += events.length;
    this.#end += events.length;
    for (const reader of this.#readers) reader.wake();
    this.#forget();
  }

  #eventsAt(at) {
    if (at >= this.#end) {
      if (this.isBroken) throw new Error("the stream is broken");
      return undefined;
    }
    const first = this.#recent[0];
    if (!first || at < first.at) return this.#storage.read(at);
    const found = this.#recent.findLast((events) => events.at <= at);
    return found.bytes.subarray(at - found.at);
  }

  /** Only what is in rows, or what every reader has, is forgotten. */
  #forget() {
    const slowest = () => Math.min(this.#end, ...[...this.#readers].map(({ at }) => at));
    const upTo = this.isKept ? this.#written : Math.max(this.#written, slowest());
    while (
      this.#recentBytes > RECENT_BYTES &&
      this.#recent[0].at + this.#recent[0].bytes.length <= upTo
    ) {
      this.#recentBytes -= this.#recent.shift().bytes.length;
    }
  }

  /** A stream that is not kept waits for its readers, as any stream does. */
  #isFull() {
    return (
      !this.isKept && !this.isOver && this.#readers.size > 0 && this.#recentBytes > RECENT_BYTES
    );
  }

  #makeRoom() {
    this.#forget();
    if (!this.#isFull()) this.#onRoom?.();
  }

  #asks(change) {
    this.#asking += change;
    if (change > 0 ? this.#asking > 1 : this.#asking > 0) return;
    this.#guarded(() => {
      this.#log.setReaders(this.#asking, Date.now());
      if (this.#asking === 0) this.#look();
    });
  }

  #look() {
    const now = Date.now();
    let again = this.#log.look(now);
    for (; again === 0; again = this.#log.look(now)) this.#write();
    if (again < 0) this.#onGrace();
    else if (now + again < this.#timerAt) {
      clearTimeout(this.#timer);
      this.#timerAt = now + again;
      this.#timer = setTimeout(() => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#guarded(() => this.#look());
      }, again);
    }
  }

  #write() {
    const row = this.#log.takeRow();
    try {
      this.#storage.write(this.#written, this.#log.rowLast, row);
      this.#written += row.length;
    } catch (error) {
      // A full storage is no reason to lose the answer.
      console.error(`openai-wasm proxy: a stream is no longer kept: ${error?.message ?? error}`);
      this.giveUpKeeping();
    }
    this.#forget();
  }
}
