// Nodes, made in one line.

/** An element with these properties (`data-`, `aria-` and `role` as attributes) and children. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "role" || key === "for" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

let ids = 0;

/** A labelled control: `{ row, control }`. */
export function labelled(label, control) {
  control.id ||= `play-${++ids}`;
  const caption = element("label", { for: control.id }, label);
  return { row: element("div", { className: "play-field" }, caption, control), control };
}

/** A slider that says its value; `onInput` is called when it moves. */
export function slider(label, { min, max, step, value }, onInput) {
  const control = element("input", { type: "range", min, max, step, value });
  control.value = value;
  const { row } = labelled(label, control);
  const said = element("output", { for: control.id }, String(value));
  row.append(said);
  control.addEventListener("input", () => {
    said.textContent = control.value;
    onInput();
  });
  return {
    row,
    get value() {
      return control.valueAsNumber;
    },
  };
}

/** A token as it can be seen: blanks and line ends are marked. */
export const visible = (token) => token.replace(/ /g, "·").replace(/\n/g, "↵");

export const percent = (probability) =>
  probability > 0 && probability < 0.001 ? "< 0.1 %" : `${(probability * 100).toFixed(1)} %`;

/** A row of a bar chart: a token, its share as a bar and as a number. */
export function bar({ token, probability, note = "", chosen = false, before }) {
  const track = element("span", { className: "bar-track", "aria-hidden": "true" });
  const fill = element("span", { className: "bar-fill" });
  fill.style.inlineSize = `${probability * 100}%`;
  track.append(fill);
  if (before !== undefined) {
    const mark = element("span", { className: "bar-before" });
    mark.style.insetInlineStart = `${before * 100}%`;
    track.append(mark);
  }
  return element(
    "li",
    { className: chosen ? "bar chosen" : "bar" },
    element("code", {}, visible(token)),
    track,
    element("span", { className: "bar-share" }, percent(probability)),
    element("span", { className: "bar-note" }, note),
  );
}
