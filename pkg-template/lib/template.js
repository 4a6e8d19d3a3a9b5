// Builds chunks from a template chunk and the values that change: quicker than parsing each.
// src/stream/batch/template.rs decides what changes; a chunk built here equals the parsed one.

/**
 * @param chunk the template, as JSON.parse gave it
 * @param holes which of its leaves change, counted in the order of the JSON text
 */
export function compile(chunk, holes) {
  const plan = planOf(chunk, { leaf: 0, holes, taken: 0 });
  const text = textHole(chunk, plan);
  return { count: holes.length, text, build: builderOf(chunk, plan) };
}

/** A leaf is a scalar or an array of scalars, as in src/stream/batch/leaves.rs. */
const isLeaf = (value) =>
  value === null ||
  typeof value !== "object" ||
  (Array.isArray(value) && !value.some((item) => typeof item === "object" && item !== null));

/** For each key: the number of a value, the plan of a container, or nothing for what stays. */
function planOf(node, at) {
  const plan = [];
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (!isLeaf(value)) {
      plan.push({ key, node: value, plan: planOf(value, at) });
    } else {
      if (at.holes[at.taken] === at.leaf) plan.push({ key, value: at.taken++ });
      else if (value !== null && typeof value === "object") plan.push({ key, array: value });
      at.leaf += 1;
    }
  }
  return plan;
}

/** Whether a `delta` that is a text is a piece of the text, in an event without choices. */
export const saysText = ({ type }) =>
  /^(response\.output_text|transcript\.text)\.delta$/.test(type);

/** Which of the values is the text of choice 0, or -1. */
function textHole(chunk, plan) {
  // What stands there now need be no text: the next one may be.
  if (!chunk.choices && saysText(chunk))
    return plan.find(({ key }) => key === "delta")?.value ?? -1;
  const choices = plan.find(({ key }) => key === "choices")?.plan;
  if (!choices || chunk.choices[0]?.index) return -1;
  const choice = choices[0]?.plan ?? [];
  const delta = choice.find(({ key }) => key === "delta")?.plan ?? [];
  const hole =
    delta.find(({ key }) => key === "content") ?? choice.find(({ key }) => key === "text");
  return hole?.value ?? -1;
}

/** (values, first) → a new chunk, nothing of which is shared with another one. */
function builderOf(chunk, plan) {
  const [choices, ...rest] = plan;
  const choice = choices?.plan?.[0];
  const [delta, ...others] = choice?.plan ?? [];
  const [hole, ...more] = delta?.plan ?? [];
  // By far the most frequent: only the content changes, and nothing else is a container.
  if (
    hole?.key === "content" &&
    hole.value === 0 &&
    !rest.length &&
    !others.length &&
    !more.length
  ) {
    const [head, first, words] = [chunk, choice.node, delta.node];
    if (choices.key === "choices" && chunk.choices.length === 1 && delta.key === "delta") {
      return (values, at) => ({
        ...head,
        choices: [{ ...first, delta: { ...words, content: values[at] } }],
      });
    }
  }
  // The next: a response's piece of text, which is flat. A loop over its steps takes three times as long.
  const [a, b, c, ...further] = plan.filter(({ value }) => value !== undefined);
  const [list, ...lists] = plan.filter(({ array }) => array);
  if (a && !further.length && !lists.length && !plan.some(({ plan }) => plan)) {
    return (values, at) => {
      const copy = { ...chunk };
      copy[a.key] = values[at + a.value];
      if (b) copy[b.key] = values[at + b.value];
      if (c) copy[c.key] = values[at + c.value];
      if (list) copy[list.key] = list.array.slice();
      return copy;
    };
  }
  return (values, at) => fill(chunk, plan, values, at);
}

function fill(node, plan, values, at) {
  const copy = Array.isArray(node) ? node.slice() : { ...node };
  for (const step of plan) {
    if (step.value !== undefined) copy[step.key] = values[at + step.value];
    else if (step.plan !== undefined) copy[step.key] = fill(step.node, step.plan, values, at);
    else copy[step.key] = step.array.slice();
  }
  return copy;
}
