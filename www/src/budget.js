// What the day's budget has left, and what an answer has cost: both as the proxy's ledger says.

import { offers } from "./session.js";

/** Settling is done after an answer's last byte, so the ledger is asked until nothing is held, after so long each time. */
const WAITS_MS = [0, 50, 100, 200, 400, 800, 1600];

export class Budget {
  #client;
  #onBalance;
  /** The balance that was read last; undefined if there is no budget. */
  #last;
  #reading;

  /** @param onBalance gets the day's balance, as `client.budget()` gives it, whenever it was read */
  constructor(client, { onBalance }) {
    this.#client = client;
    this.#onBalance = onBalance;
  }

  /** Reads the balance; undefined without a budget, or if the proxy does not answer: it is an aid. */
  read() {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** What was spent when the balance was read last, in US dollars; undefined before. */
  get spent() {
    return this.#last?.spent;
  }

  /**
   * What was spent since then, or since `before` was spent, once all of it is settled. `usd` is undefined while
   * another page holds something, and when a new day has begun.
   */
  async settled(before = this.spent) {
    before ??= (await this.read())?.spent;
    for (const wait of WAITS_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const balance = await this.read();
      if (balance === undefined) return undefined;
      if (balance.held > 0) continue;
      const usd = balance.spent - before;
      return { usd: usd >= 0 ? usd : undefined, left: balance.left };
    }
    return { usd: undefined, left: this.#last.left };
  }

  async #read() {
    try {
      if (!(await offers()).budget) return undefined;
      const { limits } = await this.#client.budget();
      this.#last = limits.find(({ window }) => window === "day");
      this.#onBalance(this.#last);
      return this.#last;
    } catch {
      return undefined;
    }
  }
}
