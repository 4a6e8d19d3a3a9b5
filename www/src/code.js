// A block of code: its language, a button that copies it, the code itself.

import { copyOnClick } from "./copy.js";

const made = new WeakMap();

export class CodeBlock {
  #text;

  constructor(text) {
    this.#text = text;
  }

  /** The block that `element` shows. */
  static of(element) {
    return made.get(element);
  }

  /** Puts a head above `pre`. */
  static wrap(pre) {
    const code = pre.querySelector("code") ?? pre;
    const content = new Text(code.textContent.replace(/\n$/, ""));
    code.replaceChildren(content);
    pre.tabIndex = 0; // long lines scroll, also by keyboard

    const figure = document.createElement("figure");
    figure.className = "code";
    const head = document.createElement("figcaption");
    const language = document.createElement("span");
    language.textContent = /language-(\S+)/.exec(code.className)?.[1] ?? "text";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = "Copy";
    copyOnClick(button, () => content.data);
    head.append(language, button);
    pre.replaceWith(figure);
    figure.append(head, pre);
    made.set(figure, new CodeBlock(content));
  }

  /** Writes on: only what is new touches the document, so a selection and the button's focus stay. */
  set text(text) {
    const old = this.#text.data;
    if (text.startsWith(old)) this.#text.appendData(text.slice(old.length));
    else this.#text.data = text;
  }
}
