/** The environment's Durable Object binding, as the platform gives it. */
export interface BudgetBinding {
  idFromName(name: string): any;
  get(id: any): any;
}

/** Whose ledger: a session's subject, the visitors of an address (`"ip:192.0.2.1"`), or everyone's. */
export type BudgetAccount = { subject: string } | { address: string } | { everyone: true };

/**
 * The Durable Object that keeps the ledgers of a proxy's option `budget`. A Worker exports it by this name and
 * binds it with SQLite storage:
 *
 * ```toml
 * [[durable_objects.bindings]]
 * name = "BUDGET"
 * class_name = "BudgetLedger"
 *
 * [[migrations]]
 * tag = "v1"
 * new_sqlite_classes = ["BudgetLedger"]
 * ```
 */
export class BudgetLedger {
  constructor(ctx: any, env: any);
  /** The time in milliseconds since 1970. */
  now(): number;
  reserve(demand: BudgetReservation): Promise<BudgetStep & { verdict: string }>;
  settle(settlement: { id: string; cost: number }): Promise<BudgetStep & { flags: string[] }>;
  balances(question: { limits: readonly BudgetWindowLimit[] }): Promise<BudgetStep>;
  read(): Promise<BudgetStep & BudgetState>;
  reset(): Promise<BudgetStep>;
  alarm(): Promise<void>;
}

/**
 * The Durable Object that keeps the streams of a proxy's option `resumable`, one object for each subject. A Worker
 * exports it by this name, in the script that calls `createProxy`, and binds it with SQLite storage:
 *
 * ```toml
 * compatibility_date = "2026-10-01"
 *
 * [[durable_objects.bindings]]
 * name = "STREAMS"
 * class_name = "StreamLog"
 *
 * [[migrations]]
 * tag = "v1"
 * new_sqlite_classes = ["StreamLog"]
 * ```
 */
export class StreamLog {
  constructor(ctx: any, env: any);
  /** The time in milliseconds since 1970. */
  now(): number;
  fetch(request: Request): Promise<Response>;
  alarm(): Promise<void>;
}

/** A request that wants to be made. Amounts are nano-dollars. */
export interface BudgetReservation {
  id: string;
  nano: number;
  /** How long it is held, in milliseconds. */
  ttlMs: number;
  limits: readonly BudgetWindowLimit[];
}

export interface BudgetWindowLimit {
  window: "day" | "month" | "lifetime";
  /** In nano-dollars. */
  nano: number;
}

/** An answer of the ledger. */
export interface BudgetStep {
  ledger: string;
  [more: string]: unknown;
}

/** What a ledger holds. Amounts are nano-dollars, times milliseconds since 1970. */
export interface BudgetState {
  rows: {
    window: "day" | "month" | "lifetime";
    /** Which one: days or months since January 1970. */
    number: number;
    spent: number;
    held: number;
    overrun: number;
  }[];
  /** Requests under way, and those that ended within the last hour. */
  entries: {
    id: string;
    reserved: number;
    reservedAtMs: number;
    expiresAtMs: number;
    phase: "held" | "expired" | "settled";
    cost: number;
  }[];
}

/** What an account has spent and reserved. */
export function readBudget(binding: BudgetBinding, account: BudgetAccount): Promise<BudgetState>;

/** Forgets what an account has spent. Its requests under way are charged when they end. */
export function resetBudget(binding: BudgetBinding, account: BudgetAccount): Promise<void>;

export { InvalidOptionError, OpenAIError } from "../lib/errors.js";
