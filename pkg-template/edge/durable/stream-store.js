// What an object writes of the streams of its subject: a row for each stream, and rows of their events.

const TABLES = `
CREATE TABLE IF NOT EXISTS streams (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, state TEXT NOT NULL, last INTEGER NOT NULL, keepMs INTEGER NOT NULL,
  deleteAtMs INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  id TEXT NOT NULL, at INTEGER NOT NULL, last INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (id, at)
) WITHOUT ROWID;`;

/** If this clock is slower than the platform's, the alarm must not ring without a pause. */
const PAUSE_MS = 100;

export class StreamStore {
  #storage;
  #sql;
  #isReady = false;
  /** When the alarm rings; undefined if that is not known, null if it does not. */
  #alarm;

  constructor(storage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** From here on nothing waits until all is written, the alarm with it. */
  async ready() {
    if (this.#alarm === undefined) this.#alarm = await this.#storage.getAlarm();
    if (this.#isReady) return;
    this.#sql.exec(TABLES);
    this.#isReady = true;
  }

  /** All streams, the one that is deleted first at the beginning. */
  streams() {
    return [...this.#sql.exec("SELECT * FROM streams ORDER BY deleteAtMs, id")];
  }

  async begin({ id, hash, keepMs }, deleteAtMs) {
    this.#sql.exec(
      "INSERT INTO streams (id, hash, state, last, keepMs, deleteAtMs) VALUES (?, ?, 'live', 0, ?, ?)",
      ...[id, hash, keepMs, deleteAtMs],
    );
    await this.#ringBy(deleteAtMs);
  }

  write(id, at, last, bytes) {
    this.#sql.exec(
      "INSERT INTO events (id, at, last, bytes) VALUES (?, ?, ?, ?)",
      id,
      at,
      last,
      bytes,
    );
  }

  /** It is not live any more. */
  async close(id, state, last, deleteAtMs) {
    this.#sql.exec(
      "UPDATE streams SET state = ?, last = ?, deleteAtMs = ? WHERE id = ?",
      ...[state, last, deleteAtMs, id],
    );
    await this.#ringBy(deleteAtMs);
  }

  delete(id) {
    this.#sql.exec("DELETE FROM events WHERE id = ?", id);
    this.#sql.exec("DELETE FROM streams WHERE id = ?", id);
  }

  /** The events of a row from a place on. */
  read(id, at) {
    const [row] = this.#sql.exec(
      "SELECT at, bytes FROM events WHERE id = ? AND at <= ? ORDER BY at DESC LIMIT 1",
      ...[id, at],
    );
    if (!row || at - row.at >= row.bytes.byteLength) throw new Error("the stream was deleted");
    return new Uint8Array(row.bytes).subarray(at - row.at);
  }

  /** The place after the event of this number: `eventsAfter` says it within a row. */
  placeAfter(id, after, eventsAfter) {
    const [row] = this.#sql.exec(
      "SELECT at, bytes FROM events WHERE id = ? AND last > ? ORDER BY at LIMIT 1",
      ...[id, after],
    );
    return row ? row.at + eventsAfter(new Uint8Array(row.bytes), after) : this.endOf(id).end;
  }

  /** What is written of a stream: its last event's number, and how many bytes. */
  endOf(id) {
    const [row] = this.#sql.exec(
      "SELECT last, at + LENGTH(bytes) AS end FROM events WHERE id = ? ORDER BY at DESC LIMIT 1",
      id,
    );
    return row ?? { last: 0, end: 0 };
  }

  /** The alarm rings for the stream that is deleted first, or all is deleted. */
  async settle() {
    this.#alarm = undefined;
    if (this.#first() === null) await this.#storage.deleteAlarm();
    // A stream may have begun meanwhile. From here to the deletion nothing waits.
    const first = this.#first();
    if (first === null) {
      this.#isReady = false;
      await this.#storage.deleteAll();
      return;
    }
    const at = Math.max(first, Date.now() + PAUSE_MS);
    await this.#storage.setAlarm(at);
    this.#alarm = at;
  }

  #first() {
    const [{ at }] = this.#sql.exec("SELECT MIN(deleteAtMs) AS at FROM streams");
    return at;
  }

  /** The alarm rings at this time, or earlier. */
  async #ringBy(time) {
    if (typeof this.#alarm === "number" && this.#alarm <= time) return;
    this.#alarm = time;
    try {
      await this.#storage.setAlarm(time);
    } catch (error) {
      this.#alarm = undefined;
      throw error;
    }
  }
}
