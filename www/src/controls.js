// The sampling controls. An empty field is not sent; one outside its documented range says so and stops the question.

const SAMPLING = [
  { name: "temperature", label: "Temperature", min: 0, max: 2 },
  { name: "top_p", label: "Top p", min: 0, max: 1 },
  { name: "max_tokens", label: "Max tokens", min: 1, whole: true },
  { name: "seed", label: "Seed", whole: true },
];

const MORE = [
  { name: "top_k", label: "Top k", min: 0, whole: true },
  { name: "min_p", label: "Min p", min: 0, max: 1 },
  { name: "presence_penalty", label: "Presence penalty", min: -2, max: 2 },
  { name: "frequency_penalty", label: "Frequency penalty", min: -2, max: 2 },
];

export class Controls {
  #form;
  #onInvalid;

  /** @param onInvalid is called before a field that must be mended gets the focus */
  constructor(form, { onInvalid }) {
    this.#form = form;
    this.#onInvalid = onInvalid;
    form.querySelector("#sampling").append(...SAMPLING.map(field));
    form.querySelector("#sampling-more").append(...MORE.map(field));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
      for (const { name } of [...SAMPLING, ...MORE]) judge(form.elements[name], { empty: true });
    });
  }

  get systemPrompt() {
    return this.#form.elements.system.value.trim();
  }

  /** Whether all that is set can be sent; shows the first field that cannot. */
  report() {
    const field = this.#form.querySelector("input:invalid");
    if (!field) return true;
    this.#onInvalid();
    const more = field.closest("details");
    if (more) more.open = true;
    field.focus();
    return false;
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

function field({ name, label, min, max, whole }) {
  const row = document.createElement("div");
  row.className = "field field-number";
  const caption = Object.assign(document.createElement("label"), {
    htmlFor: name,
    textContent: label,
  });
  const number = Object.assign(document.createElement("input"), {
    id: name,
    name,
    type: "number",
    placeholder: "default",
    inputMode: "decimal",
    step: whole ? 1 : "any",
  });
  if (min !== undefined) number.min = min;
  if (max !== undefined) number.max = max;
  const wrong = Object.assign(document.createElement("p"), {
    id: `${name}-wrong`,
    className: "field-wrong",
    textContent: range({ min, max, whole }),
    hidden: true,
  });
  number.setAttribute("aria-describedby", wrong.id);
  number.addEventListener("input", () => judge(number));
  row.append(caption, number, wrong);
  return row;
}

function range({ min, max, whole }) {
  const kind = whole ? "A whole number" : "A number";
  if (max !== undefined) return `${kind} from ${min} to ${max}.`;
  return min === undefined ? `${kind}.` : `${kind}, ${min} or more.`;
}

/** Says under the field what it takes, if what it holds is something else. */
function judge(number, { empty = false } = {}) {
  const wrong = !empty && !number.validity.valid;
  number.setAttribute("aria-invalid", String(wrong));
  document.getElementById(`${number.id}-wrong`).hidden = !wrong;
}
