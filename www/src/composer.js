// Where the question is written: Enter sends, Shift+Enter breaks the line.

export class Composer {
  #form;
  #field;
  #send;
  #stop;
  #onAsk;
  #onDraft;
  #busy = false;
  #ready = false;

  constructor(form, { onAsk, onStop, onDraft }) {
    this.#form = form;
    this.#field = form.querySelector("#question");
    this.#send = form.querySelector("#send");
    this.#stop = form.querySelector("#stop");
    this.#onAsk = onAsk;
    this.#onDraft = onDraft;

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.#field.addEventListener("input", () => this.#update());
    this.#field.addEventListener("keydown", (event) => {
      // An Enter that ends the choice of a character in an input method does not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    this.#stop.addEventListener("click", () => onStop());
  }

  get text() {
    return this.#field.value.trim();
  }

  set text(text) {
    this.#field.value = text;
    this.#update();
  }

  set busy(busy) {
    // The button under the finger changes its kind; the keyboard's place goes back to the question.
    const focusIsHere = this.#form.contains(document.activeElement);
    this.#busy = busy;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    this.#update();
    if (focusIsHere) this.focus();
  }

  /** Whether there is a model to ask. */
  set ready(ready) {
    this.#ready = ready;
    this.#update();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  send() {
    const question = this.text;
    if (!question || this.#busy || !this.#ready) return;
    this.text = "";
    this.focus();
    this.#onAsk(question);
  }

  #update() {
    this.#fit();
    this.#send.disabled = !this.#ready || this.text === "";
    this.#onDraft();
  }

  /** As high as its text, where the style sheet cannot say so. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
