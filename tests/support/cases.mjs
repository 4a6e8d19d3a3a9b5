// The rows of the suites `runtimes` and `bundlers`: which of them run, and what each must show.

import assert from "node:assert/strict";
import { test } from "node:test";

import { STATIC } from "./installed.mjs";

/** What must come, if the stand-in was prepared by `ORDERS`. */
const ANSWERS = {
  create: "This is a test!",
  stream: "This is a test!",
  textStream: "This is a test!",
  abort: "APIUserAbortError",
  leave: "left",
  error: "RateLimitError 429",
  upload: "hello from a file",
  decodeEventStream: "note one, message two",
  tokens: "6 tokens",
};

/** Faults for the stand-in: the fourth and the fifth answer stop in midst, the sixth is an error. */
const ORDERS = [
  { faults: "", times: 3, path: "/v1/chat" },
  { faults: "stall=3", times: 2, path: "/v1/chat" },
  { faults: "status=429", times: 1, path: "/v1/chat" },
];

/** So many of the requests are given up before their answer is whole. */
const GIVEN_UP = 2;

/** Nothing here takes a tenth of it: what does, hangs. */
const LIMIT_MS = 1_200_000;
const CLOSING_MS = 120_000;

/** `first`: one row of each kind, for every run; `rest`: the others; `all`. */
const wanted = process.env.CASES ?? "all";
if (!["first", "rest", "all"].includes(wanted))
  throw new Error(`CASES must be first, rest or all, not ${wanted}`);

export const runs = ({ first = false }) =>
  wanted === "all" || wanted === (first ? "first" : "rest");

/** A test for each row that is wanted: `{ name, first }`. What it took is printed. */
export function cases(rows, run) {
  for (const row of rows) {
    if (!runs(row)) continue;
    test(row.name, { timeout: LIMIT_MS }, async () => {
      const start = Date.now();
      try {
        await run(row);
      } finally {
        console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(7)} s  ${row.name}`);
      }
    });
  }
}

/**
 * Every call of `ask` is answered as it should be, and the stand-in sees that two answers are given up, unless
 * what stands between is known not to tell (`tells`). `entry` as for `project` of installed.mjs.
 */
export async function answersAll(upstream, ask, { tells = true, entry } = {}) {
  const answers = await asked(upstream, ask);
  const { tokens, ...others } = ANSWERS;
  assert.deepEqual(answers, entry === STATIC ? others : { ...others, tokens });
  if (tells) await upstream.wait({ closed: GIVEN_UP }, CLOSING_MS);
}

/** The control: with a damaged package no call is answered, and the error names WebAssembly. */
export async function failsForDamage(upstream, ask) {
  assert.match((await asked(upstream, ask)).create, /^OpenAIError: .*WebAssembly/);
  await assert.rejects(answersAll(upstream, ask), assert.AssertionError);
}

async function asked(upstream, ask) {
  await upstream.reset();
  await upstream.armAll(ORDERS);
  return ask();
}
