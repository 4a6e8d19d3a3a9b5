// What a bundler makes of the package, alone in a folder: WebAssembly is in it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { BUNDLERS, workshop } from "../support/app.mjs";
import { failure } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const run = promisify(execFile);
const packed = (file) => join(setting("OPENAI_WASM_PKG"), file);

let shop;
let alone;
before(async () => {
  shop = await workshop();
  alone = await mkdtemp(join(tmpdir(), "openai-wasm-alone-"));
});
after(() =>
  Promise.all(
    [shop, { remove: () => rm(alone, { recursive: true, force: true }) }].map((folder) =>
      folder?.remove(),
    ),
  ),
);

let count = 0;

/** The text of a bundle of this source, with the chunks that it loads at once. */
async function bundle(source, options) {
  const app = await shop.app(`app-${count++}`, { "main.js": source });
  const { outputFiles, metafile } = await build({
    absWorkingDir: app,
    entryPoints: ["main.js"],
    bundle: true,
    write: false,
    logLevel: "silent",
    metafile: true,
    ...options,
  });
  if (!options.splitting) return outputFiles[0].text;
  const needed = new Set(["out/main.js"]);
  for (const path of needed) {
    for (const { kind, path: other } of metafile.outputs[path].imports)
      if (kind === "import-statement") needed.add(other);
  }
  const at = (path) => outputFiles.find((file) => file.path === join(app, path)).text;
  return [...needed].map(at).join("");
}

/** What a program prints that stands alone in a folder, where no package and no .wasm file is. */
async function printed(text, extension) {
  const file = join(alone, `main-${count++}.${extension}`);
  await writeFile(file, text);
  return (await run(process.execPath, [file], { cwd: alone })).stdout.trim();
}

const ASK = `
async function ask(OpenAI, options) {
  const sent = [];
  const fetch = async (url, { body }) => sent.push(body) && Response.json({ choices: [{ message: { content: "heard" } }] });
  const client = new OpenAI({ ...options, fetch, maxRetries: 0 });
  const answer = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
  await client.files.create({ file: new File(["{}"], "a.jsonl"), purpose: "batch" });
  console.log(answer.choices[0].message.content, sent.length);
}
`;
const keyless = (entry) =>
  `import OpenAI from "${entry}";\n${ASK}ask(OpenAI, { proxyUrl: "https://localhost/v1", profile: "openai" });\n`;
const keyed = `import OpenAI from "openai-wasm/edge";\n${ASK}ask(OpenAI, { apiKey: "local", baseURL: "https://localhost/v1", profile: "openai" });\n`;
const signing = `import { signSessionToken } from "openai-wasm/proxy";
signSessionToken({ secret: "0f8c2b4d6e9a1c3f5b7d8e0a2c4f6b9d", sub: "a" }).then((token) => console.log(token.split(".").length));\n`;

const NODE = { platform: "node" };
const CASES = [
  ["the client for a page as a module", keyless("openai-wasm"), { format: "esm" }, "heard 2"],
  [
    "the client for a page as a classic script",
    keyless("openai-wasm"),
    { format: "iife" },
    "heard 2",
  ],
  [
    "the client for a page, minified",
    keyless("openai-wasm"),
    { format: "esm", minify: true },
    "heard 2",
  ],
  [
    "the static entry as a classic script",
    keyless("openai-wasm/static"),
    { format: "iife" },
    "heard 2",
  ],
  [
    "the client for Node.js as a module",
    keyless("openai-wasm"),
    { ...NODE, format: "esm" },
    "heard 2",
  ],
  [
    "the client for Node.js as CommonJS",
    keyless("openai-wasm"),
    { ...NODE, format: "cjs" },
    "heard 2",
  ],
  ["the edge client for Node.js as a module", keyed, { ...NODE, format: "esm" }, "heard 2"],
  ["the edge client for Node.js as CommonJS", keyed, { ...NODE, format: "cjs" }, "heard 2"],
  ["the proxy's functions for Node.js as a module", signing, { ...NODE, format: "esm" }, "3"],
  [
    "the proxy's functions for Node.js as CommonJS",
    signing,
    { ...NODE, format: "cjs", minify: true },
    "3",
  ],
];
for (const [name, source, options, expected] of CASES) {
  test(`esbuild's one file runs alone: ${name}`, async () => {
    const text = await bundle(source, options);
    assert.equal(await printed(text, options.format === "esm" ? "mjs" : "cjs"), expected);
  });
}

test("a bundle for servers reads no file", async () => {
  const text = await bundle(keyed, { ...NODE, format: "esm" });
  for (const gone of ["readFile", "import.meta", "node:fs", '.wasm"'])
    assert.ok(!text.includes(gone), gone);
});

test("the single file runs alone, and names no other", async () => {
  await cp(packed("openai-wasm.min.js"), join(alone, "openai-wasm.min.mjs"));
  assert.equal(await printed(keyless("./openai-wasm.min.mjs"), "mjs"), "heard 2");
  const text = await readFile(packed("openai-wasm.min.js"), "utf8");
  assert.doesNotMatch(text, /\bimport\b\s*[("'{*]|\bfrom\s*["']/);
  // The control: the default entry has parts that it imports.
  const entry = await bundle(keyless("openai-wasm"), {
    format: "esm",
    splitting: true,
    outdir: "out",
  });
  assert.match(entry, /\bimport\(/);
});

test("the static entry has no import() anywhere", async () => {
  for (const minify of [false, true]) {
    const text = await bundle(keyless("openai-wasm/static"), {
      format: "esm",
      splitting: true,
      outdir: "out",
      minify,
    });
    assert.doesNotMatch(text, /\bimport\(/);
  }
});

const zipped = (text) => gzipSync(text, { level: 9 }).length;
const PAGE = { format: "esm", minify: true, splitting: true, outdir: "out" };

/** What a call loads that asks for it: lib/part.js. */
const LATER = ["chat-run", "checks", "more", "multipart", "response-run", "resume", "tool-run"];

test("all that a chat page loads has at most 36 KB gzipped", async () => {
  // One file, without what only a call loads that asks for it.
  const text = await bundle('export { default } from "openai-wasm";\n', {
    format: "esm",
    minify: true,
    external: LATER.map((name) => `*/${name}.js`),
  });
  assert.ok(zipped(text) <= 36_000, `${zipped(text)} bytes`);
});

test("what a page with responses, parsed answers and tools loads has at most 42 KB gzipped", async () => {
  const external = ["chat-run", "checks", "more", "multipart", "resume"].map(
    (name) => `*/${name}.js`,
  );
  const options = { format: "esm", minify: true, external };
  const text = await bundle('export { default } from "openai-wasm";\n', options);
  assert.ok(zipped(text) <= 42_000, `${zipped(text)} bytes`);
});

test("decodeEventStream alone costs at most 10 KB beside the string, and 22 KB gzipped in all", async () => {
  // One file: where a bundler splits, it puts parts that other entries share into chunks of their own.
  const source =
    'import { decodeEventStream } from "openai-wasm";\nconsole.log(decodeEventStream);';
  const text = await bundle(source, { format: "esm", minify: true });
  const [string] = text.match(/[\w+/=]{10000,}/);
  assert.ok(text.length - string.length <= 10_000, `${text.length - string.length} bytes`);
  assert.ok(zipped(text) <= 22_000, `${zipped(text)} bytes`);
});

test("a client that nothing uses is dropped, and its WebAssembly with it", async () => {
  const source = 'import OpenAI, { APIError } from "openai-wasm";\nconsole.log(APIError.name);\n';
  for (const minify of [false, true]) {
    const text = await bundle(source, { ...PAGE, minify });
    assert.ok(text.length < 20_000, `${text.length} bytes`);
    assert.doesNotMatch(text, /[\w+/=]{10000,}/);
  }
});

for (const [entry, source] of [
  ["openai-wasm/edge", 'import OpenAI from "openai-wasm/edge";\nnew OpenAI();\n'],
  ["openai-wasm/proxy", 'import * as proxy from "openai-wasm/proxy";\nproxy.createProxy();\n'],
  [
    "openai-wasm/jwks",
    'import { authenticateByJwks } from "openai-wasm/jwks";\nauthenticateByJwks();\n',
  ],
]) {
  for (const bundler of ["Vite", "webpack", "esbuild"]) {
    test(`${bundler} refuses ${entry} for a browser, and the message names openai-wasm`, async () => {
      const app = await shop.app(`refused-${count++}`, { "src/main.js": source });
      const { message } = await failure(BUNDLERS[bundler](app, {}));
      assert.match(
        message,
        /openai-wasm\/edge, openai-wasm\/proxy and openai-wasm\/jwks are for servers, which hold the key\. A page imports openai-wasm, which asks your proxy/,
      );
    });
  }
}
