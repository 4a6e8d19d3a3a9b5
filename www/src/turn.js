// One question and its answer on the page. Draws at most once a frame, however fast chunks come.

import { Figures } from "./figures.js";
import { Prose } from "./prose.js";
import { Trace } from "./trace.js";
import { copyOnClick } from "./copy.js";
import { hideProblem, showActions, showProblem } from "./problem.js";

const template = document.getElementById("turn-template");
const GOES_ON = " The answer goes on.";

export class TurnView {
  /** The data of this turn, given by the chat. */
  turn;
  element;
  #answer;
  #waiting;
  #problem;
  #actions;
  #underWay;
  #cutNote;
  #prose;
  #figures;
  #trace;
  #timing;
  #text = "";
  #frame = 0;
  #model;
  #onGrow;

  constructor(question, { onGrow, onAgain, onCut }) {
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => this.element.querySelector(selector);
    part(".words").textContent = question;
    this.#model = part(".model-name");
    this.#answer = part(".answer");
    this.#waiting = part(".waiting");
    this.#problem = part(".problem");
    this.#actions = part(".done");
    this.#underWay = part(".under-way");
    this.#cutNote = part(".cut-note");
    this.#prose = new Prose(part(".prose"));
    this.#figures = new Figures(part(".figures"));
    this.#trace = new Trace(part(".trace"));
    this.#onGrow = onGrow;
    part(".again").addEventListener("click", () => onAgain(this.turn));
    part(".cut").addEventListener("click", onCut);
    copyOnClick(part(".copy"), () => this.#text);
  }

  /** An answer of `model` is under way; what stood here before goes. */
  begin(timing, model) {
    this.#timing = timing;
    this.#model.textContent = model;
    this.#text = "";
    this.#prose.clear();
    hideProblem(this.#problem);
    this.#actions.hidden = true;
    this.#underWay.hidden = true;
    this.#cutNote.hidden = true;
    this.#answer.setAttribute("aria-busy", "true");
    this.element.dataset.outcome = "running";
    this.#schedule();
  }

  /** It is no longer sent. */
  leaveOut() {
    this.element.classList.add("left-out");
    this.element.querySelector(".left-out-note").hidden = false;
  }

  /** The answer as it reads, without its markup. */
  get words() {
    return this.#prose.words;
  }

  /** The answer so far. */
  show(text) {
    this.#text = text;
    this.#schedule();
  }

  /** Its connection can be cut: the answer can be read on. */
  canCut() {
    this.#underWay.hidden = false;
    this.#onGrow();
  }

  /** Its connection was cut after the event of this number. */
  cut(number) {
    this.#cutNote.textContent = `The connection was cut at event ${number}.${GOES_ON}`;
    this.#cutNote.hidden = false;
    this.#onGrow();
  }

  finish() {
    const cutHasFocus = this.#underWay.contains(document.activeElement);
    this.#underWay.hidden = true;
    const rest = this.#timing.outcome === "error" ? "" : " The answer went on.";
    this.#cutNote.textContent = this.#cutNote.textContent.replace(GOES_ON, rest);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#answer.setAttribute("aria-busy", "false");
    this.element.dataset.outcome = this.#timing.outcome;
    this.#prose.show(this.#text, { done: true });
    this.#actions.hidden = false;
    this.#actions.querySelector(".copy").hidden = this.#text === "";
    if (cutHasFocus) this.#actions.querySelector(".again").focus({ preventScroll: true });
    this.#drawFigures();
    this.#onGrow();
  }

  /** What the answer cost has become known. */
  showBill() {
    this.#figures.show(this.#timing);
    this.#onGrow();
  }

  /** `actions` are what can be done about it, in place of the row under an answer. */
  fail(error, actions) {
    showProblem(this.#problem, error, actions);
    this.finish();
  }

  /** Other things that can be done about the failure. */
  offer(actions) {
    showActions(this.#problem, actions);
    this.#onGrow();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#timing.running) return;
      this.#prose.show(this.#text, { done: false });
      this.#drawFigures();
      this.#onGrow();
      // The clock and the trace go on between chunks.
      this.#schedule();
    });
  }

  #drawFigures() {
    this.#waiting.hidden = !this.#timing.running || this.#text !== "";
    this.#figures.show(this.#timing);
    this.#trace.show(this.#timing);
  }
}
