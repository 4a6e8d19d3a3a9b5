// The package's types, checked by TypeScript itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

import { workshop } from "../support/app.mjs";
import { setting } from "../support/program.mjs";

const tsc = createRequire(import.meta.url)
  .resolve("typescript/package.json")
  .replace("package.json", "bin/tsc");
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

function check(...files) {
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, ...files], {
    encoding: "utf8",
  });
  return { status, stdout };
}

test("what type-checks against the official package type-checks here", () => {
  assert.deepEqual(check(at("../fixtures/wire/official.ts")), { status: 0, stdout: "" });
});

test("calls that type-check with the official client type-check with ours", () => {
  assert.deepEqual(check(at("../fixtures/wire/methods.ts")), { status: 0, stdout: "" });
});

test("streams that go on have their types", () => {
  assert.deepEqual(check(at("../fixtures/wire/resumable.ts")), { status: 0, stdout: "" });
});

test("the control: what the official package refuses is refused", () => {
  const { status, stdout } = check(at("../fixtures/wire/refused.ts"));
  assert.notEqual(status, 0);
  const refused = stdout.match(/refused\.ts\(\d+,\d+\): error/g) ?? [];
  assert.equal(refused.length, 4, stdout);
});

test("C1_no_name_of_the_keyless_client_takes_a_key", { timeout: 120_000 }, async () => {
  const shop = await workshop();
  try {
    const names = [
      "apiKey",
      "api_key",
      "adminAPIKey",
      "organization",
      "project",
      "dangerouslyAllowBrowser",
      "baseURL",
    ];
    const source = (options) =>
      `import OpenAI from "openai-wasm";\n${options.map((more) => `new OpenAI({ proxyUrl: "/v1", ${more} });\n`).join("")}`;
    const app = await shop.app("keyless", {
      "good.mts": source(['token: "t"']),
      "bad.mts": source(names.map((name) => `${name}: null as never`)),
    });
    assert.deepEqual(check(`${app}/good.mts`), { status: 0, stdout: "" });
    const { stdout } = check(`${app}/bad.mts`);
    for (const name of names)
      assert.match(stdout, new RegExp(`'${name}' does not exist in type`), stdout);
  } finally {
    await shop.remove();
  }
  // Every name that the page's types declare. An idempotency key opens nothing.
  const folder = setting("OPENAI_WASM_PKG");
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith(".d.ts") && !/^(edge|scan|types)/.test(file),
  );
  const declared = files.flatMap(
    (file) =>
      readFileSync(join(folder, file), "utf8")
        .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
        .match(/[\w$]+(?=\??\s*[:(<=])/g) ?? [],
  );
  assert.ok(declared.includes("proxyUrl") && declared.length > 100, declared.join());
  assert.deepEqual(
    declared.filter(
      (name) => /key|secret|organi[sz]ation|project/i.test(name) && name !== "idempotencyKey",
    ),
    [],
  );
});

/** The places of a TypeScript text where an optional member does not say that it may be undefined: `[start, end, type]`. */
function closedMembers(text) {
  const found = [];
  const open = (type) =>
    [
      ts.SyntaxKind.UndefinedKeyword,
      ts.SyntaxKind.AnyKeyword,
      ts.SyntaxKind.UnknownKeyword,
    ].includes(type.kind) ||
    (ts.isUnionTypeNode(type) && type.types.some(open));
  const visit = (node) => {
    const optional =
      (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.questionToken;
    if (optional && node.type && !open(node.type))
      found.push([node.type.getStart(), node.type.end, node.type]);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(ts.createSourceFile("f.d.ts", text, ts.ScriptTarget.Latest, true), visit);
  return found;
}

test("every optional member may be undefined, for `exactOptionalPropertyTypes`", async () => {
  if (process.env.UPDATE_OPTIONAL) {
    const template = at("../../pkg-template");
    const files = (await readdir(template, { recursive: true })).filter(
      (file) => file.endsWith(".d.ts") && file !== "types.d.ts",
    );
    for (const file of [
      ...files.map((name) => join(template, name)),
      at("../../src/wire/typescript_tail.d.ts"),
    ]) {
      let text = readFileSync(file, "utf8");
      // From the end on, so that the places before it stay.
      for (const [start, end, type] of closedMembers(text).sort(([a], [b]) => b - a)) {
        const own = text.slice(start, end);
        const whole =
          ts.isFunctionTypeNode(type) || ts.isConditionalTypeNode(type) ? `(${own})` : own;
        text = `${text.slice(0, start)}${whole} | undefined${text.slice(end)}`;
      }
      writeFileSync(file, text);
    }
  }
  const folder = setting("OPENAI_WASM_PKG");
  for (const file of (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith(".d.ts"),
  )) {
    const text = readFileSync(join(folder, file), "utf8");
    const closed = closedMembers(text).map(([start]) => text.slice(0, start).split("\n").length);
    assert.deepEqual(
      closed,
      [],
      `lines of ${file}; UPDATE_OPTIONAL=1 mends what is written by hand`,
    );
  }
  assert.equal(
    closedMembers(
      "interface A { a?: string; b?: (c?: string) => void; d?: any; e?: 1 | undefined; f: { g?: 1 } }",
    ).length,
    3,
  );
});

test("the plugin's types fit the bundlers", { timeout: 120_000 }, async () => {
  const shop = await workshop();
  try {
    const source = (
      options,
    ) => `import scan, { vite, KeyLeakError, type ScanOptions } from "openai-wasm/plugin";
const options: ScanOptions = ${options};
export const plugins = [scan.vite(options), scan.webpack(), scan.rollup(), scan.esbuild(options), vite()];
export const files = (error: unknown) => (error instanceof KeyLeakError ? error.findings.map(({ file, line }) => [file, line]) : []);
`;
    const app = await shop.app("types", {
      "good.mts": source('{ target: "server", ignoreProviders: ["google"] }'),
      "bad.mts": source('{ target: "phone" }'),
    });
    // `unplugin` names the types of every bundler, and nobody has them all.
    assert.deepEqual(check("--skipLibCheck", `${app}/good.mts`), { status: 0, stdout: "" });
    assert.match(
      check("--skipLibCheck", `${app}/bad.mts`).stdout,
      /bad\.mts.*'"phone"' is not assignable/,
    );
  } finally {
    await shop.remove();
  }
});
