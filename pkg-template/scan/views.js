// What a text says once its codings are undone. Texts are strings of bytes (latin1) throughout, so that
// an index is a byte's offset.

import { joined } from "./joints.js";

/** Bytes of text in a row; random bytes have none by chance. */
const LEGIBLE = /[\x20-\x7e]{16}|(?:[\x20-\x7e]\0){16}/;

/**
 * The decoded parts of a text as `{ coding, text, place(index) }`. All parts of one coding stand in one
 * text, a line feed between them; `place` gives where in the coded text a part of it comes from.
 */
export function* viewsOf(text) {
  for (const [coding, parts] of CODINGS) {
    const view = new View(coding);
    for (const part of parts(text)) {
      // What only repeats the coded text would be found twice.
      if (LEGIBLE.test(part.decoded)) view.add(part);
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

  /** `before` is plain text in front of the coded one: a name that says what it is. */
  add({ decoded, index, length, before = "" }) {
    this.#parts.push({
      start: this.text.length,
      lead: before.length,
      size: decoded.length,
      index,
      length,
    });
    this.text += `${before}${decoded}\n`;
  }

  /** Where what stands at an index is in the coded text: `{ offset, part: [start, end] }`; `named` if it is plain. */
  place(index) {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#parts[middle].start <= index) low = middle;
      else high = middle - 1;
    }
    const part = this.#parts[low];
    const within = Math.floor(
      (Math.max(0, index - part.start - part.lead) / part.size) * part.length,
    );
    const named = index < part.start + part.lead;
    return {
      offset: part.index + within,
      part: [part.index - part.lead, part.index + part.length],
      named,
    };
  }
}

const bytes = (text, encoding) => Buffer.from(text, encoding).toString("latin1");

/** A longer run is taken in parts, since a regular expression needs memory for each repetition; they overlap. */
const MOST_REPEATS = 2 ** 18;
const LONG_RUN = 2 ** 17;
const OVERLAP = 2 ** 14;

function* matches(pattern, text) {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    yield match;
    if (match[0].length >= LONG_RUN) pattern.lastIndex -= OVERLAP;
  }
}

/** Runs of one alphabet, decoded from each place where a group of the coding can begin. */
const runs = (characters, least, groups, decode, tail = "") => {
  const pattern = new RegExp(`${characters}{${least},${MOST_REPEATS}}${tail}`, "g");
  return function* (text) {
    for (const { 0: run, index } of matches(pattern, text)) {
      for (let shift = 0; shift < groups; shift++) {
        yield {
          index: index + shift,
          length: run.length - shift,
          decoded: decode(run.slice(shift)),
        };
      }
    }
  };
};

/** Twenty codes or more with the same kinds of things between them: `[115,107]`, `73:6b`, `115 107`. */
const lists = (code, decode) => {
  const list = new RegExp(
    `(?<![\\w.])${code}(?:(?:\\s{0,8}[,;:|/_-]\\s{0,8}|\\s{1,8})${code}){19,${MOST_REPEATS}}(?!\\w)`,
    "g",
  );
  const each = new RegExp(code, "g");
  return function* (text) {
    for (const { 0: run, index } of matches(list, text)) {
      yield {
        index,
        length: run.length,
        decoded: run
          .match(each)
          .map((one) => character(decode(one)))
          .join(""),
      };
    }
  };
};

/** How far before an escape its text can begin. */
const LOOK_BACK = 512;
/** How much of the text before a coded one may name it. */
const NAME_REACH = 96;

/** Texts in which at least one character is escaped. */
const escapes = (escape, plain, decode) => {
  const each = new RegExp(escape, "g");
  const run = new RegExp(`(?:${escape}|${plain}){1,8192}`, "y");
  const isPlain = new RegExp(plain);
  return function* (text) {
    each.lastIndex = 0;
    for (let match = each.exec(text); match; match = each.exec(text)) {
      let start = match.index;
      while (match.index - start < LOOK_BACK && start > 0 && isPlain.test(text[start - 1])) start--;
      run.lastIndex = start;
      const [coded] = run.exec(text);
      const before = text.slice(Math.max(0, start - NAME_REACH), start);
      // The quote behind it ends a value that is known by its name.
      const after = text.slice(start + coded.length, start + coded.length + 1);
      yield {
        index: start,
        length: coded.length,
        decoded: coded.replace(each, decode) + after,
        before,
      };
      each.lastIndex = Math.max(start + coded.length, match.index + match[0].length);
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
  character(
    /x/i.test(escape) ? Number.parseInt(escape.slice(3), 16) : Number.parseInt(escape.slice(2), 10),
  );

const WORD = "[\\w.+/=-]";

const CODINGS = [
  // Little-endian and big-endian differ only in where the run begins.
  [
    "UTF-16",
    runs("(?:[\\x20-\\x7e]\\0)", 15, 1, (run) => run.replaceAll("\0", ""), "[\\x20-\\x7e]?"),
  ],
  [
    "escaped",
    escapes(
      "\\\\{1,4}(?:x[0-9A-Fa-f]{2}|u00[0-9A-Fa-f]{2}|u\\{0*[0-9A-Fa-f]{1,2}\\}|[0-3]?[0-7]{2})",
      WORD,
      unescapeScript,
    ),
  ],
  // Of CSS: a space ends the escape.
  [
    "escaped",
    escapes("\\\\{1,4}[0-9A-Fa-f]{2,6}[ \\t\\n]?", WORD, (escape) =>
      character(Number.parseInt(escape.replaceAll("\\", ""), 16)),
    ),
  ],
  ["joined", joined],
  ["HTML", escapes("&#(?:[xX][0-9A-Fa-f]{1,6}|\\d{1,7});", WORD, unescapeHtml)],
  [
    "URL-encoded",
    escapes("%[0-9A-Fa-f]{2}", "[\\w.~!*'()+-]", (escape) =>
      character(Number.parseInt(escape.slice(1), 16)),
    ),
  ],
  ["hex", runs("[0-9A-Fa-f]", 40, 2, (run) => bytes(run, "hex"))],
  ["hex", lists("[0-9A-Fa-f]{2}", (code) => Number.parseInt(code, 16))],
  ["base64", runs("[A-Za-z0-9+/_-]", 24, 4, (run) => bytes(run, "base64"))],
  ["character codes", lists("(?:0x[0-9A-Fa-f]{1,2}|0o[0-7]{1,3}|\\d{1,3})", Number)],
  // As old scripts write them, and as a program that reads digits by eight wants them.
  [
    "character codes",
    lists("(?:0|\\\\)?[0-7]{2,3}", (code) => Number.parseInt(code.replace("\\", ""), 8)),
  ],
];
