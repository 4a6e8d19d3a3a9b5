// Two answers side by side: with one seed they are the same, as long as the fingerprint is.

import { element, labelled } from "./element.js";

const MAX_TOKENS = 60;
const TEMPERATURE = 1;

export class Seeds {
  element;
  #tools;
  #prompt = element("input", { type: "text", value: "Describe the sea in winter" });
  #seeds = [25, 25].map((value) =>
    element("input", { type: "number", step: 1, value, required: true }),
  );
  #answers = element("div", { className: "side-by-side" });
  #verdict = element("p", { className: "play-caption", role: "status" });
  #ask = element("button", { type: "submit", className: "primary" }, "Ask twice");

  constructor(tools) {
    this.#tools = tools;
    const form = element(
      "form",
      { className: "play-row" },
      labelled("Question", this.#prompt).row,
      ...this.#seeds.map(
        (field, at) => labelled(at === 0 ? "First seed" : "Second seed", field).row,
      ),
      this.#ask,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tools.inTurn(() => this.#both());
    });
    this.element = element("div", {}, form, this.#verdict, this.#answers);
  }

  async #both() {
    const { client, model, spent } = this.#tools;
    this.#ask.disabled = true;
    try {
      const answers = await Promise.all(
        this.#seeds.map(({ valueAsNumber: seed }) =>
          client.chat.completions.create({
            model: model(),
            messages: [{ role: "user", content: this.#prompt.value }],
            max_tokens: MAX_TOKENS,
            temperature: TEMPERATURE,
            seed,
          }),
        ),
      );
      const texts = answers.map(({ choices }) => choices[0].message.content ?? "");
      const same = sameLength(...texts);
      this.#answers.replaceChildren(
        ...answers.map(({ system_fingerprint: fingerprint }, at) =>
          element(
            "figure",
            {},
            element(
              "p",
              { className: "play-text" },
              texts[at].slice(0, same),
              element("mark", {}, texts[at].slice(same)),
            ),
            element(
              "figcaption",
              {},
              `seed ${this.#seeds[at].value}, fingerprint ${fingerprint ?? "not given"}`,
            ),
          ),
        ),
      );
      this.#verdict.textContent =
        texts[0] === texts[1]
          ? "The two answers are the same, to the letter."
          : `The two answers are the same for ${same} characters.`;
    } catch (error) {
      this.#verdict.textContent = error.message;
    } finally {
      this.#ask.disabled = false;
      spent();
    }
  }
}

function sameLength(one, other) {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
