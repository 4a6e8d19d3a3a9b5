// The proxies beside a Worker that only passes requests on, in workerd, timed from outside over sockets.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { median } from "./measure.mjs";
import { processorMs, startUpstream, stream } from "./sockets.mjs";

const EVENTS = 1000;
const STREAMS = 50;
/** A short answer. */
const FEW = 10;
/** So many requests before first bytes are taken, one at a time: engines compile what they run often. */
const WARM_UP = 150;
/** So many short answers between two looks at the processor's time, which is counted in steps of 10 ms. */
const SHORT_ANSWERS = 200;
/** An event of a stream each so many milliseconds: a model's pace, and a fast model's. */
const PACES_MS = [10, 5];
/** More subjects than streams at once. */
const SUBJECTS = 100;
/** Storage that no disk slows down, where the system has it. */
const MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** What keeping a stream may cost an event more at a model's pace, in microseconds of the processor. */
const KEPT_US = 15;

const KEY = "sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789";
const PROXY = (options, more = "") =>
  `import { createProxy } from "openai-wasm/proxy";\n${more}export default createProxy(${options});`;

/** What is compared with the first one, and how many times as long it may take, by the column's name. */
const WORKERS = [
  {
    name: "pass-through Worker",
    source:
      "export default { fetch: (request, env) => fetch(env.OPENAI_BASE_URL + '/chat/completions', request) };",
  },
  {
    name: "proxy",
    source: PROXY("{ maxConcurrent: 1000 }"),
    bounds: { first: 1.4, short: 2, cold: 4, slow: 1.8, fast: 1.6, pace: 1.1, burst: 1.1 },
  },
  {
    name: "proxy, onUsage",
    source: PROXY("{ maxConcurrent: 1000, onUsage() {} }"),
    bounds: { pace: 1.15, burst: 1.15 },
  },
  {
    name: "proxy, inspectAnswers: false",
    source: PROXY("{ maxConcurrent: 1000, inspectAnswers: false }"),
    bounds: { pace: 1.1 },
  },
  { name: "proxy of a Worker in Rust", rust: true, bounds: {} },
  {
    name: "proxy, resumable",
    source: PROXY(
      '{ maxConcurrent: 1000, resumable: { binding: "STREAMS", keepMs: 10_000 } }',
      'export { StreamLog } from "openai-wasm/durable";\n',
    ),
    keeps: true,
    bounds: {},
  },
];

const COLUMNS = {
  first: ["first byte", "ms", 2],
  short: ["short answer, processor", "ms", 2],
  cold: ["first request, first byte", "ms", 1],
  slow: [`${1000 / PACES_MS[0]} events a second, processor`, "µs an event", 0],
  fast: [`${1000 / PACES_MS[1]} events a second, processor`, "µs an event", 0],
  pace: ["the same, time", "ms", 0],
  burst: ["burst, time", "ms", 0],
  work: ["burst, processor", "µs an event", 1],
};

/** `print` writes a line of the report, `addFailure` records a bound that does not hold. */
export async function proxy({ rounds, print, addFailure }) {
  const { COMPATIBILITY_FLAGS, startWorkerd } = await import("../tests/support/workerd.mjs");
  const { FLAG } = await import("../tests/support/resumable.mjs");
  const { bundleWorker } = await import("../tests/support/bundle.mjs");
  const { rustWorker } = await import("../tests/support/rust_worker.mjs");
  const { mint, newSecret } = await import("../tests/support/tokens.mjs");
  const upstream = await startUpstream();
  const secret = newSecret();
  const storage = await mkdtemp(join(MEMORY, "openai-wasm-streams-"));
  const bindings = {
    OPENAI_API_KEY: KEY,
    SESSION_SECRET: secret,
    OPENAI_BASE_URL: upstream.url,
    OPENAI_MODELS: "*",
    PROXY_OPTIONS: JSON.stringify({ maxConcurrent: 1000 }),
  };
  const kept = {
    bindings: { ...bindings, STREAMS: { object: "StreamLog" } },
    objects: ["StreamLog"],
    flags: [...COMPATIBILITY_FLAGS, FLAG],
    storage,
  };
  const workers = [];
  for (const worker of WORKERS) {
    const modules = await (worker.rust ? rustWorker() : bundleWorker(worker.source));
    const definition = { modules, bindings, ...(worker.keeps && kept) };
    workers.push({ ...worker, definition, workerd: await startWorkerd(definition) });
  }

  let count = 0;
  const ask = async ({ keeps }, { port }) => {
    const body = JSON.stringify({
      model: "m",
      stream: true,
      messages: [{ role: "user", content: "x".repeat(300) }],
    });
    const token = await mint(secret, { claims: { sub: `user-${count++ % SUBJECTS}` } });
    const id = keeps ? `x-stream-id: ${randomBytes(16).toString("base64url")}\r\n` : "";
    return stream(
      port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: proxy\r\nauthorization: Bearer ${token}\r\n${id}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      upstream.stream.events,
    );
  };

  /** Medians over the rounds, workers in turn: milliseconds for all streams, and the processor's an event. */
  const together = async (times) => {
    const all = workers.map(() => ({ wall: [], processor: [] }));
    for (let round = 0; round <= times; round++) {
      for (const [index, worker] of workers.entries()) {
        const before = processorMs(worker.workerd.pid);
        const began = performance.now();
        await Promise.all(Array.from({ length: STREAMS }, () => ask(worker, worker.workerd)));
        if (round === 0) continue; // Engines warm up.
        all[index].wall.push(performance.now() - began);
        all[index].processor.push(processorMs(worker.workerd.pid) - before);
      }
    }
    return all.map(({ wall, processor }) => ({
      wall: median(wall),
      processor: (median(processor) * 1000) / STREAMS / upstream.stream.events,
    }));
  };

  try {
    // One request at a time, so that none waits for another.
    upstream.stream = { events: EVENTS, paceMs: 0 };
    const firsts = workers.map(() => []);
    for (let round = 0; round < WARM_UP + 20 * rounds; round++) {
      for (const [index, worker] of workers.entries()) {
        const { first } = await ask(worker, worker.workerd);
        if (round >= WARM_UP) firsts[index].push(first);
      }
    }
    const burst = await together(rounds);

    upstream.stream = { events: FEW, paceMs: 0 };
    const shorts = workers.map(() => 0);
    for (let round = 0; round < rounds; round++) {
      for (const [index, worker] of workers.entries()) {
        const before = processorMs(worker.workerd.pid);
        for (let at = 0; at < SHORT_ANSWERS; at++) await ask(worker, worker.workerd);
        shorts[index] += processorMs(worker.workerd.pid) - before;
      }
    }
    const colds = workers.map(() => []);
    for (let round = 0; round < 15; round++) {
      for (const [index, worker] of workers.entries()) {
        const fresh = await startWorkerd({ ...worker.definition, storage: undefined });
        colds[index].push((await ask(worker, fresh)).first);
        await fresh.stop();
      }
    }

    const paced = [];
    for (const paceMs of PACES_MS) {
      upstream.stream = { events: EVENTS, paceMs };
      paced.push(await together(Math.ceil(rounds / 3)));
    }

    const [slow, fast] = paced;
    const figures = workers.map((_, index) => ({
      first: median(firsts[index]),
      short: shorts[index] / rounds / SHORT_ANSWERS,
      cold: median(colds[index]),
      slow: slow[index].processor,
      fast: fast[index].processor,
      pace: fast[index].wall,
      burst: burst[index].wall,
      work: burst[index].processor,
    }));

    print(
      `Medians; in brackets, how many times the pass-through Worker's. First bytes are of one request at a time, after ${WARM_UP} others. A short answer has ${FEW} events. The first request is that of a new process, ${colds[0].length} of them. The other columns are of ${STREAMS} streams of ${EVENTS} events at once, one HTTP chunk an event, at a model's pace and in a burst, where all events are there at once. Processor time is that of workerd. The resumable streams are kept in memory and not on a disk.`,
    );
    print();
    const names = Object.keys(COLUMNS);
    print(
      `| Worker | ${names.map((name) => `${COLUMNS[name][0]}, ${COLUMNS[name][1]}`).join(" | ")} |`,
    );
    print(`|---|${names.map(() => "--:").join("|")}|`);
    for (const [index, { name, bounds = {} }] of workers.entries()) {
      const cells = names.map((column) => {
        const ratio = figures[index][column] / figures[0][column];
        const bound = bounds[column];
        if (ratio > bound)
          addFailure(
            `${name}: ${COLUMNS[column][0]}: ${ratio.toFixed(2)} times a pass-through Worker's, ${bound} wanted`,
          );
        return `${figures[index][column].toFixed(COLUMNS[column][2])} (${ratio.toFixed(2)})`;
      });
      print(`| ${name} | ${cells.join(" | ")} |`);
    }
    print();
    const of = (find) => figures[workers.findIndex(find)];
    const [own, rust, resumable] = [
      figures[1],
      of((worker) => worker.rust),
      of((worker) => worker.keeps),
    ];
    for (const [column, pace] of [
      ["slow", 1000 / PACES_MS[0]],
      ["fast", 1000 / PACES_MS[1]],
    ]) {
      const more = resumable[column] - own[column];
      print(
        `At ${pace} events a second a resumable stream costs ${more.toFixed(0)} µs of the processor an event more than one that is not (at most ${KEPT_US}).`,
      );
      if (more > KEPT_US)
        addFailure(`resumable, ${pace} a second: ${more.toFixed(1)} µs more, ${KEPT_US} wanted`);
    }
    for (const column of names) {
      const ratio = rust[column] / own[column];
      if (ratio > 1.3)
        addFailure(
          `the Worker in Rust: ${COLUMNS[column][0]}: ${ratio.toFixed(2)} times the package's proxy, 1.3 wanted`,
        );
    }
  } finally {
    upstream.stop();
    await Promise.all(workers.map(({ workerd }) => workerd.stop()));
    await rm(storage, { recursive: true, force: true });
  }
}
