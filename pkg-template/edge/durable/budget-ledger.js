// The ledger of one account: what it has spent, and what is reserved for its requests under way.
//
// WebAssembly decides (src/ledger); here are storage, clock and alarm. Each step reads, decides and writes
// without waiting in between, so no other request comes in the middle, and the runtime sends no reply
// before the write is safe (the output gate). Nothing here may allow unconfirmed writes.

import { DurableObject } from "cloudflare:workers";

import { runtime } from "../runtime.workerd.js";
import {
  CREATE_BOOK,
  CREATE_ENTRIES,
  FORGET_ENTRIES,
  KEPT_MS,
  LEDGER,
  READ_BOOK,
  READ_ENTRIES,
  READ_ENTRY,
  READ_EXPIRED,
  READ_TIMES,
  WRITE_BOOK,
  WRITE_ENTRY,
} from "./book.js";

export class BudgetLedger extends DurableObject {
  #sql;
  /** When the alarm rings; undefined if that is not known, null if it does not. */
  #alarm;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#createTables();
  }

  /** The time in milliseconds since 1970. */
  now() {
    return Date.now();
  }

  /** Reserves the worst price of a request, if the limits allow it. */
  async reserve({ id, nano, ttlMs, limits }) {
    const step = await this.#ready();
    const reply = this.ctx.storage.transactionSync(() => {
      const nowMs = this.now();
      const request = { id, nano, expiresAtMs: nowMs + ttlMs };
      const state = this.#state(id);
      const { write, ...said } = step({ step: "reserve", state, request, limits, nowMs });
      this.#write(write);
      return { ...said, expires: write.entry?.expiresAtMs };
    });
    if (reply.expires !== undefined) await this.#ringBy(reply.expires);
    return { ledger: LEDGER, ...reply };
  }

  /** Replaces a request's reservation by what it has cost. */
  async settle({ id, cost }) {
    const step = await this.#ready();
    const reply = this.ctx.storage.transactionSync(() => {
      const state = this.#state(id);
      const { write, ...said } = step({ step: "settle", state, id, cost, nowMs: this.now() });
      this.#write(write);
      return { ...said, ends: write.entry?.expiresAtMs };
    });
    // The entry is deleted some day; its alarm rings earlier if something is held.
    if (reply.ends !== undefined) await this.#ringBy(reply.ends + KEPT_MS);
    return { ledger: LEDGER, ...reply };
  }

  /** What the limits have left. */
  async balances({ limits }) {
    const step = await stepper();
    const state = { entry: null, rows: this.#rows() };
    return { ledger: LEDGER, ...step({ step: "balances", state, limits, nowMs: this.now() }) };
  }

  /** All that is written, for the operator. */
  async read() {
    const entries = [...this.#sql.exec(READ_ENTRIES)];
    return { ledger: LEDGER, rows: this.#rows(), entries };
  }

  /** Forgets everything. Requests under way are charged when they end, each for itself. */
  async reset() {
    await this.ctx.blockConcurrencyWhile(async () => {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      this.#createTables();
      this.#alarm = null;
    });
    return { ledger: LEDGER };
  }

  /** Charges reservations whose time is over, and deletes what is no longer needed. It may ring twice. */
  async alarm() {
    const step = await stepper();
    this.#alarm = undefined;
    const next = this.ctx.storage.transactionSync(() => {
      const nowMs = this.now();
      const over = this.#sql.exec(READ_EXPIRED, nowMs);
      for (const { id } of [...over]) {
        const { write } = step({ step: "expire", state: this.#state(id), nowMs });
        if (write) this.#write(write);
      }
      const { forgetBeforeMs } = step({ step: "upkeep", book: this.#overview(), nowMs });
      this.#sql.exec(FORGET_ENTRIES, forgetBeforeMs);
      const { rows, stale, alarmMs } = step({ step: "upkeep", book: this.#overview(), nowMs });
      if (stale.length > 0) this.#write({ rows });
      return alarmMs;
    });
    // If this clock is slower than the platform's, the alarm must not ring without a pause.
    this.#alarm = next === null ? null : Math.max(next, Date.now() + PAUSE_MS);
    if (this.#alarm === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(this.#alarm);
  }

  #createTables() {
    this.#sql.exec(CREATE_BOOK);
    this.#sql.exec(CREATE_ENTRIES);
  }

  #rows() {
    const [book] = this.#sql.exec(READ_BOOK);
    return book ? JSON.parse(book.rows) : [];
  }

  #state(id) {
    const [entry = null] = this.#sql.exec(READ_ENTRY, id);
    return { entry, rows: this.#rows() };
  }

  #overview() {
    const [times] = this.#sql.exec(READ_TIMES);
    return { rows: this.#rows(), ...times };
  }

  #write({ entry, rows }) {
    if (entry) {
      const { id, reserved, reservedAtMs, expiresAtMs, phase, cost } = entry;
      this.#sql.exec(WRITE_ENTRY, id, reserved, reservedAtMs, expiresAtMs, phase, cost);
    }
    if (rows) this.#sql.exec(WRITE_BOOK, JSON.stringify(rows));
  }

  /** The ledger's next step. From here on nothing waits until all is written, the alarm with it. */
  async #ready() {
    const step = await stepper();
    if (this.#alarm === undefined) this.#alarm = await this.ctx.storage.getAlarm();
    return step;
  }

  /** The alarm rings at this time, or earlier. It is set together with what was just written. */
  async #ringBy(time) {
    if (typeof this.#alarm === "number" && this.#alarm <= time) return;
    this.#alarm = time;
    try {
      await this.ctx.storage.setAlarm(time);
    } catch (error) {
      this.#alarm = undefined;
      throw error;
    }
  }
}

const PAUSE_MS = 100;

/** The ledger's next step, by a living instance. */
async function stepper() {
  const { exports } = await runtime.instance();
  return ({ step, ...question }) =>
    JSON.parse(exports.ledgerStep(JSON.stringify({ [step]: question })));
}
