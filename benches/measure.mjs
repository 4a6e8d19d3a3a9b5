// Times engines against each other: right answers first, then interleaved rounds, then medians.

import { reads } from "./shapes.mjs";

/** What is measured: every shape at these sizes of read, and one drip of single bytes. */
export function plan(shapes, drip) {
  const cases = [];
  for (const shape of shapes) {
    const sizes = shape.events.length < 10 ? [16 * 1024] : ["event", 1024, 16 * 1024];
    for (const size of sizes) cases.push({ shape, size, pieces: reads(shape, size) });
  }
  cases.push({ shape: drip, size: 1, pieces: reads(drip, 1) });
  return cases;
}

export const sizeName = (size) =>
  size === "event" ? "one event a read" : size === 1 ? "1-byte reads" : `${size / 1024} KiB reads`;

/** A wrong answer must not be timed. */
export async function verify({ shape, size, pieces }, engines) {
  const chunks = shape.chunks.map((chunk) => JSON.stringify(chunk)).join();
  for (const { name, ...engine } of engines) {
    const where = `${name}, ${shape.name}, ${sizeName(size)}`;
    if (engine.chunks) {
      const got = (await engine.chunks(pieces)).map((chunk) => JSON.stringify(chunk)).join();
      if (got !== chunks) throw new Error(`wrong chunks: ${where}`);
    }
    if (!engine.blind && (await engine.run(pieces)) !== shape.text)
      throw new Error(`wrong text: ${where}`);
  }
}

export const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/**
 * Microseconds an event for each engine.
 *
 * @param time (engine, case, repeats) → milliseconds for so many streams
 */
export async function compare(each, engines, { rounds, sampleMs, time }) {
  const repeats = new Map();
  const times = new Map(engines.map((engine) => [engine, []]));
  for (const engine of engines) {
    // Compiled code is what a server runs: each engine is warmed for some samples first.
    const cold = Math.max(0.01, (await time(engine, each, 3)) / 3);
    const warming = Math.max(3, Math.ceil((3 * sampleMs) / cold));
    const once = Math.max(0.01, (await time(engine, each, warming)) / warming);
    repeats.set(engine, Math.max(1, Math.ceil(sampleMs / once)));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const engine of engines) {
      const count = repeats.get(engine);
      times.get(engine).push((await time(engine, each, count)) / count);
    }
  }
  const events = each.shape.events.length;
  return engines.map((engine) => (median(times.get(engine)) * 1000) / events);
}

/** Streams one after the other, timed from inside. */
export async function timeHere(engine, { pieces }, count) {
  const start = performance.now();
  for (let stream = 0; stream < count; stream += 1) await engine.run(pieces);
  return performance.now() - start;
}
