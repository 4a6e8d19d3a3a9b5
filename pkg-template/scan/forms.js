// A text that is known, in every form that a build or a program could have given it, and the search
// for many such texts at once.

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** `[form, bytes]` of a text, each once. */
export function formsOf(text) {
  const bytes = Buffer.from(text);
  const hex = bytes.toString("hex");
  const percent = hex.replace(/../g, "%$&");
  const quoted = JSON.stringify(text).slice(1, -1);
  const script = quoted.replaceAll('\\"', '"');
  const utf16 = Buffer.from(text, "utf16le");
  // A character that is not ASCII: as JSON has it, as Terser writes it, as esbuild does.
  const wide = (code) => `\\u${code.toString(16).padStart(4, "0")}`;
  const short = (code) => (code > 0xff ? wide(code) : `\\x${code.toString(16)}`);
  const upper = (code) => short(code).slice(0, 2) + short(code).slice(2).toUpperCase();
  const html = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const forms = [
    ["raw", bytes],
    ["escaped", quoted],
    ["escaped", script.replace(/['`]/g, "\\$&")],
    ["escaped", script.replaceAll("'", "\\'")],
    ["escaped", script.replaceAll("`", "\\`")],
    ...[wide, short, upper].map((escape) => ["escaped", ascii(quoted, escape)]),
    // A script inside a source map, and that script's strings.
    ["escaped", JSON.stringify(quoted).slice(1, -1)],
    ["HTML", html],
    ["HTML", html.replaceAll('"', "&quot;")],
    ["HTML", html.replaceAll('"', "&quot;").replaceAll("'", "&#39;")],
    ["character codes", bytes.join(",")],
    ["character codes", bytes.join(", ")],
    ["reversed", Buffer.from(bytes).reverse()],
    ["hex", hex],
    ["hex", hex.toUpperCase()],
    ["URL-encoded", percent],
    ["URL-encoded", percent.toUpperCase()],
    ["URL-encoded", encodeURIComponent(text.toWellFormed())],
    ["URL-encoded", new URLSearchParams([["", text]]).toString().slice(1)],
    ["UTF-16", utf16],
    ["UTF-16", Buffer.from(utf16).swap16()],
  ];
  for (const shift of [0, 1, 2]) {
    const core = base64Core(bytes, shift);
    forms.push(["base64", core], ["base64url", core.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  const unique = new Map();
  for (const [form, coded] of forms) {
    const latin1 = Buffer.from(coded).toString("latin1");
    if (!unique.has(latin1)) unique.set(latin1, form);
  }
  return [...unique].map(([latin1, form]) => [form, latin1]);
}

const ascii = (text, escape) => text.replace(/[^\0-\x7f]/g, (unit) => escape(unit.charCodeAt(0)));

/** The characters of base64 that depend on these bytes alone when `shift` bytes stand before them in their group. */
function base64Core(bytes, shift) {
  const coded = Buffer.concat([Buffer.alloc(shift), bytes]);
  let core = "";
  for (let bit = Math.ceil((shift * 8) / 6) * 6; bit + 6 <= coded.length * 8; bit += 6) {
    const pair = (coded[bit >> 3] << 8) | (coded[(bit >> 3) + 1] ?? 0);
    core += STANDARD[(pair >> (10 - (bit & 7))) & 63];
  }
  return core;
}

/**
 * The search for many texts in one pass (S. Wu and U. Manber, "A fast algorithm for multi-pattern
 * searching", 1994): a build's output is large, and an environment can hold many secrets.
 */
export class Needles {
  #shifts;
  #candidates = new Map();
  #width;
  /** Bytes of the longest needle. */
  longest = 0;

  /** @param needles each with its `text`, a string of bytes (latin1); what else it has is handed back */
  constructor(needles) {
    this.#width = Math.min(...needles.map(({ text }) => text.length));
    this.#shifts = new Uint8Array(0x10000).fill(Math.min(this.#width - 1, 255));
    for (const needle of needles) {
      this.longest = Math.max(this.longest, needle.text.length);
      for (let at = 0; at + 2 <= this.#width; at++) {
        const block = (needle.text.charCodeAt(at) << 8) | needle.text.charCodeAt(at + 1);
        const shift = this.#width - 2 - at;
        if (shift < this.#shifts[block]) this.#shifts[block] = shift;
        if (shift === 0)
          this.#candidates.set(block, [...(this.#candidates.get(block) ?? []), needle]);
      }
    }
  }

  /** Calls `found(needle, index)` for each place in a string of bytes. */
  search(text, found) {
    if (this.longest === 0) return;
    const last = this.#width - 2;
    for (let at = last; at + 1 < text.length; ) {
      const block = (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
      const shift = this.#shifts[block];
      if (shift === 0) {
        for (const needle of this.#candidates.get(block)) {
          if (text.startsWith(needle.text, at - last)) found(needle, at - last);
        }
      }
      at += shift || 1;
    }
  }
}
