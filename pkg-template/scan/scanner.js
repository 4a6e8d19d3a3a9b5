// The scan of one file: a pure function over its bytes, which come in pieces of any size.

import { formsOf, Needles } from "./forms.js";
import { findKeys, findNamedKeys } from "./providers.js";
import { viewsOf } from "./views.js";

/** Stands in every build of `openai-wasm/edge` and `openai-wasm/proxy`. In pieces here, so that this file is none. */
const KEY_HOLDING_BUILD = ["openai-wasm", "key-holding", "build"].join(" ");

/** Codings inside codings are undone this often: base64 in a script that an inline source map holds. */
const DEPTH = 2;

const WINDOW_BYTES = 4 * 2 ** 20;
/** More than a key can take up in any coding. */
const LONGEST_KEY = 8192;
/** What a finding's surroundings may have to be looked at. */
const CONTEXT = 4096;

/** Of one file; that it has more adds nothing. */
const MOST_FINDINGS = 100;

const IGNORE = "openai-wasm-scan-ignore";
const IGNORE_FILE = `${IGNORE}-file`;
/** Only a file's first bytes can exempt it: further on, any library in a bundle could. */
const HEAD_BYTES = 512;
/** How far from a key the comment may stand. In minified code a line is the whole file. */
const IGNORE_REACH = 256;

export class Scanner {
  #needles;
  #overlap;

  /**
   * @param secrets `[{ name, value }]`, known texts that must not be found
   * @param target `"browser"`, where the key-holding entries must not be either, or `"server"`
   * @param ignore providers whose keys are meant to be public
   * @param harmless texts that look like keys and are none
   */
  constructor({ secrets = [], target = "browser", ignore = [], harmless = [] } = {}) {
    const needles = [];
    const add = (text, what) => {
      for (const [form, bytes] of formsOf(text))
        needles.push({ ...what, coding: form, text: bytes });
    };
    for (const { name, value } of secrets) add(value, { kind: "environment", name });
    if (target === "browser") add(KEY_HOLDING_BUILD, { kind: "key-holding-entry" });
    this.#needles = new Needles(needles);
    this.#overlap = Math.max(LONGEST_KEY, this.#needles.longest) + CONTEXT;
    this.ignored = new Set(ignore);
    this.harmless = new Set(harmless);
  }

  /**
   * @param chunks the file's bytes, an iterable or async iterable of Buffers
   * @param watch is called with each piece of the text
   * @returns `{ findings, ignored, bytes }`: findings in order, without the file's name; how many keys
   *   a comment exempts; the file's size
   */
  async scan(chunks, watch) {
    const state = {
      findings: [],
      taken: [],
      added: 0,
      ignored: 0,
      exempt: false,
      binary: false,
      lines: 1,
      lineStart: 0,
      counted: 0,
    };
    let window = "";
    let windowStart = 0;
    let accepted = 0;
    const flush = (last) => {
      if (windowStart === 0) {
        state.exempt = window.slice(0, HEAD_BYTES).includes(IGNORE_FILE);
        state.binary = window.slice(0, HEAD_BYTES * 16).includes("\0");
      }
      const end = windowStart + window.length;
      const until = last ? end : end - this.#overlap;
      this.#scanWindow(state, window, windowStart, accepted, until);
      accepted = until;
      const kept = Math.max(0, until - windowStart - CONTEXT);
      window = window.slice(kept);
      windowStart += kept;
    };
    for await (const chunk of pieces(chunks)) {
      const text = chunk.toString("latin1");
      watch?.(text);
      window += text;
      if (window.length >= WINDOW_BYTES + this.#overlap + CONTEXT) flush(false);
    }
    flush(true);
    state.findings.sort((a, b) => a.offset - b.offset);
    return { findings: state.findings, ignored: state.ignored, bytes: windowStart + window.length };
  }

  /** A short text, a file's name for example, with `…` in the place of what must not be shown; undefined if that is nothing. */
  redacted(text) {
    const found = [];
    const coded = Buffer.from(text).toString("latin1");
    this.#search(coded, found);
    if (found.length === 0) return undefined;
    const findings = [...found].sort((a, b) => a.rank - b.rank);
    // Where a coded key begins and ends is not known to the character.
    if (found.some(({ coding }) => coding !== "raw"))
      return { text: `…${/\.\w{1,8}$/.exec(text)?.[0] ?? ""}`, findings };
    found.sort((a, b) => a.index - b.index);
    let shown = "";
    let end = 0;
    for (const { index, length } of found) {
      if (index >= end) shown += `${coded.slice(end, index)}\0`;
      end = Math.max(end, index + length);
    }
    return {
      text: Buffer.from(shown + coded.slice(end), "latin1")
        .toString()
        .replaceAll("\0", "…"),
      findings,
    };
  }

  /** Reports what begins from `from` to `until`, offsets in the file; the rest of the window is context. */
  #scanWindow(state, window, windowStart, from, until) {
    const found = [];
    this.#search(window, found);
    // One key in one place is one finding, though several rules may know it: the surest one counts.
    found.sort((a, b) => a.rank - b.rank);
    const taken = new Uint8Array(window.length);
    const take = ({ start, end }) =>
      taken.fill(1, Math.max(0, start - windowStart), Math.max(0, end - windowStart));
    state.taken.forEach(take);
    state.taken = [];
    const distinct = found.filter(({ kind, index, length }) => {
      const start = windowStart + index;
      const end = start + length;
      if (start < from || start >= until || state.findings.length + state.added >= MOST_FINDINGS)
        return false;
      if (taken.subarray(index, index + length).includes(1)) return false;
      take({ start, end });
      // What reaches into the next window is known there.
      if (end > until) state.taken.push({ start, end });
      const ignored = kind === "key" && (state.exempt || exempted(window, index, length));
      if (ignored) state.ignored++;
      else state.added++;
      return !ignored;
    });
    state.added = 0;
    distinct.sort((a, b) => a.index - b.index);
    for (const { index, length, rank, ...finding } of distinct) {
      const offset = windowStart + index;
      state.findings.push({
        ...finding,
        offset,
        ...(!state.binary && position(state, window, windowStart, offset)),
      });
    }
    // Counts the lines of what will be gone.
    position(state, window, windowStart, until);
  }

  #search(text, found, place = (index) => index, outer = "", depth = 0, source) {
    const add = (coding, index, length, rank, what, named) => {
      // Decoding a text that is only partly coded gives the plain part once more. What a name says of a plain
      // value may be new.
      if (
        named
          ? source?.(index).named
          : source?.(index).coded.includes(text.slice(index, index + length))
      )
        return;
      const start = place(index);
      const codings = [outer, coding === "raw" ? "" : coding].filter(Boolean).join(", ") || "raw";
      found.push({
        index: start,
        length: Math.max(place(index + length - 1) - start + 1, 1),
        rank,
        coding: codings,
        ...what,
      });
    };
    this.#needles.search(text, ({ kind, name, coding, text: { length } }, index) => {
      add(coding, index, length, 0, {
        kind,
        ...(name && { name }),
        excerpt: name ? `the value of ${name}` : "openai-wasm/edge or openai-wasm/proxy",
      });
    });
    const key =
      (coding, at, from = text) =>
      ({ provider, index, length, shown, named }) => {
        if (this.ignored.has(provider) || this.harmless.has(from.slice(index, index + length)))
          return;
        add(
          coding,
          at(index, length),
          length,
          depth + 1,
          { kind: "key", provider, excerpt: `${shown}… (${length} characters)` },
          named,
        );
      };
    findKeys(
      text,
      key("raw", (index) => index),
    );
    findNamedKeys(
      text,
      key("raw", (index) => index),
    );
    if (depth === 0) {
      const reversed = Buffer.from(text, "latin1").reverse().toString("latin1");
      findKeys(
        reversed,
        key("reversed", (index, length) => text.length - index - length, reversed),
      );
    }
    if (depth === DEPTH) return;
    for (const view of viewsOf(text)) {
      const within = (index) => place(view.place(index).offset);
      const coded = (index) => {
        const { part, named } = view.place(index);
        return { coded: text.slice(...part), named };
      };
      this.#search(
        view.text,
        found,
        within,
        [outer, view.coding].filter(Boolean).join(", "),
        depth + 1,
        coded,
      );
    }
  }
}

async function* pieces(chunks) {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += WINDOW_BYTES)
      yield chunk.subarray(at, at + WINDOW_BYTES);
  }
}

/** Line and column, both from 1; columns count bytes. Offsets are asked for in rising order. */
function position(state, window, windowStart, offset) {
  let at = window.indexOf("\n", state.counted - windowStart);
  while (at >= 0 && windowStart + at < offset) {
    state.lines++;
    state.lineStart = windowStart + at + 1;
    at = window.indexOf("\n", at + 1);
  }
  state.counted = Math.max(state.counted, offset);
  return { line: state.lines, column: offset - state.lineStart + 1 };
}

const EXEMPTION = new RegExp(`${IGNORE}(?!-file)`);

/** Does the comment stand on the key's line, or on the line before it? */
function exempted(text, index, length) {
  const before = text
    .slice(Math.max(0, index - IGNORE_REACH), index)
    .split("\n")
    .slice(-2)
    .join("\n");
  const [after] = text.slice(index + length, index + length + IGNORE_REACH).split("\n", 1);
  return EXEMPTION.test(`${before}${text.slice(index, index + length)}${after}`);
}
