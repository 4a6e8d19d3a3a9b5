// When the package's proxy looks at an answer under way: the same cases as Rust's.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const { look } = await import(pathToFileURL(`${setting("OPENAI_WASM_PKG")}/edge/clock.js`));
const cases = JSON.parse(await readFile(new URL("../fixtures/answer-clock.json", import.meta.url)));

for (const {
  name,
  idle,
  duration,
  heartbeat,
  began,
  waiting,
  quiet,
  now,
  again,
  beat = false,
  broken,
} of cases) {
  it(name, () => {
    const limits = { idleMs: idle, durationMs: duration, heartbeatMs: heartbeat };
    const times = { began, waiting: waiting ?? undefined, quiet: quiet ?? undefined };
    assert.deepEqual(look(limits, times, now), broken ? { broken } : { beat, again });
  });
}
