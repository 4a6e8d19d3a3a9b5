// The sampling controls. A number field is the control; the slider under it is a convenience for a
// pointer. An empty field is not sent.

const SAMPLING = [
  { name: "temperature", label: "Temperature", min: 0, max: 2, step: 0.05, rest: 1 },
  { name: "top_p", label: "Top p", min: 0, max: 1, step: 0.01, rest: 1 },
  { name: "max_tokens", label: "Max tokens", min: 1, step: 1 },
  { name: "seed", label: "Seed", step: 1 },
];

const MORE = [
  { name: "top_k", label: "Top k", min: 0, step: 1 },
  { name: "min_p", label: "Min p", min: 0, max: 1, step: 0.01, rest: 0 },
  { name: "presence_penalty", label: "Presence penalty", min: -2, max: 2, step: 0.1, rest: 0 },
  { name: "frequency_penalty", label: "Frequency penalty", min: -2, max: 2, step: 0.1, rest: 0 },
];

export class Controls {
  #form;

  constructor(form) {
    this.#form = form;
    form.querySelector("#sampling").append(...SAMPLING.map(field));
    form.querySelector("#sampling-more").append(...MORE.map(field));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
      for (const row of form.querySelectorAll(".set")) row.classList.remove("set");
    });
  }

  get systemPrompt() {
    return this.#form.elements.system.value.trim();
  }

  /** The parameters that the person has set. */
  values() {
    const entries = [...SAMPLING, ...MORE].flatMap(({ name }) => {
      const { valueAsNumber } = this.#form.elements[name];
      return Number.isNaN(valueAsNumber) ? [] : [[name, valueAsNumber]];
    });
    return Object.fromEntries(entries);
  }
}

function field({ name, label, min, max, step, rest }) {
  const row = document.createElement("div");
  row.className = "field field-number";

  const caption = document.createElement("label");
  caption.htmlFor = name;
  caption.textContent = label;

  const number = document.createElement("input");
  Object.assign(number, {
    id: name,
    name,
    type: "number",
    placeholder: "default",
    inputMode: "decimal",
  });
  // Other servers have other ranges, so the range bounds the slider alone and the server has the last word.
  number.step = step === 1 ? 1 : "any";
  row.append(caption, number);

  if (max !== undefined) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min, max, step, tabIndex: -1 });
    slider.defaultValue = rest; // what a reset goes back to
    slider.setAttribute("aria-hidden", "true");
    slider.addEventListener("input", () => {
      number.value = slider.value;
      row.classList.add("set");
    });
    number.addEventListener("input", () => {
      slider.value = number.value === "" ? rest : number.value;
      row.classList.toggle("set", number.value !== "");
    });
    row.append(slider);
  }
  return row;
}
