// `openai-wasm/tokens` in the packed package.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { failure } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const load = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), file)).href);
const { tokenizer, estimate, InvalidOptionError, OpenAIError } = await load("tokens/index.node.js");

const ENCODINGS = ["r50k_base", "p50k_base", "cl100k_base", "o200k_base", "o200k_harmony"];
const TEXT = "I don't know what 12345 means, naïve 文字 👩‍👩‍👧 said.\n\n  Über\t\u0301 все  ";

test("a known sentence has six tokens in the encoding of its model", async () => {
  const t = await tokenizer("gpt-3.5-turbo");
  assert.equal(t.encoding, "cl100k_base");
  assert.equal(t.count("ChatGPT is great!"), 6);
  assert.deepEqual([...t.encode("ChatGPT is great!")], [16047, 38, 2898, 374, 2294, 0]);
  assert.equal(t.decode([16047, 38, 2898, 374, 2294, 0]), "ChatGPT is great!");
});

test("every encoding counts what it encodes, and decodes it to the same text", async () => {
  const found = {};
  for (const encoding of ENCODINGS) {
    const t = await tokenizer(encoding);
    assert.equal(t.encoding, encoding);
    for (const text of [
      TEXT,
      TEXT.repeat(3000),
      "",
      "x".repeat(100_000),
      "\u{feff}a",
      "<|endoftext|>",
    ]) {
      const tokens = t.encode(text);
      assert.ok(tokens instanceof Uint32Array);
      assert.equal(t.count(text), tokens.length);
      assert.equal(t.decode(tokens), text);
    }
    found[encoding] = t.count(TEXT);
  }
  assert.equal(found.o200k_harmony, found.o200k_base);
  assert.notEqual(found.r50k_base, found.o200k_base);
});

test("models have the encodings that OpenAI's tiktoken gives them", async () => {
  const models = {
    "gpt-4o": "o200k_base",
    "gpt-4o-mini-2024-07-18": "o200k_base",
    "gpt-5-nano": "o200k_base",
    "gpt-4.1": "o200k_base",
    o1: "o200k_base",
    "o3-mini": "o200k_base",
    "chatgpt-4o-latest": "o200k_base",
    "ft:gpt-4o:acme::1": "o200k_base",
    "gpt-oss-20b": "o200k_harmony",
    "gpt-4": "cl100k_base",
    "gpt-4-0613": "cl100k_base",
    "gpt-3.5-turbo": "cl100k_base",
    "text-embedding-ada-002": "cl100k_base",
    "text-embedding-3-small": "cl100k_base",
    "ft:gpt-3.5-turbo:acme::1": "cl100k_base",
    "text-davinci-003": "p50k_base",
    "code-davinci-002": "p50k_base",
    "text-davinci-001": "r50k_base",
    davinci: "r50k_base",
    gpt2: "r50k_base",
  };
  for (const [model, encoding] of Object.entries(models))
    assert.equal((await tokenizer(model)).encoding, encoding, model);
});

test("an unknown model is refused with the encodings' names", async () => {
  for (const name of ["llama-3", "", undefined, "toString", "__proto__"]) {
    const error = await failure(() => tokenizer(name));
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(error.option, "model");
    for (const encoding of ENCODINGS) assert.ok(error.message.includes(encoding), error.message);
  }
});

test("half a surrogate pair counts as the platform's encoder writes it", async () => {
  const t = await tokenizer("o200k_base");
  for (const half of ["\ud83d", "a\ude00b", "\ud83d\ud83d\ude00"]) {
    assert.deepEqual(
      t.encode(half),
      t.encode(half.toWellFormed?.() ?? new TextDecoder().decode(new TextEncoder().encode(half))),
    );
    const long = half.repeat(20_000);
    assert.equal(t.count(long), t.encode(long).length);
  }
  assert.deepEqual(t.encode("\ud83d"), t.encode("\u{fffd}"));
});

test("a number that is not a token is named with its index", async () => {
  const t = await tokenizer("cl100k_base");
  for (const [tokens, said] of [
    [[1, 2, 100_256], "tokens[2]: cl100k_base has no token 100256"],
    [[-1], "tokens[0]: must be a whole number from 0 on, not -1"],
    [[0, 1.5], "tokens[1]: must be a whole number from 0 on, not 1.5"],
    [[2 ** 32], "tokens[0]: must be a whole number from 0 on, not 4294967296"],
    [new Uint32Array([0xffffffff]), "tokens[0]: cl100k_base has no token 4294967295"],
  ]) {
    const error = await failure(async () => t.decode(tokens));
    assert.ok(error instanceof InvalidOptionError);
    assert.equal(error.message, said);
  }
  assert.equal(t.decode([100_257]), "<|endoftext|>");
  assert.equal(t.decode(t.encode("é").subarray(0, 1)).length > 0, true);
  assert.equal(t.count("still alive"), 2);
});

test("a value that is not a string is refused by name", async () => {
  const t = await tokenizer("cl100k_base");
  for (const text of [undefined, null, 5, {}]) {
    for (const method of ["count", "encode"]) {
      const error = await failure(async () => t[method](text));
      assert.ok(error instanceof InvalidOptionError);
      assert.equal(error.option, "text");
    }
  }
});

test("a text that grows has as many tokens as at once, after each part", async () => {
  for (const encoding of ["cl100k_base", "o200k_base"]) {
    const t = await tokenizer(encoding);
    const counter = t.counter();
    assert.equal(counter.tokens, 0);
    let text = "";
    for (const part of `${TEXT}I'll  \n\n go on'${"s".repeat(50)} `) {
      text += part;
      assert.equal(counter.append(part), t.count(text), JSON.stringify(text));
      assert.equal(counter.tokens, t.count(text));
    }
  }
});

test("one table is loaded once, and two encodings of one table are two tokenizers", async () => {
  const [one, two] = await Promise.all([tokenizer("o200k_base"), tokenizer("o200k_base")]);
  assert.equal(one, two);
  assert.notEqual(one, await tokenizer("o200k_harmony"));
});

test("a changed table is refused", async () => {
  const { createRuntime } = await load("lib/runtime.js");
  const { embedded } = await load("lib/embedded.js");
  const { prepare } = await load("tokens/glue.js");
  const { SUM, WASM } = await load("tokens/wasm.js");
  const { TABLE } = await load("tokens/tables/cl100k_base.js");
  const instance = await createRuntime(prepare, embedded(WASM, SUM)).instance();
  const open = (table, encoding = "cl100k_base") => {
    const input = new instance.exports.Input();
    const address = input.room(table.length);
    new TextEncoder().encodeInto(
      table,
      new Uint8Array(instance.memory.buffer, address, table.length),
    );
    return input.open(encoding, table.length);
  };
  assert.ok(open(TABLE));
  assert.equal(open(TABLE, "o200k_base"), undefined);
  assert.equal(open("", "cl100k_base"), undefined);
  assert.equal(open(TABLE.slice(0, 1000)), undefined);
  for (let at = 9; at < TABLE.length; at += 40_009) {
    const other = TABLE[at] === "A" ? "B" : "A";
    assert.equal(
      open(TABLE.slice(0, at) + other + TABLE.slice(at + 1)),
      undefined,
      `changed at ${at}`,
    );
  }
});

test("an estimate is a token for four characters", () => {
  assert.equal(estimate(""), 0);
  assert.equal(estimate("ChatGPT is great!"), 5);
});

test("the entry for pages counts the same", async () => {
  const page = await load("tokens/index.js");
  const t = await page.tokenizer("gpt-4o");
  assert.deepEqual(t.encode(TEXT), (await tokenizer("gpt-4o")).encode(TEXT));
});

test("importing the package loads no table", async () => {
  for (const file of [
    "index.js",
    "index.node.js",
    "index.workerd.js",
    "index.edge-light.js",
    "tokenizer.js",
    "encodings.js",
  ]) {
    const text = await readFile(join(setting("OPENAI_WASM_PKG"), "tokens", file), "utf8");
    assert.doesNotMatch(text, /^(?:import|export) .*tables\//m, file);
  }
  assert.ok(OpenAIError);
});
