// Every code block of README.md and docs/: what is JavaScript is compiled against the package's own types, and
// what is something else has a test that this file names.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { setting } from "../support/program.mjs";
import { blocksOf, nameOf, PAGES } from "./pages.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

const SCRIPTS = ["js", "jsx", "ts"];
const OTHERS = {
  rust: "a doctest of src/lib.rs",
  "rust,no_run": "a doctest of src/lib.rs",
  "rust,ignore": "below: a part of a test that has the features it needs",
  rs: "tests/js/pages.test.mjs: a part of examples/worker-rust",
  sh: "tests/js/pages.test.mjs: the commands exist",
  jsonc: "below",
  toml: "below",
  html: "below",
  text: "a picture, a message or a policy",
  ini: "lines of variables",
};

const all = [...PAGES].flatMap(([file, text]) =>
  blocksOf(text).map((block) => ({ file, ...block })),
);

test("every block is of a language that is tried", () => {
  const strange = (blocks) =>
    blocks.filter(
      ({ language }) => !SCRIPTS.includes(language) && !Object.hasOwn(OTHERS, language),
    );
  assert.deepEqual(strange(all), []);
  assert.equal(strange([{ language: "pascal" }]).length, 1);
});

test("every page with Rust is among the doctests", async () => {
  const crate = await readFile(join(ROOT, "src/lib.rs"), "utf8");
  const included = [...crate.matchAll(/include_str!\("\.\.\/([^"]+)"\)/g)].map(([, file]) => file);
  const withRust = all
    .filter(({ language }) => language.startsWith("rust"))
    .map(({ file }) => file);
  assert.deepEqual(
    [...new Set(withRust)].filter((file) => !included.includes(file)),
    [],
  );
});

test("Rust blocks that are not doctests are part of a compiled test", async () => {
  const tests = await Promise.all(
    [
      "examples/cli-chat/tests/crate_page.rs",
      "examples/worker-rust/examples/proxy.rs",
      "tests/reqwest/tests/crate_page.rs",
    ].map((file) => readFile(join(ROOT, file), "utf8")),
  );
  const bare = (text) => text.replace(/\s+/g, "").replaceAll(",)", ")");
  const compiled = (code) => tests.some((source) => bare(source).includes(bare(code)));
  const ignored = all.filter(({ language }) => language === "rust,ignore");
  assert.ok(ignored.length > 1);
  for (const { code, file, line } of ignored) assert.ok(compiled(code), `${file}:${line}`);
  assert.ok(!compiled(ignored[0].code.replace("native_builder", "native_bilder")));
});

test("every configuration is one", async () => {
  const { parse } = await import("smol-toml");
  for (const { language, code, file } of all) {
    if (language === "toml") assert.ok(Object.keys(parse(code)).length > 0, file);
    if (language === "jsonc") assert.ok(Object.keys(JSON.parse(code)).length > 0, file);
    if (language === "html") {
      const [, map] = /<script type="importmap">([^<]*)<\/script>/.exec(code);
      for (const [name, path] of Object.entries(JSON.parse(map).imports)) {
        assert.equal(name, "openai-wasm", file);
        await access(join(setting("OPENAI_WASM_PKG"), basename(path)));
      }
    }
  }
});

/** What the text around a block introduces, and packages that a reader installs. */
const NAMES = `
import type Client from "openai-wasm";
import type { ChatCompletionMessageParam, ChatCompletionChunk, Stream } from "openai-wasm";

declare global {
  const client: Client;
  const model: string;
  const messages: ChatCompletionMessageParam[];
  const stream: Awaited<ReturnType<typeof streamed>>;
  const answer: { textContent: string };
  const notice: { textContent: string };
  const stopButton: { onclick: (() => void) | null };
  const token: string;
  const proof: string;
  const proxyUrl: string;
  const chatId: string;
  const saved: any[];
  const baseURL: string;
  const tools: any;
  const City: any;
  const look: (city: string) => Promise<string>;
  const show: (text: string) => void;
}
declare const streamed: () => Promise<AsyncIterable<ChatCompletionChunk> & { textStream: AsyncIterable<string> }>;
`;
const MODULES = ["@ai-sdk/react", "h3", "hono", "react", "vite"];
/** Names that a block takes from the ones before it on its page. */
const IMPORTS = {
  OpenAI: 'import OpenAI from "openai-wasm";',
  tokenizer: 'import { tokenizer } from "openai-wasm/tokens";',
  createProxy: 'import { createProxy } from "openai-wasm/proxy";',
  chatTransport: 'import { chatTransport } from "openai-wasm/ai-sdk";',
  useChat: 'import { useChat } from "@ai-sdk/react";',
  useRef: 'import { useEffect, useRef, useState } from "react";',
  zodFunction: 'import { zodFunction } from "openai-wasm/helpers/zod";',
};

/** The block as a module of its own. */
function moduleOf({ code, language }) {
  const lines = Object.entries(IMPORTS)
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(code))
    .filter(([name]) => !new RegExp(`(?:import[^;]*|(?:const|let) )\\b${name}\\b`).test(code))
    .map(([, line]) => line);
  const extension = language === "ts" ? "mts" : language === "jsx" ? "jsx" : "mjs";
  return { extension, source: `${lines.join("")}${code}\nexport {};\n` };
}

/** Compiles blocks, and gives what the compiler says of them, by file and line of the page. */
async function faultsOf(blocks) {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-pages-"));
  try {
    await mkdir(join(folder, "node_modules/@types"), { recursive: true });
    const links = [["openai-wasm", setting("OPENAI_WASM_PKG")]];
    for (const name of ["openai", "zod", "jose", "unplugin", "@types/node"])
      links.push([name, join(ROOT, "tests/node_modules", name)]);
    for (const [name, target] of links)
      await symlink(target, join(folder, "node_modules", name), "dir");
    await writeFile(join(folder, "names.d.mts"), NAMES);
    const modules = MODULES.map((name) => `declare module "${name}";\n`).join("");
    await writeFile(
      join(folder, "modules.d.ts"),
      `${modules}declare namespace JSX {\n  interface IntrinsicElements {\n    [name: string]: any;\n  }\n}\n`,
    );
    await writeFile(
      join(folder, "login.js"),
      "/** @returns {Promise<{ id: string } | undefined>} */\nexport const userOf = async (request, env) => undefined;\n",
    );
    const places = new Map();
    for (const [index, block] of blocks.entries()) {
      const { extension, source } = moduleOf(block);
      const name = `block-${index}.${extension}`;
      places.set(name, block);
      await writeFile(join(folder, name), source);
    }
    const config = {
      compilerOptions: {
        allowJs: true,
        checkJs: true,
        noEmit: true,
        strict: true,
        noImplicitAny: false,
        useUnknownInCatchVariables: false,
        skipLibCheck: true,
        jsx: "preserve",
        target: "es2022",
        module: "nodenext",
        lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
        types: ["node"],
        preserveSymlinks: true,
      },
      include: ["*"],
    };
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "tests/node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", folder], { cwd: folder }).catch(
      (error) => error,
    );
    return stdout.split("\n").flatMap((line) => {
      const found = /^(block-\d+\.\w+)\((\d+),\d+\): (.*)$/.exec(line);
      if (!found) return line.includes("error TS") ? [line] : [];
      const { file, line: start } = places.get(found[1]);
      return [`${file}:${start + Number(found[2])}: ${found[3]}`];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("every script compiles against the package's types, and one with a wrong name does not", {
  timeout: 240_000,
}, async () => {
  const scripts = all.filter(({ language }) => SCRIPTS.includes(language));
  assert.ok(scripts.length > 30);
  const broken = scripts.find((block) => nameOf(block) === "js stop");
  const control = {
    ...broken,
    file: "control",
    code: broken.code.replace("textStream", "textStreams"),
  };
  const faults = await faultsOf([...scripts, control]);
  const [own, others] = [true, false].map((is) =>
    faults.filter((line) => line.startsWith("control:") === is),
  );
  assert.match(own.join("\n"), /textStreams/);
  assert.deepEqual(others, []);
});
