// Runs in the browser: the same measurement, on the package's browser entry.

import * as ours from "openai-wasm";

import { engines } from "./engines.mjs";
import { compare, plan, timeHere, verify } from "./measure.mjs";
import * as peers from "./peers.mjs";
import { drip, shapes } from "./shapes.mjs";

globalThis.prepare = async (events) => {
  const list = await engines({ ...ours, ...peers });
  const cases = plan(shapes(events), drip(events));
  globalThis.run = async (at, options) => {
    await verify(cases[at], list);
    return compare(cases[at], list, { ...options, time: timeHere });
  };
  return { engines: list.map(({ name }) => name), cases: cases.length };
};
