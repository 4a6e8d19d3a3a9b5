// What the day's budget has left, and what the playground's last request cost.

import { dollars } from "../money.js";
import { element } from "./element.js";

export class Purse {
  element;
  #budget;
  #words = element("p", { className: "play-caption", role: "status" });
  #bars = element("dl", { className: "purse" });

  constructor(budget) {
    this.#budget = budget;
    this.element = element("div", {}, this.#bars, this.#words);
    this.#read();
  }

  async #read() {
    const balance = await this.#budget.read();
    if (balance) this.#show(balance);
    else this.#words.textContent = "This server's prices are not known, so there is no budget.";
  }

  /** A request has ended. */
  async spent() {
    const bill = await this.#budget.settled();
    if (!bill) return;
    await this.#read();
    if (bill.usd !== undefined)
      this.#words.textContent = `The last request cost ${dollars(bill.usd)}.`;
  }

  #show({ limit, spent, held, left }) {
    const rows = { limit, spent, held, left };
    this.#bars.replaceChildren(
      ...Object.entries(rows).map(([name, usd]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, dollars(usd))),
      ),
    );
  }
}
