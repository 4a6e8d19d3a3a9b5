// An answer's text as it grows. Blocks that can no longer change are rendered once and stay; only the
// last block is rendered again in each frame, so a long answer costs no more per frame than a short one.

import { blocks, render } from "./markdown.js";
import { CodeBlock } from "./code.js";

export class Prose {
  #root;
  #text = "";
  #settled = 0; // how much of the text is in blocks that stay
  #tail = []; // the nodes of the last block
  #openCode; // the CodeBlock that is being written, if the last block is one
  #references = false;

  constructor(root) {
    this.#root = root;
  }

  clear() {
    this.#root.replaceChildren();
    this.#text = "";
    this.#settled = 0;
    this.#tail = [];
    this.#openCode = undefined;
    this.#references = false;
  }

  /** The words on the page, without the heads of code blocks. */
  get words() {
    const copy = this.#root.cloneNode(true);
    for (const head of copy.querySelectorAll("figcaption")) head.remove();
    return copy.textContent.trim();
  }

  /** Shows `text`, which begins with what was shown before. */
  show(text, { done }) {
    // The lexer counts every line end as one character, and so must we.
    const lines = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    if (lines !== this.#text) {
      this.#text = lines;
      this.#grow();
    }
    // A link's address may be given below its use, in a block rendered long before: once, at the end, all anew.
    if (done && this.#references) {
      this.#root.replaceChildren();
      this.#place(blocks(this.#text));
    }
  }

  #grow() {
    const tokens = blocks(this.#text.slice(this.#settled));
    this.#references ||= tokens.some(({ type }) => type === "def");
    // Blank lines do not end a list or a quotation, so the last block that is not space is still open.
    const open = tokens.findLastIndex(({ type }) => type !== "space");
    if (open < 0) return;

    if (open === 0 && tokens[0].type === "code" && this.#openCode) {
      this.#openCode.text = tokens[0].text;
      return;
    }
    for (const node of this.#tail) node.remove();
    const settled = tokens.slice(0, open);
    this.#place(settled);
    this.#settled += settled.reduce((length, { raw }) => length + raw.length, 0);

    const last = tokens.slice(open);
    this.#tail = this.#place(last);
    // Until its first line ends, the language's name is still being written.
    const writing = last[0].type === "code" && last[0].raw.includes("\n");
    this.#openCode = writing ? CodeBlock.of(this.#tail[0]) : undefined;
  }

  /** Appends the blocks and returns their nodes. */
  #place(tokens) {
    const fragment = render(tokens);
    for (const pre of fragment.querySelectorAll("pre")) CodeBlock.wrap(pre);
    for (const table of fragment.querySelectorAll("table")) inScrollBox(table);
    const nodes = [...fragment.childNodes];
    this.#root.append(...nodes);
    return nodes;
  }
}

/** A wide table scrolls by itself; the keyboard can reach it to do so. */
function inScrollBox(table) {
  const box = document.createElement("div");
  box.className = "table-box";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Table");
  table.replaceWith(box);
  box.append(table);
}
