// An answer whose tokens show how likely each of them was, and what else could have stood in its place.

import { bar, element, labelled, percent, visible } from "./element.js";
import { countsOf } from "./sampling.js";

const ALTERNATIVES = 20;
const SHOWN = 6;
const MAX_TOKENS = 80;
/** So that the first answer is one that wanders. */
const SEED = 25;

export class Specimen {
  element;
  #tokens = [];
  #at = 0;
  #prompt = element("input", { type: "text", value: "Describe the sea in winter" });
  #seed = element("input", { type: "number", step: 1, value: SEED, placeholder: "any" });
  #ask = element("button", { type: "submit", className: "primary" }, "Ask");
  #heat;
  #alternatives = element("ol", { className: "bars" });
  #caption = element("p", { className: "play-caption" });
  #problem = element("p", { className: "play-problem", role: "alert" });
  #tools;
  #onSelect;

  /** @param onSelect gets `{ tokens, at }` whenever a token is chosen: the answer's tokens with their alternatives */
  constructor(tools, { onSelect }) {
    this.#tools = tools;
    this.#onSelect = onSelect;
    this.#heat = element("p", {
      className: "heat",
      role: "listbox",
      tabIndex: 0,
      "aria-label": "The answer’s tokens",
    });
    const form = element(
      "form",
      { className: "play-row" },
      labelled("Question", this.#prompt).row,
      labelled("Seed", this.#seed).row,
      this.#ask,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tools.inTurn(() => this.ask());
    });
    this.#heat.addEventListener("keydown", (event) => this.#key(event));
    for (const kind of ["pointerover", "click"])
      this.#heat.addEventListener(kind, ({ target }) => {
        const at = [...this.#heat.children].indexOf(target);
        if (at >= 0) this.#select(at);
      });
    this.element = element(
      "div",
      {},
      form,
      this.#problem,
      this.#heat,
      this.#caption,
      this.#alternatives,
    );
  }

  async ask() {
    const { client, model, spent } = this.#tools;
    this.#ask.disabled = true;
    this.#problem.textContent = "";
    try {
      const answer = await client.chat.completions.create({
        model: model(),
        messages: [{ role: "user", content: this.#prompt.value }],
        max_tokens: MAX_TOKENS,
        seed: this.#seed.value === "" ? undefined : this.#seed.valueAsNumber,
        logprobs: true,
        top_logprobs: ALTERNATIVES,
      });
      this.#show(answer.choices[0].logprobs?.content ?? []);
    } catch (error) {
      this.#problem.textContent = error.message;
    } finally {
      this.#ask.disabled = false;
      spent();
    }
  }

  #show(tokens) {
    this.#tokens = tokens.map(({ token, logprob, top_logprobs: top }) => ({
      token,
      logprob,
      top: top.some((other) => other.token === token) ? top : [...top, { token, logprob }],
    }));
    if (tokens.length === 0) {
      this.#problem.textContent = "This server gives no log probabilities.";
      return;
    }
    this.#heat.replaceChildren(
      ...this.#tokens.map(({ token, logprob }, at) => {
        const piece = element(
          "span",
          { id: `heat-${at}`, role: "option", "aria-selected": "false" },
          token,
        );
        piece.setAttribute("aria-label", `${visible(token)}, ${percent(Math.exp(logprob))}`);
        piece.style.setProperty("--surprise", `${((1 - Math.exp(logprob)) * 45).toFixed(1)}%`);
        return piece;
      }),
    );
    this.#select(this.#telling());
  }

  /** The place that shows the most: where likely alternatives were said before, or else where most was open. */
  #telling() {
    const names = this.#tokens.map(({ token }) => token);
    const worth = ({ top }, at) => {
      const shown = top.slice(0, SHOWN);
      const counts = countsOf(
        shown.map(({ token }) => token),
        names.slice(0, at),
      );
      const openness = shown.map(({ logprob }) => {
        const share = Math.exp(logprob);
        return Math.min(share, 1 - share);
      });
      return openness.reduce((sum, open, j) => sum + (counts[j] > 0 ? open : open / 1000), 0);
    };
    const worths = this.#tokens.map(worth);
    return worths.indexOf(Math.max(...worths));
  }

  #key(event) {
    const last = this.#tokens.length - 1;
    const to = {
      ArrowRight: this.#at + 1,
      ArrowDown: this.#at + 1,
      ArrowLeft: this.#at - 1,
      ArrowUp: this.#at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#select(Math.min(Math.max(to, 0), last));
  }

  #select(at) {
    this.#heat.children[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = at;
    this.#heat.children[at].setAttribute("aria-selected", "true");
    this.#heat.setAttribute("aria-activedescendant", `heat-${at}`);
    const { token, logprob, top } = this.#tokens[at];
    this.#caption.replaceChildren(
      element("code", {}, visible(token)),
      ` was ${percent(Math.exp(logprob))} likely (log probability ${logprob.toFixed(3)}). In its place could have stood:`,
    );
    this.#alternatives.replaceChildren(
      ...top.slice(0, SHOWN).map((other) =>
        bar({
          token: other.token,
          probability: Math.exp(other.logprob),
          chosen: other.token === token,
        }),
      ),
    );
    this.#onSelect({ tokens: this.#tokens, at });
  }
}
