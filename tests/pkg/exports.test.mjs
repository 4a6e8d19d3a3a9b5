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

const EXPECTED = {
  ".": {
    "a page": "./index.js",
    "a page, by its bundler": "./index.js",
    workerd: "./index.workerd.js",
    "an edge runtime": "./index.edge-light.js",
    Node: "./index.node.js",
    Deno: "./index.node.js",
    Bun: "./index.node.js",
  },
  "./edge": {
    "a page": null,
    "a page, by its bundler": null,
    workerd: "./edge/index.workerd.js",
    "an edge runtime": "./edge/index.edge-light.js",
    Node: "./edge/index.node.js",
    Deno: "./edge/index.node.js",
    Bun: "./edge/index.node.js",
  },
  "./proxy": {
    "a page": null,
    "a page, by its bundler": null,
    workerd: "./edge/proxy.workerd.js",
    "an edge runtime": "./edge/proxy.edge-light.js",
    Node: "./edge/proxy.node.js",
    Deno: "./edge/proxy.node.js",
    Bun: "./edge/proxy.node.js",
  },
  "./jwks": {
    "a page": null,
    "a page, by its bundler": null,
    workerd: "./edge/jwks.js",
    "an edge runtime": "./edge/jwks.js",
    Node: "./edge/jwks.js",
    Deno: "./edge/jwks.js",
    Bun: "./edge/jwks.js",
  },
};

for (const [entry, byRuntime] of Object.entries(EXPECTED)) {
  for (const [runtime, expected] of Object.entries(byRuntime)) {
    test(`${entry} in ${runtime} is ${expected ?? "refused"}`, async () => {
      const found = resolve(manifest.exports[entry], RUNTIMES[runtime]);
      assert.equal(found, expected);
      if (found !== null) await access(join(packed, found));
    });
  }
}

test("types are found by every runtime that finds an entry", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue;
    for (const [runtime, conditions] of Object.entries(RUNTIMES)) {
      const types = resolve(target, ["types", ...conditions]);
      if (resolve(target, conditions) !== null) assert.match(types, /\.d\.ts$/, `${entry} in ${runtime}`);
    }
    assert.match(resolve(target, ["types", "import"]), /\.d\.ts$/, `${entry} where no runtime is named`);
  }
});

test("workerd, whose bundlers also set the browser's condition, comes first", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    // A build's plugin runs in Node.js alone.
    if (typeof target === "object" && entry !== "./plugin") assert.equal(Object.keys(target)[0], "workerd", entry);
  }
});

test("the package bears the crate's version and a licence", async () => {
  const cargo = await readFile(new URL("../../Cargo.toml", import.meta.url), "utf8");
  assert.equal(manifest.version, /\[workspace\.package\]\nversion = "([^"]+)"/.exec(cargo)[1]);
  assert.equal(manifest.license, "MIT OR Apache-2.0");
});
