// The value of JSON text that is not all there yet: what a structured answer says so far.

/**
 * Closes what is open and drops what cannot be told yet: a half key, number, word or escape. Gives
 * undefined while there is nothing, or when the text is no JSON.
 */
export function parsePartialJson(text) {
  return tryParse(text) ?? tryParse(completed(text));
}

function tryParse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function completed(text) {
  /** The closing characters that are owed. */
  const owed = [];
  /** The longest start of the text that the owed characters complete, and what it owes. */
  let [end, closing] = [0, ""];
  const keep = (at) => ([end, closing] = [at, owed.toReversed().join("")]);
  // Whether a string that begins now is a key.
  let key = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{" || character === "[") {
      owed.push(character === "{" ? "}" : "]");
      key = character === "{";
      keep(at + 1);
    } else if (character === "}" || character === "]") {
      owed.pop();
      key = false;
      keep(at + 1);
    } else if (character === ",") {
      key = owed.at(-1) === "}";
    } else if (character === ":") {
      key = false;
    } else if (character === '"') {
      const stop = stringEnd(text, at + 1);
      if (stop.whole) {
        if (!key) keep(stop.at);
      } else if (!key) {
        keep(stop.at);
        closing = `"${closing}`;
      }
      at = stop.whole ? stop.at - 1 : text.length;
    } else if (/[-+.\w]/.test(character)) {
      let stop = at + 1;
      while (/[-+.\w]/.test(text[stop] ?? "")) stop += 1;
      // A number may go on; a word is known by its end.
      const scalar = text.slice(at, stop);
      if (stop < text.length || scalar === "true" || scalar === "false" || scalar === "null") keep(stop);
      at = stop - 1;
    }
  }
  return text.slice(0, end) + closing;
}

/** Where a string ends, or how far it can be told. */
function stringEnd(text, from) {
  let at = from;
  while (at < text.length) {
    if (text[at] === '"') return { whole: true, at: at + 1 };
    if (text[at] === "\\") {
      const length = text[at + 1] === "u" ? 6 : 2;
      if (at + length > text.length) return { whole: false, at };
      at += length;
    } else {
      at += 1;
    }
  }
  return { whole: false, at };
}
