// What a text says once its codings are undone. Texts are strings of bytes (latin1) throughout, so that
// an index is a byte's offset.

/** Bytes of text in a row; random bytes have none by chance. */
const LEGIBLE = /[\x20-\x7e]{16}|(?:[\x20-\x7e]\0){16}/;

/**
 * The decoded parts of a text as `{ coding, text, place(index) }`. All parts of one coding stand in one
 * text, a line feed between them; `place` gives where in the coded text a part of it comes from.
 */
export function* viewsOf(text) {
  for (const [coding, parts] of CODINGS) {
    const view = new View(coding);
    for (const { index, length, decoded } of parts(text)) {
      // What only repeats the coded text would be found twice.
      if (LEGIBLE.test(decoded)) view.add(decoded, index, length);
    }
    if (view.text !== "") yield view;
  }
}

class View {
  text = "";
  #parts = [];

  constructor(coding) {
    this.coding = coding;
  }

  add(decoded, index, length) {
    this.#parts.push({ start: this.text.length, size: decoded.length, index, length });
    this.text += `${decoded}\n`;
  }

  /** Where what stands at an index is in the coded text: `{ offset, part: [start, end] }`. */
  place(index) {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#parts[middle].start <= index) low = middle;
      else high = middle - 1;
    }
    const part = this.#parts[low];
    const within = Math.floor(((index - part.start) / part.size) * part.length);
    return { offset: part.index + within, part: [part.index, part.index + part.length] };
  }
}

const bytes = (text, encoding) => Buffer.from(text, encoding).toString("latin1");

/** Runs of one alphabet, decoded from each place where a group of the coding can begin. */
const runs = (pattern, groups, decode) =>
  function* (text) {
    for (const { 0: run, index } of text.matchAll(pattern)) {
      for (let shift = 0; shift < groups; shift++) {
        yield { index: index + shift, length: run.length - shift, decoded: decode(run.slice(shift)) };
      }
    }
  };

/** How far before an escape its text can begin. */
const LOOK_BACK = 512;

/** Texts in which at least one character is escaped. */
const escapes = (escape, plain, decode) => {
  const each = new RegExp(escape, "g");
  const run = new RegExp(`(?:${escape}|${plain})+`, "y");
  const isPlain = new RegExp(plain);
  return function* (text) {
    each.lastIndex = 0;
    for (let match = each.exec(text); match; match = each.exec(text)) {
      let start = match.index;
      while (match.index - start < LOOK_BACK && start > 0 && isPlain.test(text[start - 1])) start--;
      run.lastIndex = start;
      const [coded] = run.exec(text);
      yield { index: start, length: coded.length, decoded: coded.replace(each, decode) };
      each.lastIndex = start + coded.length;
    }
  };
};

const character = (code) => (code <= 0xff ? String.fromCharCode(code) : "\n");

/** `\x73`, `\u0073`, `\u{73}`, `\163`; with more backslashes in a source map. */
function unescapeScript(escape) {
  const code = escape.replace(/^\\+/, "");
  if (/^[xu]/.test(code)) return character(Number.parseInt(code.replace(/[xu{}]/g, ""), 16));
  return character(Number.parseInt(code, 8));
}

const unescapeHtml = (escape) =>
  character(/x/i.test(escape) ? Number.parseInt(escape.slice(3), 16) : Number.parseInt(escape.slice(2), 10));

const WORD = "[\\w.+/=-]";

/** `"a" + "b"`, `"a".concat("b")` and a string that goes on in the next line; with more backslashes in a source map. */
const SPACE = "(?:\\s|\\\\{1,3}[nrt]){0,40}";
const QUOTE = "\\\\{0,3}[\"'`]";
const JOINT = `${QUOTE}(?:${SPACE}\\+${SPACE}|\\)?\\.concat\\()${QUOTE}|\\\\\\r?\\n|\\\\{3}(?:r\\\\)?n`;

const CODINGS = [
  // Little-endian and big-endian differ only in where the run begins.
  ["UTF-16", runs(/(?:[\x20-\x7e]\0){15,}[\x20-\x7e]?/g, 1, (run) => run.replaceAll("\0", ""))],
  ["escaped", escapes("\\\\{1,4}(?:x[0-9A-Fa-f]{2}|u00[0-9A-Fa-f]{2}|u\\{0*[0-9A-Fa-f]{1,2}\\}|[0-3]?[0-7]{2})", WORD, unescapeScript)],
  ["joined", escapes(JOINT, WORD, () => "")],
  ["HTML", escapes("&#(?:[xX][0-9A-Fa-f]{1,6}|\\d{1,7});", WORD, unescapeHtml)],
  ["URL-encoded", escapes("%[0-9A-Fa-f]{2}", "[\\w.~!*'()+-]", (escape) => character(Number.parseInt(escape.slice(1), 16)))],
  ["hex", runs(/[0-9A-Fa-f]{40,}/g, 2, (run) => bytes(run, "hex"))],
  ["base64", runs(/[A-Za-z0-9+/_-]{24,}/g, 4, (run) => bytes(run, "base64"))],
  [
    "character codes",
    runs(/(?:(?:0x[0-9A-Fa-f]{1,2}|\d{1,3})\s{0,8},\s{0,8}){19,}(?:0x[0-9A-Fa-f]{1,2}|\d{1,3})/g, 1, (run) =>
      run.replace(/\s*(\w+)\s*,?/g, (_, code) => character(Number(code))),
    ),
  ],
];
