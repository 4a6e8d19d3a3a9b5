// `cargo xtask bench`: ours beside the peers, as tables.
//
// --quick            fewer rounds, shorter samples
// --runtime a,b      of node, rust, chromium, workerd, and proxy
// --shape text       only shapes whose name holds the text
// --no-record        print, but write no file

import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { linear } from "./linear.mjs";
import { plan, sizeName } from "./measure.mjs";
import { budget } from "./budget.mjs";
import { proxy } from "./proxy.mjs";
import { responses } from "./responses.mjs";
import { rustClients } from "./rust.mjs";
import * as runtimes from "./runtimes.mjs";
import { drip, shapes } from "./shapes.mjs";

const { values: chosen } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    runtime: { type: "string", default: "node,rust,chromium,workerd,proxy" },
    shape: { type: "string", default: "" },
    "no-record": { type: "boolean", default: false },
  },
});
const events = 5000;
const options = chosen.quick ? { rounds: 7, sampleMs: 5 } : { rounds: 9, sampleMs: 25 };

/** What must hold in Node, against the official client: at each size of read. */
const BOUNDS = {
  plain: {
    "ours, textStream": { event: 4, 1024: 8, 16384: 20 },
    "ours, objects": { event: 2.5, 1024: 3.5, 16384: 5 },
  },
  obfuscated: {
    "ours, objects": { event: 1, 1024: 1, 16384: 3 },
    "ours, textStream": { event: 1, 1024: 1, 16384: 3 },
  },
  logprobs: {
    "ours, objects": { event: 1, 1024: 1, 16384: 3 },
    "ours, textStream": { event: 1, 1024: 1, 16384: 3 },
  },
};

const out = [];
const failures = [];
const print = (line = "") => {
  out.push(line);
  console.log(line);
};

const versions = await Promise.all(
  ["openai", "eventsource-parser", "@ai-sdk/provider-utils"].map(
    async (name) => `${name} ${await runtimes.versionOf(name)}`,
  ),
);
print(`# Benchmarks, ${new Date().toISOString().slice(0, 10)}`);
print();
print(
  `${cpus()[0]?.model.trim() || "unknown processor"}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB; ${process.platform} ${process.arch}. Peers: ${versions.join(", ")}.`,
);
print();
print(
  `Microseconds an event, from \`fetch\` to the loop's body, the median of ${options.rounds} interleaved rounds; in brackets, how many times as fast as the official client. Every answer was checked before it was timed. "objects" joins the text of chunk objects, as the peers do; "textStream" joins the strings that it gives.`,
);

const all = plan(shapes(events), drip(events));
const names = chosen.runtime.split(",");
for (const name of names.filter((name) => name !== "proxy")) {
  const runtime = await runtimes[name]({ events });
  print();
  print(`## ${runtime.name}`);
  print();
  print(`| shape | reads | ${runtime.engines.join(" | ")} |`);
  print(`|---|---|${runtime.engines.map(() => "--:").join("|")}|`);
  try {
    for (const [at, each] of all.entries()) {
      if (!each.shape.name.includes(chosen.shape)) continue;
      const figures = await runtime.measure(each, at, options);
      const official = figures[runtime.engines.indexOf("openai")];
      const times = (figure) =>
        official === undefined ? "" : ` (${(official / figure).toFixed(1)})`;
      const cells = figures.map((figure) => `${figure.toFixed(2)}${times(figure)}`);
      print(`| ${each.shape.name} | ${sizeName(each.size)} | ${cells.join(" | ")} |`);
      if (name === "node") check(each, runtime.engines, figures);
    }
  } finally {
    await runtime.stop();
  }
}

function check({ shape, size }, names, figures) {
  const of = (engine) => figures[names.indexOf(engine)];
  for (const [engine, bounds] of Object.entries(BOUNDS[shape.name] ?? {})) {
    const times = of("openai") / of(engine);
    if (times < bounds[size]) {
      failures.push(
        `${engine}, ${shape.name}, ${sizeName(size)}: ${times.toFixed(1)} times, ${bounds[size]} wanted`,
      );
    }
  }
  const floor = "floor: TextDecoder + JSON.parse";
  if (shape.name === "plain" && size === 16384 && of("ours, objects") > of(floor)) {
    failures.push(`ours, objects, is slower than ${floor} at ${sizeName(size)}`);
  }
}

const addFailure = (failure) => failures.push(failure);

if (names.includes("rust") && chosen.shape === "") {
  print();
  print("## The crate beside async-openai");
  print();
  await rustClients({ print, addFailure });
}

if (names.includes("node") && "a response".includes(chosen.shape)) {
  const modules = { ...(await runtimes.ours()), ...(await runtimes.peers()) };
  const { engines, rows } = await responses(modules, { events, ...options });
  print();
  print(`## A response of \`/responses\`, in Node ${process.version}`);
  print();
  print(`| reads | ${engines.join(" | ")} |`);
  print(`|---|${engines.map(() => "--:").join("|")}|`);
  for (const { name, figures } of rows) {
    const cells = figures.map((each) => `${each.toFixed(2)} (${(figures[2] / each).toFixed(1)})`);
    print(`| ${name} | ${cells.join(" | ")} |`);
  }
}

if (names.includes("node") && chosen.shape === "") {
  print();
  print("## Twice the bytes, in Node");
  print();
  print("| input | n, ms | 2 n, ms | ratio |");
  print("|---|--:|--:|--:|");
  for (const { name, once, twice, ratio } of await linear(await runtimes.ours())) {
    print(`| ${name} | ${once.toFixed(1)} | ${twice.toFixed(1)} | ${ratio.toFixed(2)} |`);
    if (ratio > 2.2)
      failures.push(`${name}: twice the bytes take ${ratio.toFixed(2)} times as long`);
  }
}

if (names.includes("proxy") && chosen.shape === "") {
  print();
  print(`## The proxy, in workerd ${await runtimes.versionOf("workerd")}`);
  print();
  const rounds = chosen.quick ? 3 : 9;
  await proxy({ rounds, print, addFailure });
  print();
  print("### A budget");
  print();
  await budget({ rounds, print, addFailure });
}

print();
print(
  failures.length === 0
    ? "Every bound holds."
    : `Bounds that do not hold:\n\n${failures.map((each) => `- ${each}`).join("\n")}`,
);

if (!chosen["no-record"]) {
  const folder = process.env.OUT ?? fileURLToPath(new URL("record", import.meta.url));
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/${new Date().toISOString().slice(0, 10)}.md`, `${out.join("\n")}\n`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
