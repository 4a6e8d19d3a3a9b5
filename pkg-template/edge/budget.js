// A request's budget: asks the Durable Objects before it goes on, and tells them afterwards what it has cost.

import { InvalidOptionError } from "../lib/errors.js";
import { LEDGER } from "./durable/book.js";
import { BUDGET } from "./proxy-option-table.js";

const EVERYONE = BUDGET.everyone;

/** Shorter than what the core waits for a hook, so that whatever is late is given back here. */
const ANSWER_MS = 4000;
/** A settlement that fails is sent again after these times; then the reservation's expiry charges it. */
const AGAIN_MS = [100, 400, 1600, 6400];

export const isNamespace = (binding) =>
  typeof binding?.idFromName === "function" && typeof binding.get === "function";

export const objectOf = (binding, name) => binding.get(binding.idFromName(name));

/** The name of an account's object. */
export function accountOf({ subject, address, everyone }) {
  if (typeof subject === "string" && subject) return `subject:${subject}`;
  if (typeof address === "string" && address) return `address:${address}`;
  if (everyone === true) return EVERYONE;
  throw new InvalidOptionError(
    "account",
    'must be { subject: "…" }, { address: "ip:…" } or { everyone: true }',
  );
}

const failed = (what, error) =>
  console.error(
    `openai-wasm proxy: the budget's ledger failed to ${what}: ${error?.message ?? error}`,
  );

/**
 * @param budget checked option of createProxy, or undefined
 * @returns `(env, ctx, reservation) → { reserve, balances, release, settle, reservation, handOver }` of one
 *   request: the answers to its admission's questions, what gives back a reservation that is not used, what
 *   takes the request's record and gives it back with the ledger's flags, and what lets another isolate settle
 *   the same reservation; undefined without a budget
 */
export function budgeting(budget) {
  if (!budget) return () => undefined;
  return (env, ctx, reservation) => {
    const binding = env?.[budget.binding];
    /** The ledgers that hold a reservation of this request. */
    const held = reservation?.held ?? [];
    let id = reservation?.id;
    /** Whether the request is over: whatever is reserved from now on would be lost. */
    let over = false;

    const call = async (account, method, question) => {
      const reply = await objectOf(binding, account)[method](question);
      if (reply?.ledger !== LEDGER) throw new Error(`${budget.binding} is not a BudgetLedger`);
      return reply;
    };

    const settleAll = async (cost) => {
      over = true;
      const accounts = held.splice(0);
      const replies = await Promise.all(
        accounts.map((account) => insist(call, account, { id, cost })),
      );
      return [...new Set(replies.flat())];
    };
    const release = () => {
      const given = settleAll(0);
      ctx?.waitUntil?.(given);
    };

    const balancesOf = async (of, limits) =>
      limits.length > 0 ? (await call(of, "balances", { limits })).balances : [];

    const ask = async ({ account, nano, ttlMs, limits, everyone }) => {
      const reserve = async (of, own) => {
        if (over) throw new Error("the request is over");
        held.push(of);
        const reply = await call(of, "reserve", { id, nano, ttlMs, limits: own });
        // What was refused holds nothing.
        if (reply.verdict !== "admitted" && held.at(-1) === of) held.pop();
        return { verdict: verdictOf(reply), balances: reply.balances };
      };
      const own = await reserve(account, limits);
      const reply = { ...own, everyone: false, everyoneBalances: [] };
      if (own.verdict.verdict !== "admitted" || everyone.length === 0) return reply;
      const all = await reserve(EVERYONE, everyone);
      if (all.verdict.verdict === "admitted") return { ...reply, everyoneBalances: all.balances };
      return { ...reply, verdict: all.verdict, everyone: true, everyoneBalances: all.balances };
    };

    return {
      async reserve(demand) {
        try {
          id = demand.id;
          return await within(ANSWER_MS, ask(demand));
        } catch (error) {
          failed("answer", error);
          // What was written is not known, so it is given back. A reservation that comes later is refused.
          release();
          throw error;
        }
      },
      async balances({ account, limits, everyone }) {
        try {
          const [own, all] = await Promise.all([
            balancesOf(account, limits),
            balancesOf(EVERYONE, everyone),
          ]);
          return { verdict: null, everyone: false, balances: own, everyoneBalances: all };
        } catch (error) {
          failed("answer", error);
          throw error;
        }
      },
      release,
      /** What is held, as plain values. */
      reservation: () => ({ id, held: [...held] }),
      /** Another isolate settles it. */
      handOver() {
        held.length = 0;
      },
      async settle(record) {
        const cost = record.cost;
        if (!cost) return record;
        // The answer goes out first: where the object shares the thread, its write to the disk would hold it.
        await new Promise((resolve) => setTimeout(resolve));
        const flags = await settleAll(cost.nano);
        return { ...record, cost: { ...cost, flags: [...cost.flags, ...flags] } };
      },
    };
  };
}

/** The verdict alone: the admission reads it strictly. */
function verdictOf({ verdict, window, endsAtMs, left }) {
  return verdict === "exhausted" ? { verdict, window, endsAtMs, left } : { verdict };
}

/** Settles, again and again; the flags. */
async function insist(call, account, question) {
  for (const wait of [...AGAIN_MS, undefined]) {
    try {
      return (await call(account, "settle", question)).flags;
    } catch (error) {
      if (wait === undefined) failed("settle", error);
      else await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return ["unsettled"];
}

/** The promise, or a failure after so long. */
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it did not answer in time")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
