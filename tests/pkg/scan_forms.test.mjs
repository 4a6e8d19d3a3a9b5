// Keys in the forms that bundlers and minifiers write, and the time that a scan takes.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { generator, shapedKeys } from "../support/keys.mjs";
import { setting } from "../support/program.mjs";

const { Scanner } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "scan/scanner.js")).href
);
const scan = (content, options) => new Scanner(options).scan([Buffer.from(content)]);

const [[, KEY]] = shapedKeys();
const [A, B, C] = [KEY.slice(0, 6), KEY.slice(6, 40), KEY.slice(40)];

const JOINED = {
  "a sum": `"${A}" + "${B}" + '${C}'`,
  "a sum with a comment in it": `"${A}"/**/+/* b */"${B}${C}"`,
  "a sum with parentheses": `"${A}"+("${B}"+("${C}"))`,
  "a call": `"".concat("${A}","${B}", '${C}')`,
  "a call on the key's start": `"${A}".concat("${B}", "${C}")`,
  "a chain of calls": `"".concat("${A}").concat("${B}","${C}")`,
  "a list that is joined": `["${A}","${B}","${C}"].join("")`,
  "a list over several lines": `[\n  "${A}",\n  "${B}",\n  "${C}",\n].join('')`,
  "a list, then a sum": `["${A}","${B}"].join("")+"${C}"`,
  "a template": `\`${A}\${"${B}"}${C}\``,
  "a template in a template": `\`${A}\${\`${B}\`}\${'${C}'}\``,
  "a string that goes on in the next line": `"${A}\\\n${B}${C}"`,
};

describe("pieces that a program joins where they stand are one key:", () => {
  for (const [what, code] of Object.entries(JOINED)) {
    for (const [where, text] of [
      ["", code],
      [" in a source map", JSON.stringify({ sourcesContent: [code] })],
    ]) {
      it(`${what}${where}`, async () => {
        const { findings } = await scan(`let a = ${text};\n`);
        assert.deepEqual(
          findings.map(({ provider, coding }) => [provider, coding]),
          [["OpenAI", "joined"]],
          text,
        );
        assert.ok(!JSON.stringify(findings).includes(KEY.slice(8, 16)));
      });
    }
  }

  const value = generator(83)("alnum", 32);
  const [start, end] = [value.slice(0, 3), value.slice(3)];
  for (const text of [
    `mistralApiKey="${start}"+"${end}"`,
    `{MISTRAL_API_KEY:"".concat("${start}","${end}")}`,
    `{ mistralApiKey: ["${start}", "${end}"].join("") }`,
    `mistralApiKey=\`${start}\${"${end}"}\``,
    `mistralApiKey="\\x${start.charCodeAt(0).toString(16)}${value.slice(1)}"`,
    `["https://api.mistral.ai/v1", "Bearer " + "${value}"]`,
    `["https://api.mistral.ai/v1", "Bearer ${start}"+"${end}"]`,
  ]) {
    it(`known by its name: ${text.slice(0, 30)}…`, async () => {
      const { findings } = await scan(`let a; ${text};\n`);
      assert.deepEqual(
        findings.map(({ provider }) => provider),
        ["Mistral"],
        text,
      );
    });
  }

  it("but not what only stands side by side", async () => {
    for (const text of [
      `["${A}","${B}","${C}"]`,
      `["${A}","${B}${C}"].join(",")`,
      `f("${A}","${B}${C}")`,
      `{a:"${A}",b:"${B}${C}"}`,
      `"".concat(a,"${A}",b,"${B}${C}")`,
    ]) {
      assert.deepEqual((await scan(`let a = ${text};`)).findings, [], text);
    }
  });
});

it("a made-up key with a row of the keyboard in it is a key", async () => {
  const { findings } = await scan('"sk-proj-qwertyuiopasdfghjkl1zxcvbnm2QAZ3WSX4EDC5"');
  assert.deepEqual(
    findings.map(({ provider }) => provider),
    ["OpenAI"],
  );
});

describe("the time of a scan grows with its input alone:", () => {
  const random = generator(89);
  const CONTENTS = {
    "keys that a comment exempts": [
      "",
      () => `"sk-proj-${random("url", 24)}" // openai-wasm-scan-ignore\n`,
    ],
    "keys of a file that is exempted": [
      "/*! openai-wasm-scan-ignore-file */",
      () => `"sk-proj-${random("url", 24)}",`,
    ],
    "keys that are named as none": ["", () => `"${KEY}",`],
    "keys in one line": ["", () => `"sk-proj-${random("url", 24)}",`],
    "ends of words that look like keys": [
      "",
      () => `a${random("lower", 2)}sk-${random("alnum", 32)} `,
    ],
    "strings in a list": ["[", () => `"${random("alnum", 12)}",`],
    sums: ["", () => `"${random("alnum", 12)}"+`],
    "names without a value": ["", () => "mistral openai_api key "],
    "bearer tokens without a server": ["", () => `"Bearer ${random("alnum", 32)}",`],
    backslashes: ["", () => "\\\\\\x\\"],
    blanks: ["", () => "\n                    "],
    "open calls": ["", () => '".concat("'],
  };
  for (const [what, [head, piece]] of Object.entries(CONTENTS)) {
    it(what, { timeout: 300_000 }, async () => {
      const content = (count) => head + Array.from({ length: count }, piece).join("");
      const scanner = new Scanner({ harmless: [KEY] });
      const time = async (text) => {
        const start = process.cpuUsage();
        await scanner.scan([Buffer.from(text)]);
        const { user, system } = process.cpuUsage(start);
        return user + system;
      };
      await time(content(1_000));
      const [few, many] = [await time(content(3_000)), await time(content(24_000))];
      // Eight times as much; what is quadratic takes sixty times as long.
      assert.ok(many < 24 * few + 200_000, `${few} µs, then ${many} µs`);
    });
  }
});
