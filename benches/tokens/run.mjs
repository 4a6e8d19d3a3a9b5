// `cargo xtask bench --only tokens`: the tokenizer beside its peers, every row, lost ones too.
//
// --quick       fewer runs
// --no-record   print, but write no file

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { constants, brotliCompressSync, gzipSync } from "node:zlib";

import { ENGINES } from "./engines.mjs";

const { values: chosen } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "no-record": { type: "boolean", default: false },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const tests = join(here, "../../tests/node_modules");
const run = promisify(execFile);
const out = [];
const say = (line = "") => {
  out.push(line);
  console.log(line);
};
const table = (head, rows) => {
  say(`| ${head.join(" | ")} |`);
  say(`|${head.map((_, at) => (at === 0 ? "---" : "--:")).join("|")}|`);
  for (const row of rows) say(`| ${row.join(" | ")} |`);
  say();
};
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
const middle = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** All files under a folder whose names match. */
async function files(folder, pattern) {
  const found = await readdir(folder, { recursive: true });
  return found
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => join(folder, file));
}

async function joined(paths, most) {
  let text = "";
  for (const path of paths) {
    text += await readFile(path, "utf8");
    if (text.length > most) break;
  }
  return text.slice(0, most).toWellFormed?.() ?? text.slice(0, most);
}

const messages = async (language) => {
  const file = join(tests, `typescript/lib/${language}/diagnosticMessages.generated.json`);
  return Object.values(JSON.parse(await readFile(file, "utf8"))).join("\n");
};

const folder = await mkdtemp(join(tmpdir(), "tokens-bench-"));
const TEXTS = {
  prose: await joined(await files(tests, /(?:README|CHANGELOG|readme)\.md$/), 1_000_000),
  code: await joined([join(tests, "typescript/lib/typescript.js")], 1_000_000),
  Chinese: `${await messages("zh-cn")}\n${await messages("zh-tw")}`,
  Japanese: await messages("ja"),
  "mixed languages": (await Promise.all(["ru", "ko", "de", "pl", "tr"].map(messages))).join("\n"),
};
for (const [name, text] of Object.entries(TEXTS)) await writeFile(join(folder, name), text);
const WORDS = { "20 KB": 20_000, "1 MB": 1_000_000, "2 MB": 2_000_000 };
/** What takes more nanoseconds a byte for a word is not tried on a longer one. */
const SLOW = 2000;
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647);
for (const [name, length] of Object.entries(WORDS)) {
  const letters = Array.from({ length }, () => String.fromCharCode(97 + (random() % 26))).join("");
  await writeFile(join(folder, `random ${name}`), letters);
  await writeFile(join(folder, `x ${name}`), "x".repeat(length));
}

async function one(engine, encoding, task, ...texts) {
  const paths = texts.map((text) => join(folder, text));
  const { stdout } = await run(
    process.execPath,
    ["--expose-gc", join(here, "one.mjs"), engine, encoding, task, ...paths],
    {
      maxBuffer: 1 << 24,
    },
  );
  return JSON.parse(stdout);
}

say(`# The tokenizer, ${new Date().toISOString().slice(0, 10)}`);
say();
const versions = await Promise.all(
  Object.keys(ENGINES)
    .slice(1)
    .map(async (name) => {
      const manifest = JSON.parse(
        await readFile(join(here, "node_modules", name, "package.json"), "utf8"),
      );
      return `${name} ${manifest.version}`;
    }),
);
say(
  `${cpus()[0]?.model.trim() || "unknown processor"}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version}. Peers: ${versions.join(", ")}.`,
);
say();

say(
  "## Download: engine, glue and table, minified; the bytes that a server sends (gzip 9; brotli 9; brotli 11, made once)",
);
say();
{
  const { build } = await import(join(tests, "esbuild/lib/main.js"));
  const rows = [];
  for (const encoding of ["cl100k_base", "o200k_base"]) {
    for (const [name, { bundle, files: names }] of Object.entries(ENGINES)) {
      const parts = [];
      for (const [at, source] of (bundle?.(encoding) ?? []).entries()) {
        const { outputFiles } = await build({
          stdin: { contents: source, resolveDir: here },
          bundle: true,
          minify: true,
          format: "esm",
          write: false,
          logLevel: "silent",
          external: at === 0 && name === "openai-wasm" ? ["./tables/*"] : [],
        });
        parts.push(outputFiles[0].contents);
      }
      for (const file of names?.(encoding) ?? [])
        parts.push(await readFile(join(here, "node_modules", name, file)));
      const sum = (pack) => parts.reduce((total, part) => total + pack(part).length, 0);
      const brotli = (quality) => (part) =>
        brotliCompressSync(part, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
      rows.push([
        `${name}, ${encoding}`,
        kilobytes(sum((part) => gzipSync(part, { level: 9 }))),
        kilobytes(sum(brotli(9))),
        kilobytes(sum(brotli(11))),
      ]);
    }
  }
  table(["tokenizer", "gzip KB", "brotli 9 KB", "brotli 11 KB"], rows);
}

say("## A new process to its first count, and what it then holds");
say();
{
  const rows = [];
  const runs = chosen.quick ? 3 : 7;
  for (const encoding of ["cl100k_base", "o200k_base"]) {
    for (const name of Object.keys(ENGINES)) {
      const all = [];
      for (let at = 0; at < runs; at++) all.push(await one(name, encoding, "memory"));
      const of = (key) => middle(all.map((each) => each[key]));
      rows.push([
        `${name}, ${encoding}`,
        of("wall").toFixed(0),
        of("cpu").toFixed(0),
        (of("memory") / 1e6).toFixed(1),
        (of("held") / 1e6).toFixed(1),
      ]);
    }
  }
  table(
    ["tokenizer", "ms", "ms of CPU", "MB more of the process", "MB of it in objects and buffers"],
    rows,
  );
}

say(
  "## Counting a text for the first time, o200k_base, MB/s by CPU time (native ones by the clock)",
);
say();
{
  const names = Object.keys(TEXTS);
  const rows = [];
  let tokens;
  for (const name of Object.keys(ENGINES)) {
    const { texts } = await one(name, "o200k_base", "speed", ...names);
    tokens ??= texts.map((text) => text.tokens);
    rows.push([
      name,
      ...texts.map(
        ({ tokens: found, bytes, ms }, at) =>
          `${(bytes / ms / 1000).toFixed(1)}${found === tokens[at] ? "" : ` (${found} tokens, not ${tokens[at]})`}`,
      ),
    ]);
  }
  const native = process.env.TOKENS_NATIVE;
  if (native) {
    const { stdout } = await run(
      native,
      names.map((name) => join(folder, name)),
      { maxBuffer: 1 << 24 },
    );
    for (const line of stdout.trim().split("\n")) {
      const { name, texts } = JSON.parse(line);
      rows.push([
        `${name} (native)`,
        ...texts.map(
          ({ bytes, ms, tokens: found }, at) =>
            `${(bytes / ms / 1000).toFixed(1)}${found === tokens[at] ? "" : ` (${found} tokens, not ${tokens[at]})`}`,
        ),
      ]);
    }
  }
  table(
    [
      "tokenizer",
      ...names.map((name) => `${name} (${kilobytes(Buffer.byteLength(TEXTS[name]))} KB)`),
    ],
    rows,
  );
}

say("## One word, o200k_base, ns a byte");
say();
{
  const rows = [];
  for (const kind of ["random", "x"]) {
    for (const name of Object.keys(ENGINES)) {
      const cells = [];
      for (const length of Object.keys(WORDS)) {
        const { texts } = await one(name, "o200k_base", "speed", `${kind} ${length}`);
        const each = (texts[0].ms * 1e6) / texts[0].bytes;
        cells.push(each.toFixed(0));
        // Some take the square of the length: minutes to hours for a megabyte.
        if (each > SLOW) break;
      }
      while (cells.length < Object.keys(WORDS).length) cells.push("not tried");
      rows.push([`${name}, ${kind === "x" ? "one letter" : "random letters"}`, ...cells]);
    }
  }
  table(["tokenizer", ...Object.keys(WORDS)], rows);
}

await rm(folder, { recursive: true });
if (!chosen["no-record"]) {
  const record = process.env.OUT ?? join(here, "../record");
  await mkdir(record, { recursive: true });
  await writeFile(
    `${record}/${new Date().toISOString().slice(0, 10)}-tokens.md`,
    `${out.join("\n")}\n`,
  );
}
