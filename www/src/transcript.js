// The turns on the page, and the scrolling that follows the newest words until the reader scrolls away.

import { TurnView } from "./turn.js";

const NEAR_PX = 80;

export class Transcript {
  #root;
  #latest;
  #onAgain;
  #onCut;
  #following = true;

  constructor(root, { latest, onAgain, onCut }) {
    this.#root = root;
    this.#latest = latest;
    this.#onAgain = onAgain;
    this.#onCut = onCut;
    latest.addEventListener("click", () => {
      this.#following = true;
      this.follow();
    });
    addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Puts a question on the page and returns the view of its turn. */
  add(question) {
    this.#root.querySelector(".turn:last-child")?.classList.remove("last");
    const view = new TurnView(question, {
      onGrow: () => this.follow(),
      onAgain: (turn) => this.#onAgain(turn),
      onCut: () => this.#onCut(),
    });
    view.element.classList.add("last");
    this.#root.append(view.element);
    this.#following = true;
    this.follow();
    return view;
  }

  clear() {
    this.#root.replaceChildren();
    this.#following = true;
    this.#latest.hidden = true;
  }

  /** Keeps the end in sight, unless the reader has gone elsewhere. */
  follow() {
    // Another part of the page may be shown meanwhile, which must not move.
    if (!this.#root.checkVisibility()) return;
    if (this.#following)
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    else this.#scrolled();
  }

  #scrolled() {
    if (!this.#root.checkVisibility()) return;
    const { scrollHeight } = document.documentElement;
    const below = scrollHeight - scrollY - innerHeight;
    this.#following = below < NEAR_PX;
    this.#latest.hidden = this.#following || this.#root.childElementCount === 0;
  }
}
