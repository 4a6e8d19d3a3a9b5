// Strings that a program joins where they stand, as bundlers write them: `"a" + "b"`, `"".concat("a", "b")`,
// `["a", "b"].join("")`, `` `a${"b"}` ``, and a string that goes on in the next line; with more backslashes in a
// source map.

const WORD = /[\w.+/=-]/;
const WORDS = /[\w.+/=-]{0,512}/y;
const LONGEST_PIECE = 512;
/** How much of the text before the first string may name it. */
const NAME_REACH = 96;

const QUOTE = "\\\\{0,3}[\"'`]";
/** White space, also as an escape in a source map, comments and parentheses. */
const GAP = "(?:\\s|\\\\{1,3}[nrt]|/\\*[^*]{0,80}\\*/|[()]){0,40}";
const EMPTY = "(?:\\\\{0,3}[\"'`]){2}";
/** What stands between two pieces. Groups: a sum, a call, a comma, a list's end, what follows it, a template's two marks. */
const JOINTS = new RegExp(
  `${QUOTE}${GAP}(?:(\\+${GAP}${QUOTE})|(\\.concat\\(${GAP}${QUOTE})|(,${GAP}${QUOTE})|` +
    `(,?${GAP}\\]${GAP}\\.join\\(${GAP}${EMPTY}${GAP}\\))(${GAP}\\+${GAP}${QUOTE})?|(\\}))|(\\$\\{${GAP}${QUOTE})|\\\\\\r?\\n|\\\\{3}(?:r\\\\)?n`,
  "g",
);
const KINDS = ["sum", "call", "comma", "listEnd", "more", "templateEnd", "template"];

/** Each joined text as `{ index, length, decoded, before }`. */
export function* joined(text) {
  let chain;
  for (const match of text.matchAll(JOINTS)) {
    const end = match.index + match[0].length;
    const kinds = KINDS.filter((_, index) => match[index + 1] !== undefined);
    if (chain && wordEnd(text, chain.end) !== match.index) {
      yield* partsOf(text, chain);
      chain = undefined;
    }
    if (!chain) {
      if (kinds[0] === "listEnd" || kinds[0] === "templateEnd") continue;
      chain = { pieces: [[wordStart(text, match.index), match.index]], kinds: [], end };
    } else {
      chain.pieces.push([chain.end, match.index]);
    }
    chain.kinds.push(kinds);
    chain.end = end;
    if (kinds[0] === "listEnd" && !kinds.includes("more")) {
      yield* partsOf(text, chain);
      chain = undefined;
    }
  }
  if (chain) yield* partsOf(text, chain);
}

/** Texts of the pieces whose joints do join: a comma does so in a call and in a list that is joined. */
function* partsOf(text, { pieces, kinds, end }) {
  const last = kinds.at(-1);
  if (last[0] === "listEnd" && !last.includes("more")) kinds = kinds.slice(0, -1);
  else pieces.push([end, wordEnd(text, end)]);
  // From the end, since the end of a list says what its commas were.
  let inList = last[0] === "listEnd";
  const joins = kinds.map(() => true);
  for (let at = kinds.length - 1; at >= 0; at--) {
    const [kind] = kinds[at];
    if (kind === "listEnd") inList = true;
    else if (kind === "comma") joins[at] = inList;
    else if (kind !== "sum") inList = false;
  }
  let inCall = false;
  let open = 0;
  for (const [at, [kind]] of kinds.entries()) {
    if (kind === "call") inCall = true;
    if (kind === "template") open++;
    if (kind === "comma" && inCall) joins[at] = true;
    if (kind === "templateEnd") joins[at] = open-- > 0;
  }
  let first = 0;
  for (let at = 0; at <= kinds.length; at++) {
    if (at < kinds.length && joins[at]) continue;
    if (at > first) yield part(text, pieces.slice(first, at + 1));
    first = at + 1;
  }
}

function part(text, pieces) {
  const [[start], [, end]] = [pieces[0], pieces.at(-1)];
  const decoded = pieces.map((piece) => text.slice(...piece)).join("");
  // The quote behind it ends a value that is known by its name.
  const quote = /^\\{0,3}["'`]/.exec(text.slice(end, end + 4))?.[0] ?? "";
  return {
    index: start,
    length: end - start,
    decoded: decoded + quote,
    before: text.slice(Math.max(0, start - NAME_REACH), start),
  };
}

function wordStart(text, index) {
  let start = index;
  while (start > 0 && index - start < LONGEST_PIECE && WORD.test(text[start - 1])) start--;
  return start;
}

function wordEnd(text, index) {
  WORDS.lastIndex = index;
  return index + WORDS.exec(text)[0].length;
}
