// WebAssembly inside the JavaScript: how it is opened, and what is said where that cannot be done.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { deflateRawSync } from "node:zlib";

import { failure } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const packed = (file) => join(setting("OPENAI_WASM_PKG"), file);
const load = (file) => import(pathToFileURL(packed(file)).href);

const { embedded } = await load("lib/embedded.js");
const { OpenAIError } = await load("lib/errors.js");
const { createRuntime } = await load("lib/runtime.js");
const { SUM, WASM } = await load("client/wasm.js");
const { prepare } = await load("client/glue.js");

/** Sets a property for one action. */
async function under(object, name, value, action) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { ...before, value });
  try {
    return await action();
  } finally {
    Object.defineProperty(object, name, before);
  }
}

/** What a call says when its WebAssembly cannot be loaded. */
const refusal = (load) => failure(createRuntime(prepare, load).instance());

test("the string of either half is its WebAssembly file", async () => {
  for (const half of ["client", "edge"]) {
    const { SUM, WASM } = await load(`${half}/wasm.js`);
    let opened;
    const compile = (bytes) => Promise.resolve((opened = bytes));
    await under(WebAssembly, "compile", compile, embedded(WASM, SUM));
    assert.ok((await readFile(packed(`${half}/${half}.wasm`))).equals(opened), half);
  }
});

test("a module that carries WebAssembly does nothing but define it", async () => {
  for (const half of ["client", "edge"]) {
    const text = await readFile(packed(`${half}/wasm.js`), "utf8");
    assert.match(
      text,
      /^(\/\/.*\n)+\nexport const SUM = -?\d+;\nexport const WASM =\n {2}"[\w+/=]+";\n$/,
    );
  }
});

test("making a client compiles nothing, and two first calls compile once", async () => {
  const { default: OpenAI } = await load("index.js");
  const calls = [];
  const watching = (name, action) => {
    const real = WebAssembly[name];
    return under(WebAssembly, name, (...given) => calls.push(name) && real(...given), action);
  };
  await watching("compile", () =>
    watching("instantiate", async () => {
      const client = new OpenAI({
        proxyUrl: "https://localhost/v1",
        fetch: async () => Response.json({ data: [] }),
      });
      assert.deepEqual(calls, []);
      await Promise.all([client.models.list(), client.models.list()]);
      assert.deepEqual(calls, ["compile", "instantiate"]);
    }),
  );
});

const page = await readFile(new URL("../../docs/loading.md", import.meta.url), "utf8");
const HELP = /See https:\/\/github\.com\/\S+\/docs\/loading\.md$/;

/** The message ends with the address of the page that has a paragraph about it. */
function assertHelp({ message }) {
  assert.match(message, HELP);
  const [sentence] = message.split(/[:.] /);
  assert.ok(page.includes(`**${sentence}.**`), sentence);
}

test("what a runtime lacks is named", async () => {
  class Old {
    constructor(format) {
      throw new TypeError(`Unsupported compression format: '${format}'`);
    }
  }
  const cases = [
    ["WebAssembly", undefined, /^WebAssembly is missing/],
    ["DecompressionStream", undefined, /^DecompressionStream\("deflate-raw"\) is missing/],
    ["DecompressionStream", Old, /^DecompressionStream\("deflate-raw"\) is missing/],
  ];
  for (const [name, value, said] of cases) {
    const error = await under(globalThis, name, value, () => refusal(embedded(WASM, SUM)));
    assert.ok(error instanceof OpenAIError, String(error));
    assert.match(error.message, said);
    assertHelp(error);
  }
});

test("a string that a bundler or server changed is said to be so, however it was changed", async () => {
  const middle = WASM.length / 2;
  const other = deflateRawSync(await readFile(packed("edge/edge.wasm"))).toString("base64");
  const changes = {
    "nothing of it is left": "",
    "its end is cut off": WASM.slice(0, -400),
    "its beginning is cut off": WASM.slice(400),
    "a letter is another one": `${WASM.slice(0, middle)}${WASM[middle] === "A" ? "B" : "A"}${WASM.slice(middle + 1)}`,
    "its last byte of code is another one": `${WASM.slice(0, -8)}AAAAAAAA`,
    "it is in lower case": WASM.toLowerCase(),
    "it has letters that are not base64": WASM.replaceAll("A", "\u00c4"),
    "it is another module": other,
    "it is a path": "/assets/wasm-3f2a.js",
  };
  for (const [name, text] of Object.entries(changes)) {
    const error = await refusal(embedded(text, SUM));
    assert.ok(error instanceof OpenAIError, `${name}: ${error}`);
    assert.match(error.message, /^A bundler or server changed the string/, name);
    assertHelp(error);
  }
  // The control: white space is no change to base64, and the string itself is none.
  for (const text of [WASM, ` ${WASM.replace(/.{1000}/g, "$&\n")}`]) {
    assert.ok((await createRuntime(prepare, embedded(text, SUM)).instance()).exports.ChunkDecoder);
  }
});

test("a policy that forbids WebAssembly is recognised in the words of each browser", async () => {
  const cases = [
    // Chromium
    [
      /'wasm-unsafe-eval' to script-src/,
      "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
    ],
    [
      /'wasm-unsafe-eval' to script-src/,
      "Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script in the following Content Security Policy directive: \"script-src 'self'\"",
    ],
    // WebKit
    [
      /'wasm-unsafe-eval' to script-src/,
      "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script in the following Content Security Policy directive",
    ],
    // Firefox
    [/'wasm-unsafe-eval' to script-src/, "call to WebAssembly.compile() blocked by CSP"],
    // V8 in Workers and edge runtimes
    [
      /condition "workerd" or "edge-light"/,
      "WebAssembly.compile(): Wasm code generation disallowed by embedder",
    ],
    [
      /^The WebAssembly module could not be loaded: WebAssembly\.compile\(\): out of memory$/,
      "WebAssembly.compile(): out of memory",
    ],
  ];
  for (const [said, message] of cases) {
    // WebKit compiles, and refuses to instantiate.
    for (const step of ["compile", "instantiate"]) {
      const refusing = () => Promise.reject(new WebAssembly.CompileError(message));
      const error = await under(WebAssembly, step, refusing, () => refusal(embedded(WASM, SUM)));
      assert.ok(error instanceof OpenAIError, String(error));
      assert.match(error.message, said);
      assert.equal(error.cause.message, message);
      if (!/^The WebAssembly module/.test(error.message)) assertHelp(error);
    }
  }
});

test("a load that failed is tried again by the next call", async () => {
  const runtime = createRuntime(prepare, embedded(WASM, SUM));
  await under(globalThis, "DecompressionStream", undefined, () => failure(runtime.instance()));
  assert.ok((await runtime.instance()).exports.ChunkDecoder);
});

test("a module of another realm is a module, as edge runtimes hand it in", async () => {
  const bytes = await readFile(packed("client/client.wasm"));
  const module = runInNewContext("new WebAssembly.Module(bytes)", { bytes });
  // The control: it is of another realm.
  assert.ok(!(module instanceof WebAssembly.Module));
  const runtime = createRuntime(prepare, module);
  const instance = await runtime.instance();
  assert.ok(instance.exports.ChunkDecoder);
  assert.equal(await runtime.instance(), instance);
});
