// The value of JSON text that is not all there yet: what a structured answer says so far.

/** What is nested deeper has no value here: code that reads it, or writes it to a log, would exhaust the stack. */
const MAX_DEPTH = 512;

/**
 * Closes what is open and drops what cannot be told yet: a half key, number, word or escape. Gives
 * undefined while there is nothing, when the text is no JSON, or when it is nested too deeply.
 */
export function parsePartialJson(text) {
  const whole = completed(text);
  return whole === undefined ? undefined : (tryParse(text) ?? tryParse(whole));
}

/** The value of JSON text, or undefined. */
export function tryParse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text with its end, in one pass over it. */
function completed(text) {
  /** The closing characters that are owed. They change only where the text is kept. */
  const owed = [];
  /** The longest start of the text that can be completed, and whether a string is open there. */
  let [end, open] = [0, ""];
  const keep = (at) => ([end, open] = [at, ""]);
  // Whether a string that begins now is a key.
  let key = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{" || character === "[") {
      if (owed.push(character === "{" ? "}" : "]") > MAX_DEPTH) return undefined;
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
      if (!key) {
        keep(stop.at);
        if (!stop.whole) open = '"';
      }
      at = stop.whole ? stop.at - 1 : text.length;
    } else if (/[-+.\w]/.test(character)) {
      let stop = at + 1;
      while (/[-+.\w]/.test(text[stop] ?? "")) stop += 1;
      // A number may go on; a word is known by its end.
      const scalar = text.slice(at, stop);
      if (stop < text.length || scalar === "true" || scalar === "false" || scalar === "null")
        keep(stop);
      at = stop - 1;
    }
  }
  return text.slice(0, end) + open + owed.reverse().join("");
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
