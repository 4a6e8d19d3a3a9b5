// What `openai-wasm` and its entries resolve to, under the conditions that runtimes and bundlers set.

import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { setting } from "../support/program.mjs";

const packed = setting("OPENAI_WASM_PKG");
const manifest = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));

/** Node's algorithm: the first condition that holds wins, null ends the search. */
function resolve(target, conditions) {
  if (target === null || typeof target === "string") return target;
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== "default" && !conditions.includes(condition)) continue;
    const found = resolve(inner, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}

const RUNTIMES = {
  "a page": ["browser", "import"],
  "a page, by its bundler": ["module", "browser", "development", "import"],
  workerd: ["workerd", "worker", "browser", "import"],
  "an edge runtime": ["edge-light", "worker", "browser", "import"],
  Node: ["node", "import"],
  Deno: ["deno", "node", "import"],
  Bun: ["bun", "node", "import"],
};

/** Names a file that does not exist, so that a build fails with that name. */
const REFUSED = "./edge/refused.js";
/** The same, where there are no Durable Objects. */
const NO_OBJECTS = "./edge/durable/refused.js";

const EXPECTED = {
  ".": {
    "a page": "./index.js",
    "a page, by its bundler": "./index.js",
    workerd: "./index.workerd.js",
    "an edge runtime": "./index.edge-light.js",
    Node: "./index.js",
    Deno: "./index.js",
    Bun: "./index.js",
  },
  "./static": {
    "a page": "./static.js",
    "a page, by its bundler": "./static.js",
    workerd: "./index.workerd.js",
    "an edge runtime": "./index.edge-light.js",
    Node: "./static.js",
    Deno: "./static.js",
    Bun: "./static.js",
  },
  "./tokens": {
    "a page": "./tokens/index.js",
    "a page, by its bundler": "./tokens/index.js",
    workerd: "./tokens/index.workerd.js",
    "an edge runtime": "./tokens/index.edge-light.js",
    Node: "./tokens/index.node.js",
    Deno: "./tokens/index.node.js",
    Bun: "./tokens/index.node.js",
  },
  "./edge": {
    "a page": REFUSED,
    "a page, by its bundler": REFUSED,
    workerd: "./edge/index.workerd.js",
    "an edge runtime": "./edge/index.edge-light.js",
    Node: "./edge/index.node.js",
    Deno: "./edge/index.node.js",
    Bun: "./edge/index.node.js",
  },
  "./proxy": {
    "a page": REFUSED,
    "a page, by its bundler": REFUSED,
    workerd: "./edge/proxy.workerd.js",
    "an edge runtime": "./edge/proxy.edge-light.js",
    Node: "./edge/proxy.node.js",
    Deno: "./edge/proxy.node.js",
    Bun: "./edge/proxy.node.js",
  },
  "./durable": {
    "a page": NO_OBJECTS,
    "a page, by its bundler": NO_OBJECTS,
    workerd: "./edge/durable/index.workerd.js",
    "an edge runtime": NO_OBJECTS,
    Node: NO_OBJECTS,
    Deno: NO_OBJECTS,
    Bun: NO_OBJECTS,
  },
  "./jwks": {
    "a page": REFUSED,
    "a page, by its bundler": REFUSED,
    workerd: "./edge/jwks.js",
    "an edge runtime": "./edge/jwks.js",
    Node: "./edge/jwks.js",
    Deno: "./edge/jwks.js",
    Bun: "./edge/jwks.js",
  },
};

// The same file everywhere.
for (const [entry, file] of [
  ["./helpers/zod", "./helpers/zod.js"],
  ["./helpers/standard-schema", "./helpers/standard-schema.js"],
  ["./helpers/responses-tool-runner", "./helpers/responses-tool-runner.js"],
  ["./ai-sdk", "./ai-sdk/index.js"],
]) {
  EXPECTED[entry] = Object.fromEntries(Object.keys(RUNTIMES).map((runtime) => [runtime, file]));
}

for (const [entry, byRuntime] of Object.entries(EXPECTED)) {
  for (const [runtime, expected] of Object.entries(byRuntime)) {
    test(`${entry} in ${runtime} is ${expected.endsWith("refused.js") ? "refused" : expected}`, async () => {
      const found = resolve(manifest.exports[entry], RUNTIMES[runtime]);
      assert.equal(found, expected);
      await access(join(packed, found));
    });
  }
}

test("types are found by every runtime that finds an entry", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue;
    for (const [runtime, conditions] of Object.entries(RUNTIMES)) {
      const types = resolve(target, ["types", ...conditions]);
      if (!resolve(target, conditions).endsWith("refused.js"))
        assert.match(types, /\.d\.ts$/, `${entry} in ${runtime}`);
    }
    assert.match(
      resolve(target, ["types", "import"]),
      /\.d\.ts$/,
      `${entry} where no runtime is named`,
    );
  }
});

test("workerd, whose bundlers also set the browser's condition, comes first", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    // A build's plugin runs in Node.js alone; the single file is for pages without a build.
    if (typeof target === "object" && !/plugin|min\.js/.test(entry))
      assert.equal(Object.keys(target)[0], "workerd", entry);
  }
});

test("content delivery networks give the single file", () => {
  for (const field of ["unpkg", "jsdelivr"])
    assert.equal(manifest[field], manifest.exports["./openai-wasm.min.js"].default);
});

test("the package bears the crate's version and a licence", async () => {
  const cargo = await readFile(new URL("../../Cargo.toml", import.meta.url), "utf8");
  assert.equal(manifest.version, /\[workspace\.package\]\nversion = "([^"]+)"/.exec(cargo)[1]);
  assert.equal(manifest.license, "MIT OR Apache-2.0");
});
