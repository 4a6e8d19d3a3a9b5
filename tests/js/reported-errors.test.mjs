// What a server reports as an error, by the cases that Rust runs as well (src/wire/report.rs).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const load = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), file)).href);
const { errorIn, gaveUp, isLast } = await load("lib/report.js");
const { reportedError, statusError } = await load("lib/response-error.js");
const cases = JSON.parse(
  await readFile(new URL("../fixtures/reported-errors.json", import.meta.url), "utf8"),
);

/** The members that a case names must be those of the error that a caller sees. */
function check({ name, error: expected }, found) {
  if (expected === null) return assert.equal(found, undefined, name);
  assert.notEqual(found, undefined, `no error: ${name}`);
  const { error } = reportedError(found, new Headers());
  for (const [member, value] of Object.entries(expected))
    assert.equal(error?.[member] || null, value || null, `${name}: ${member}`);
}

test("every case of the fixture is decided as it says", () => {
  assert.ok(cases.events.length > 20 && cases.answers.length > 8 && cases.refusals.length > 4);
  for (const one of cases.events) check(one, errorIn(one.body, one.named));
  for (const one of cases.answers) check(one, errorIn(one.body, false, true));
});

test("an error status says what its body says, in every dialect", () => {
  for (const { name, body, error } of cases.refusals) {
    const thrown = statusError(400, new Headers(), JSON.stringify(body));
    assert.equal(thrown.constructor.name, "BadRequestError", name);
    if (error === null) continue;
    assert.equal(thrown.message, `400 ${error.message}`, name);
    assert.equal(thrown.code, error.code, name);
  }
});

test("reasons and last events are those of the tables", () => {
  for (const reason of cases.gave_up) assert.ok(gaveUp(reason), reason);
  for (const reason of [...cases.finishes, null, undefined]) assert.ok(!gaveUp(reason), reason);
  for (const type of cases.whole) assert.ok(isLast(type), type);
  for (const type of [...cases.failed, ...cases.goes_on, undefined, 7])
    assert.ok(!isLast(type), type);
});

test("an error may be of any depth", () => {
  const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
  assert.notEqual(errorIn({ error: deep, choices: [] }), undefined);
});
