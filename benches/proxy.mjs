// The proxy beside a Worker that only passes requests on: 50 streams of 1,000 events at once, in workerd,
// timed from outside over sockets.

import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

import { median } from "./measure.mjs";

const EVENTS = 1000;
const STREAMS = 50;
/** So many requests before first bytes are taken, one at a time: engines compile what they run often. */
const WARM_UP = 150;
/** A fast model: 200 events a second and stream. */
const PACE_MS = 5;

const KEY = "sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789";
const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const data = (value) =>
  chunk(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
const says = (delta, finish_reason = null) =>
  data({
    id: "chatcmpl-abc",
    object: "chat.completion.chunk",
    created: 1760000000,
    model: "m",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
const HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const WORD = Buffer.from(says({ content: " word" }));
const TAIL = Buffer.from(
  `${says({}, "stop")}${data({ choices: [], usage: { prompt_tokens: 9, completion_tokens: EVENTS } })}${data("[DONE]")}0\r\n\r\n`,
);
const BURST = Buffer.concat([Buffer.from(HEAD), ...Array(EVENTS).fill(WORD), TAIL]);

/** Answers each request with the same stream, one HTTP chunk an event. */
async function startUpstream() {
  const pace = { ms: 0 };
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", () => {
      if (pace.ms === 0) return void socket.write(BURST);
      socket.write(HEAD);
      let sent = 0;
      const began = performance.now();
      const timer = setInterval(() => {
        // Never slower than the pace, whatever the timer does.
        const due = Math.min(EVENTS, Math.floor((performance.now() - began) / pace.ms));
        for (; sent < due; sent++) socket.write(WORD);
        if (sent < EVENTS) return;
        clearInterval(timer);
        socket.write(TAIL);
      }, pace.ms);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, pace, stop: () => server.close() };
}

const PROXY = (options) =>
  `import { createProxy } from "openai-wasm/proxy";\nexport default createProxy(${options});`;

/** What is compared with the first one, and how much longer it may take: at the pace of a model and in a burst. */
const WORKERS = [
  {
    name: "pass-through Worker",
    source:
      "export default { fetch: (request, env) => fetch(env.OPENAI_BASE_URL + '/chat/completions', request) };",
  },
  { name: "proxy", source: PROXY("{ maxConcurrent: 1000 }"), bound: 1.1 },
  { name: "proxy, onUsage", source: PROXY("{ maxConcurrent: 1000, onUsage() {} }"), bound: 1.25 },
  {
    name: "proxy, inspectAnswers: false",
    source: PROXY("{ maxConcurrent: 1000, inspectAnswers: false }"),
    bound: 1.1,
    burstBound: Infinity,
  },
];

/** The time of the processor that a process has had, in milliseconds; nothing but Linux tells. */
function processorMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

/** One request over a connection of its own: when the first byte of the body came, and the last. */
function stream(port, request) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let first;
    let head = "";
    let tail = "";
    let size = 0;
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.on("data", (bytes) => {
      if (first === undefined) {
        head += bytes.toString("latin1");
        if (!head.includes("data: ")) return;
        first = performance.now() - began;
        if (!head.startsWith("HTTP/1.1 200")) return void reject(new Error(head));
      }
      tail = (tail + bytes.subarray(-32).toString("latin1")).slice(-32);
      size += bytes.length;
      if (!tail.endsWith("\n0\r\n\r\n")) return;
      socket.destroy();
      if (size < EVENTS * 150) return void reject(new Error(`an answer of ${size} bytes: ${head}`));
      resolve({ first, last: performance.now() - began });
    });
  });
}

/** `print` writes a line of the report, `addFailure` records a bound that does not hold. */
export async function proxy({ rounds, print, addFailure }) {
  const { startWorkerd } = await import("../tests/support/workerd.mjs");
  const { bundleWorker } = await import("../tests/support/bundle.mjs");
  const { mint, newSecret } = await import("../tests/support/tokens.mjs");
  const upstream = await startUpstream();
  const secret = newSecret();
  const bindings = {
    OPENAI_API_KEY: KEY,
    SESSION_SECRET: secret,
    OPENAI_BASE_URL: upstream.url,
    OPENAI_MODELS: "*",
  };
  const workers = [];
  for (const worker of WORKERS) {
    workers.push({
      ...worker,
      workerd: await startWorkerd({ modules: await bundleWorker(worker.source), bindings }),
    });
  }
  const stop = () =>
    Promise.all([upstream.stop(), ...workers.map(({ workerd }) => workerd.stop())]);
  let count = 0;
  const ask = async ({ workerd }) => {
    const body = JSON.stringify({
      model: "m",
      stream: true,
      messages: [{ role: "user", content: "x".repeat(300) }],
    });
    const token = await mint(secret, { claims: { sub: `user-${count++}` } });
    return stream(
      workerd.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: proxy\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  };

  /** Medians over the rounds, workers in turn: milliseconds for all streams, and of the processor. */
  const together = async (times) => {
    const all = workers.map(() => ({ wall: [], processor: [] }));
    for (let round = 0; round <= times; round++) {
      for (const [index, worker] of workers.entries()) {
        const before = processorMs(worker.workerd.pid);
        const began = performance.now();
        await Promise.all(Array.from({ length: STREAMS }, () => ask(worker)));
        if (round === 0) continue; // Engines warm up.
        all[index].wall.push(performance.now() - began);
        all[index].processor.push(processorMs(worker.workerd.pid) - before);
      }
    }
    return all.map(({ wall, processor }) => ({ wall: median(wall), processor: median(processor) }));
  };

  try {
    // First bytes, one request at a time, so that none waits for another.
    const firsts = workers.map(() => []);
    for (let round = 0; round < WARM_UP + 20 * rounds; round++) {
      for (const [index, worker] of workers.entries()) {
        const { first } = await ask(worker);
        if (round >= WARM_UP) firsts[index].push(first);
      }
    }
    const burst = await together(rounds);
    upstream.pace.ms = PACE_MS;
    const paced = await together(Math.ceil(rounds / 3));

    print(
      `${STREAMS} streams of ${EVENTS} events at once, one HTTP chunk an event; medians. At a model's pace an event comes every ${PACE_MS} ms on each stream; in a burst all are there at once, which shows the work itself. First bytes are of one request at a time, after ${WARM_UP} others. Processor time is that of workerd, an event.`,
    );
    print();
    print(
      "| Worker | first byte, ms | at a model's pace, ms | ratio | processor, µs | in a burst, ms | ratio | processor, µs |",
    );
    print("|---|--:|--:|--:|--:|--:|--:|--:|");
    const first = median(firsts[0]);
    for (const [index, { name, bound, burstBound = bound }] of workers.entries()) {
      const ratio = paced[index].wall / paced[0].wall;
      const burstRatio = burst[index].wall / burst[0].wall;
      const mine = median(firsts[index]);
      const figures = [
        mine.toFixed(2),
        paced[index].wall.toFixed(0),
        ratio.toFixed(2),
        ((paced[index].processor * 1000) / STREAMS / EVENTS).toFixed(0),
        burst[index].wall.toFixed(0),
        burstRatio.toFixed(2),
        ((burst[index].processor * 1000) / STREAMS / EVENTS).toFixed(1),
      ];
      print(`| ${name} | ${figures.join(" | ")} |`);
      if (ratio > bound)
        addFailure(
          `${name}: at a model's pace ${ratio.toFixed(2)} times the time of a pass-through Worker, ${bound} wanted`,
        );
      if (burstRatio > burstBound)
        addFailure(
          `${name}: in a burst ${burstRatio.toFixed(2)} times the time of a pass-through Worker, ${burstBound} wanted`,
        );
      if (mine > first + 1)
        addFailure(`${name}: the first byte comes ${(mine - first).toFixed(2)} ms later, 1 wanted`);
    }
  } finally {
    await stop();
  }
}
