// One tokenizer in a process of its own: how long until its first count, what it then holds, how fast it
// counts texts that it has not seen. Prints one line of JSON.

import { readFileSync } from "node:fs";

import { ENGINES } from "./engines.mjs";

const [name, encoding, task, ...files] = process.argv.slice(2);
const texts = files.map((file) => readFileSync(file, "utf8"));
globalThis.gc?.();
const before = process.memoryUsage();
const cpu = process.cpuUsage();
const start = performance.now();

const { count } = await ENGINES[name].load(encoding);
const first = count("ChatGPT is great!");

const wall = performance.now() - start;
const used = process.cpuUsage(cpu);
const found = { wall, cpu: (used.user + used.system) / 1000, first };
if (task === "memory") {
  globalThis.gc?.();
  const after = process.memoryUsage();
  found.memory = after.rss - before.rss;
  // What is held for as long as the tokenizer is: objects, and buffers with WebAssembly's memory.
  const held = ({ heapUsed, external }) => heapUsed + external;
  found.held = held(after) - held(before);
}
if (task === "speed") {
  // Like the others, but for a short while: the compiler's turn.
  const warm = "The quick brown fox jumps over the lazy dog. ";
  for (const begin = performance.now(); performance.now() - begin < 300; ) count(warm);
  found.texts = texts.map((text) => {
    const begun = process.cpuUsage();
    const tokens = count(text);
    const { user, system } = process.cpuUsage(begun);
    return { tokens, ms: (user + system) / 1000, bytes: Buffer.byteLength(text) };
  });
}
console.log(JSON.stringify(found));
