// What a body is where a stream was asked for, by the cases that Rust runs as well (src/wire/sniff.rs).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const { contentOf } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "lib/odd-body.js")).href
);
const cases = JSON.parse(
  await readFile(new URL("../fixtures/content-sniff.json", import.meta.url), "utf8"),
);

test("every case of the fixture is judged as it says, whole and byte by byte", () => {
  assert.ok(cases.length > 30);
  for (const { name, type, head, ended = false, is } of cases) {
    const bytes = new TextEncoder().encode(head.replaceAll("…", " ".repeat(1000)));
    const text = String.fromCharCode(...bytes);
    const expected = is === "more" ? undefined : is;
    assert.equal(contentOf(type, text, ended), expected, name);
    let judged;
    for (let length = 0; length <= text.length && !judged; length += 1) {
      judged = contentOf(type, text.slice(0, length), ended && length === text.length);
    }
    assert.equal(judged, expected, `${name}, byte by byte`);
  }
});
