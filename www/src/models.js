// The choice of a model: a select filled by the server's list, or a text field where there is no list.

import { hideProblem, showProblem } from "./problem.js";

/** A small chat model of OpenAI's, whose list begins with others; elsewhere the first of the list. */
const PREFERRED = "gpt-5-nano";

export class ModelChoice {
  #select;
  #input;
  #problem;
  onReady = () => {};

  constructor({ select, input, problem }) {
    this.#select = select;
    this.#input = input;
    this.#problem = problem;
    select.addEventListener("change", () => this.onReady());
    input.addEventListener("input", () => this.onReady());
  }

  get value() {
    return this.#input.hidden ? this.#select.value : this.#input.value.trim();
  }

  async load(client) {
    try {
      const { data } = await client.models.list();
      if (data.length === 0) throw new Error("The server lists no models.");
      const preferred = data.some(({ id }) => id === PREFERRED) ? PREFERRED : data[0].id;
      this.#select.replaceChildren(
        ...data.map(({ id }) => new Option(id, id, id === preferred, id === preferred)),
      );
      this.#select.disabled = false;
      this.#show({ list: true });
      hideProblem(this.#problem);
    } catch (error) {
      this.#show({ list: false });
      showProblem(this.#problem, error, [
        { label: "Load models again", run: () => this.load(client) },
      ]);
    }
    this.onReady();
  }

  #show({ list }) {
    this.#select.hidden = !list;
    this.#input.hidden = list;
  }
}
