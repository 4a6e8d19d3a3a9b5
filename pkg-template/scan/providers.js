// What keys of model providers look like, and how a key is told from a placeholder.

import { HOSTS, NAMES, SHAPES } from "./provider-table.js";

/** How far from a bearer token its server may be named. */
const HOST_REACH = 512;

/** Every provider that a finding can name. */
export const PROVIDERS = [...new Set([...SHAPES, ...NAMES].map(([provider]) => provider))].sort();

// An exact body is followed by no more of its letters, except where texts stand without a gap.
const shapes = SHAPES.map(([provider, prefix, body, exact]) => ({
  provider,
  // No key is longer, and a regular expression needs memory for each repetition.
  pattern: new RegExp(`(${prefix})(${body.replace(",}", ",4096}")})`, "g"),
  more: exact ? new RegExp(/\\w-/.test(body) ? "[\\w-]" : "[A-Za-z0-9]") : undefined,
}));

const names = new RegExp(NAMES.map(([, name]) => `(${name})`).join("|"), "gi");
const servers = new RegExp(
  `(?<![A-Za-z0-9-])(?:${HOSTS.map(([, host]) => `(${host.replace(/^-/, "[\\w-]{1,40}-").replaceAll(".", "\\.").replace("*", "[\\w-]{1,40}")})`).join("|")})(?![\\w-])`,
  "gi",
);
const NOUN = "(?:key|token|secret)";
const VALUE = "([\\w-]{24,128})";
// Inside a source map quotes are escaped, and once more in a string of its source.
const QUOTE = "\\\\{0,3}[\"'`]";

// What follows a provider's name: `mistralApiKey:"…"`, `"MISTRAL_API_KEY":"…"`, `env.MISTRAL_API_KEY||"…"`,
// `createMistral({ apiKey: '…' })`, `<meta name="mistral-key" content="…">`.
const assigned = new RegExp(
  `[\\w.\\s({:,-]{0,40}?${NOUN}(?:${QUOTE})?` +
    `(?:\\]?\\s{0,4}(?:=>|\\|\\||\\?\\?|[:=,])|\\s{1,4}(?:content|value)=)\\s{0,4}(?:\\[\\s{0,4})?${QUOTE}${VALUE}${QUOTE}`,
  "iy",
);
// On a line of its own without quotes, as in `.env`.
const line = new RegExp(
  `[\\w.-]{0,40}?${NOUN}[ \\t]{0,8}[:=][ \\t]{0,8}${VALUE}(?=[ \\t]{0,8}(?:$|[\\r\\n]|\\\\[nr]|${QUOTE}))`,
  "iy",
);
const lineStart = /(?:^|[\r\n]|\\n)[ \t]{0,16}(?:export[ \t]{1,8})?[\w-]{0,24}$/i;
const bearer = new RegExp(`["'\`]Bearer\\s{1,8}${VALUE}${QUOTE}`, "gi");

/**
 * Calls `found({ provider, index, length, shown })` for each key in a text. `shown` is the part that may
 * be printed: the prefix that all keys of the provider share.
 */
export function findKeys(text, found) {
  const binaryAround = binaryLook(text);
  for (const { provider, pattern, more } of shapes) {
    for (const match of text.matchAll(pattern)) {
      const [whole, prefix, body] = match;
      if (!looksRandom(body) || !standsAlone(text, match.index, whole, prefix, more, binaryAround))
        continue;
      found({ provider, index: match.index, length: whole.length, shown: prefix });
    }
  }
}

/** The same for keys that are known by what stands beside them. */
export function findNamedKeys(text, found) {
  const key = (match, provider) => {
    const value = match[1];
    if (looksRandom(value))
      found({
        provider,
        index: match.index + match[0].lastIndexOf(value),
        length: value.length,
        shown: "",
        named: true,
      });
  };
  for (const name of text.matchAll(names)) {
    const end = name.index + name[0].length;
    const [provider] = NAMES[groupOf(name)];
    const value = matchAt(assigned, text, end);
    if (value) key(value, provider);
    // Without quotes it could be a variable's name, which has one number at most.
    const plain = matchAt(line, text, end);
    if (
      plain &&
      /\d[^\d]+\d/.test(plain[1]) &&
      lineStart.test(text.slice(Math.max(0, name.index - 64), name.index))
    )
      key(plain, provider);
  }
  let hosts;
  let near = 0;
  for (const match of text.matchAll(bearer)) {
    hosts ??= [...text.matchAll(servers)];
    while (near < hosts.length && hosts[near].index < match.index - HOST_REACH) near++;
    if (hosts[near]?.index < match.index + match[0].length + HOST_REACH)
      key(match, HOSTS[groupOf(hosts[near])][0]);
  }
}

const matchAt = (pattern, text, index) => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** The first alternative that matched, from 0. */
const groupOf = (match) => match.findIndex((group, index) => index > 0 && group !== undefined) - 1;

const LETTER = /[A-Za-z0-9]/;
/** Ends with a letter that is none: `"\nsk-…"`, which every new line of a source is in its map, `%3Dsk-…`. */
const ESCAPE =
  /(?:\\[bfnrtv0]|(?:%|\\x|\\u00)(?:[0189a-fA-F][0-9A-Fa-f]|2[0-9A-Fa-f]|3[A-Fa-f]|[46]0|[57][B-Fb-f]))$/;
const CODED = /[A-Za-z0-9+/=_-]/;
/** A longer run is base64 of something else, where a short prefix stands by chance. */
const LONGEST_RUN = 256;

/**
 * Is this more than the end of a word (`task-…`), or of base64? In WebAssembly and other binary files
 * texts stand side by side without a gap, so there a word may end where the key begins.
 */
function standsAlone(text, index, whole, prefix, more, binaryAround) {
  const long = prefix.length >= 6;
  const wordBefore =
    !long &&
    LETTER.test(text[index - 1] ?? "") &&
    !ESCAPE.test(text.slice(Math.max(0, index - 6), index));
  const wordAfter = more?.test(text[index + whole.length] ?? "");
  if ((wordBefore || wordAfter) && !binaryAround(index)) return false;
  if (long) return true;
  let start = index;
  while (index - start <= LONGEST_RUN && CODED.test(text[start - 1] ?? "")) start--;
  let end = index + whole.length;
  while (end - start <= LONGEST_RUN && CODED.test(text[end] ?? "")) end++;
  return end - start <= LONGEST_RUN;
}

/** Looks for a NUL near a place of a text; near places share a look, so that many cost no more than one. */
function binaryLook(text) {
  let last = { block: -1 };
  return (index) => {
    const block = index >> 12;
    if (last.block !== block)
      last = {
        block,
        binary: text.slice(Math.max(0, (block - 1) << 12), (block + 2) << 12).includes("\0"),
      };
    return last.binary;
  };
}

const WORDS =
  "your|example|placeholder|changeme|dummy|sample|redact|insert|replace|fake|abcdef|fedcba|xxxx";
/** In one case, since by chance the letters of a word come in both. */
const PLACEHOLDER = new RegExp(`${WORDS}|${WORDS.toUpperCase()}|0{8}|123456|654321`);
const WORD = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|\d+)$/;

/** Could a generator of keys have written this, or only a person, or a compiler? */
export function looksRandom(body) {
  if (PLACEHOLDER.test(body) || new Set(body).size < 8) return false;
  // Words with hyphens between them, as in documents.
  const pieces = body.split(/[-_]+/);
  if (
    pieces.length > 2 &&
    pieces.filter((piece) => WORD.test(piece)).length > (pieces.length * 2) / 3
  )
    return false;
  if (/\d/.test(body)) return /[a-z]/i.test(body);
  // One that has no digit has letters of both cases, and fewer vowels or more capitals in a row than words.
  const share = (pattern) => (body.match(pattern)?.length ?? 0) / body.length;
  return (
    /[a-z]/.test(body) &&
    /[A-Z]/.test(body) &&
    (share(/[aeiou]/gi) < 0.33 || share(/[A-Z](?=[A-Z])/g) > 0.1)
  );
}
