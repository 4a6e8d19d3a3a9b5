// What the penalties do to the distribution at the chosen token, by formula.

import { bar, element, slider } from "./element.js";
import { countsOf, penalised, softmax } from "./sampling.js";

const SHOWN = 6;

export class Penalties {
  element;
  #presence;
  #frequency;
  #bars = element("ol", { className: "bars" });
  #chosen;

  constructor() {
    const range = { min: -2, max: 2, step: 0.1 };
    this.#presence = slider("Presence penalty", { ...range, value: 1 }, () => this.#draw());
    this.#frequency = slider("Frequency penalty", { ...range, value: 0.5 }, () => this.#draw());
    this.element = element(
      "div",
      {},
      element("p", { className: "formula" }, "μ[j] − c[j] × frequency − (c[j] > 0) × presence"),
      element("div", { className: "play-row" }, this.#presence.row, this.#frequency.row),
      this.#bars,
    );
  }

  show(chosen) {
    this.#chosen = chosen;
    this.#draw();
  }

  #draw() {
    if (!this.#chosen) return;
    const { tokens, at } = this.#chosen;
    const { top } = tokens[at];
    const names = top.map(({ token }) => token);
    const logits = top.map(({ logprob }) => logprob);
    const counts = countsOf(
      names,
      tokens.slice(0, at).map(({ token }) => token),
    );
    const before = softmax(logits);
    const penalties = { presence: this.#presence.value, frequency: this.#frequency.value };
    const after = softmax(penalised(logits, counts, penalties));
    this.#bars.replaceChildren(
      ...names.slice(0, SHOWN).map((token, j) =>
        bar({
          token,
          probability: after[j],
          before: before[j],
          note: counts[j] > 0 ? `said ${counts[j]}×` : "",
        }),
      ),
    );
  }
}
