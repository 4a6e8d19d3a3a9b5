// A text cut into the tokens of an encoding, each in its colour.

import { element, labelled } from "./element.js";

const TEXT = "A key in a page is public. 🙂 Donaudampfschiff, 東京, naïve, indivisible.";
const ENCODINGS = ["o200k_base", "cl100k_base", "p50k_base", "r50k_base"];
const COLOURS = 4;

export class Pieces {
  element;
  #text = element("textarea", { rows: 2, value: TEXT });
  #encoding = element("select", {}, ...ENCODINGS.map((name) => new Option(name, name)));
  #pieces = element("p", { className: "pieces" });
  #count = element("p", { className: "play-caption", role: "status" });
  #turn = 0;

  constructor() {
    const fields = [labelled("Text", this.#text).row, labelled("Encoding", this.#encoding).row];
    this.element = element(
      "div",
      {},
      element("div", { className: "play-row" }, ...fields),
      this.#pieces,
      this.#count,
    );
    for (const field of [this.#text, this.#encoding])
      field.addEventListener("input", () => this.#cut());
    // A table is 200 to 800 KB: it is loaded for somebody who looks.
    new IntersectionObserver(([{ isIntersecting }], observer) => {
      if (!isIntersecting) return;
      observer.disconnect();
      this.#cut();
    }).observe(this.element);
  }

  async #cut() {
    const turn = ++this.#turn;
    try {
      const { tokenizer } = await import("openai-wasm/tokens");
      const t = await tokenizer(this.#encoding.value);
      if (turn !== this.#turn) return;
      const tokens = t.encode(this.#text.value);
      const pieces = whole(tokens, t);
      this.#pieces.replaceChildren(
        ...pieces.map(({ text, ids }, at) =>
          element("span", { className: `piece piece-${at % COLOURS}`, title: ids.join(" ") }, text),
        ),
      );
      const { length } = [...this.#text.value];
      this.#count.textContent = `${tokens.length} tokens for ${length} characters`;
    } catch (error) {
      if (turn === this.#turn) this.#count.textContent = error.message;
    }
  }
}

/** Tokens, joined where a character is spread over several: `{ text, ids }`. */
function whole(tokens, tokenizer) {
  const pieces = [];
  let ids = [];
  for (const token of tokens) {
    ids.push(token);
    const text = tokenizer.decode(ids);
    if (text.includes("\ufffd") && ids.length < 6) continue;
    pieces.push({ text, ids });
    ids = [];
  }
  return pieces;
}
