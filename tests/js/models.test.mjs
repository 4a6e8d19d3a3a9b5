// What is known of models, by the cases that Rust runs too, and an author's own entries.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { setting } from "../support/program.mjs";

const { encodingOf, find, rate } = await import(
  pathToFileURL(`${setting("OPENAI_WASM_PKG")}/tokens/find.js`)
);
const cases = JSON.parse(readFileSync(new URL("../fixtures/models.json", import.meta.url), "utf8"));

test("names are found as the fixture says", () => {
  assert.ok(cases.length > 20);
  for (const { name, id, encoding, model, priced, ...fields } of cases) {
    assert.equal(encodingOf(id) ?? null, encoding, name);
    const found = find(id);
    assert.equal(found?.model.id ?? null, model, name);
    if (!found) continue;
    assert.equal(found.priced, priced, name);
    for (const [field, value] of Object.entries(fields)) {
      const have =
        field === "input"
          ? (rate(found.model, "input", "default", false) ?? null)
          : found.model[field];
      assert.equal(have ?? (field === "lastDay" ? "" : have), value, `${name}: ${field}`);
    }
  }
});

test("an author's entry replaces the table's and is found by its snapshots", () => {
  const own = {
    "gpt-4o": { encoding: "cl100k_base", contextWindow: 8, prices: { input: 0.15, output: 1 / 3 } },
  };
  const { model } = find("gpt-4o-2031-01-01", own);
  assert.equal(model.contextWindow, 8);
  assert.equal(encodingOf("gpt-4o", own), "cl100k_base");
  assert.equal(rate(model, "input", "priority", true), 150_000, "for every tier");
  assert.equal(rate(model, "output", "default", false), 333_334, "a fraction is rounded up");
  assert.equal(find("mine", { mine: {} }).model.contextWindow, 0);
});

for (const [what, entry, option] of [
  ["an encoding", { encoding: "cl100k" }, "encoding"],
  ["a meter", { prices: { text: 1 } }, "prices.text"],
  ["a price", { prices: { input: "1" } }, "prices.input"],
  ["a negative price", { prices: { input: -1 } }, "prices.input"],
  ["a window", { contextWindow: 1.5 }, "contextWindow"],
]) {
  test(`an author's entry with ${what} that cannot be is refused by name`, () => {
    assert.throws(() => find("mine", { mine: entry }), { option: `models["mine"].${option}` });
  });
}

test("a tier without a price for long requests pays the standard one", () => {
  const { model } = find("gpt-5.4");
  assert.equal(rate(model, "input", "priority", true), rate(model, "input", "default", true));
  assert.ok(rate(model, "input", "priority", false) > rate(model, "input", "default", false));
  assert.equal(rate(model, "input", "ultrafast", false), undefined);
});
