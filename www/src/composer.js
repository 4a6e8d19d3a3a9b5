// Where the question is written: Enter sends, Shift+Enter breaks the line.

export class Composer {
  #form;
  #field;
  #send;
  #stop;
  #note;
  #parts;
  #busy = false;
  #ready = false;

  /** @param parts `mayAsk` says whether what else goes along is valid, and shows what is not */
  constructor(form, parts) {
    this.#form = form;
    this.#field = form.querySelector("#question");
    this.#send = form.querySelector("#send");
    this.#stop = form.querySelector("#stop");
    this.#note = form.querySelector("#note");
    this.#parts = parts;

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
    this.#stop.addEventListener("click", () => parts.onStop());
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
    this.#note.hidden = true;
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
    if (!question || !this.#ready) return;
    if (this.#busy) {
      this.#note.hidden = false;
      this.#parts.onBusy();
      return;
    }
    if (!this.#parts.mayAsk()) return;
    this.text = "";
    this.focus();
    this.#parts.onAsk(question);
  }

  #update() {
    this.#fit();
    this.#send.disabled = !this.#ready || this.text === "";
    this.#parts.onDraft();
  }

  /** As high as its text, where the style sheet cannot say so. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
