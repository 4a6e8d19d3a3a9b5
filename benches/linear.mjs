// Whether twice the bytes take twice the time, for the inputs that make decoders quadratic.

import { body, fetchOf } from "./shapes.mjs";
import { median } from "./measure.mjs";

const PARAMS = { model: "m", messages: [{ role: "user", content: "?" }], stream: true };
const bytes = (text) => new TextEncoder().encode(text);
const cut = (all, size) =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, at * size + size),
  );

const event = (content) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: "stop" }] })}\n\n`;

/** Name → reads for n units. A million lines at the larger size. */
const INPUTS = {
  "one event in 1-byte reads": (n) => cut(bytes(event("x".repeat(n / 10))), 1),
  "one huge line": (n) => cut(bytes(event("x".repeat(n * 4))), 16 * 1024),
  "data: lines in one event": (n) =>
    cut(bytes(`${"data:\n".repeat(n)}data: {}\n\n${event("x")}`), 16 * 1024),
  comments: (n) => cut(bytes(`${": ping\n".repeat(n)}${event("x")}`), 16 * 1024),
  "events of one byte": (n) => cut(bytes(`${"data:x\n\n".repeat(n / 2)}`), 16 * 1024),
};

const RUNS = 4;

/** Rows of name, the times for n and 2 n in ms, and their ratio. */
export async function linear({ OpenAI, decodeEventStream }, { n = 500_000, rounds = 9 } = {}) {
  const rows = [];
  const stream = async (reads) => {
    const client = new OpenAI({
      proxyUrl: "http://127.0.0.1:9/v1",
      token: "t",
      fetch: fetchOf(reads),
    });
    for await (const _ of await client.chat.completions.create(PARAMS));
  };
  const events = async (reads) => {
    for await (const _ of decodeEventStream(body(reads)));
  };
  for (const [name, make] of Object.entries(INPUTS)) {
    const [once, twice] = [make(n), make(2 * n)];
    for (const [how, run] of [
      ["an answer", stream],
      ["plain events", events],
    ]) {
      if (how === "an answer" && name === "events of one byte") continue;
      const time = async (reads) => {
        // Several at once: a single run is short enough for one collection of garbage to show.
        const start = performance.now();
        for (let again = 0; again < RUNS; again += 1) await run(reads);
        return (performance.now() - start) / RUNS;
      };
      // The first rounds grow the memory and compile the code.
      for (let round = 0; round < 3; round += 1) await time(twice);
      const [a, b, ratios] = [[], [], []];
      for (let round = 0; round < rounds; round += 1) {
        a.push(await time(once));
        b.push(await time(twice));
        ratios.push(b.at(-1) / a.at(-1));
      }
      rows.push({
        name: `${name}, as ${how}`,
        once: median(a),
        twice: median(b),
        ratio: median(ratios),
      });
    }
  }
  return rows;
}
