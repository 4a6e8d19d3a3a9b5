// The scanner's rules: each provider's keys in each coding are found, what only looks like a key is not,
// and no finding shows a key.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";
import {
  disguises,
  generator,
  namedKeys,
  reversed,
  shapedKeys,
  startEscaped,
} from "../support/keys.mjs";

const packed = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "scan", file)).href);
const { Scanner } = await packed("scanner.js");
const { findKeys, PROVIDERS } = await packed("providers.js");

const scan = (content, options) => new Scanner(options).scan([Buffer.from(content)]);
const around = (content) =>
  Buffer.concat([Buffer.from('let a = "'), Buffer.from(content), Buffer.from('";\n')]);

/** No eight characters in a row of a key, but for what all keys of the provider share. */
function assertRedacted(finding, key) {
  const said = JSON.stringify(finding);
  const shared = Math.max(8, finding.excerpt.indexOf("…"));
  for (let at = shared; at + 8 <= key.length; at++)
    assert.ok(!said.includes(key.slice(at, at + 8)), said);
}

describe("a provider's key is found", () => {
  for (const [provider, key] of shapedKeys()) {
    it(`${provider}: ${key.slice(0, 9)}… in every coding, and is not shown`, async () => {
      for (const [coding, disguise] of [
        ...disguises(key),
        ["escaped", startEscaped(key)],
        ["reversed", reversed(key)],
      ]) {
        const { findings } = await scan(around(disguise));
        assert.equal(findings.length, 1, `${coding}: ${JSON.stringify(findings)}`);
        assert.deepEqual(
          [findings[0].kind, findings[0].provider, findings[0].coding],
          ["key", provider, coding],
        );
        assertRedacted(findings[0], key);
      }
    });
  }

  for (const [provider, text] of namedKeys()) {
    it(`${provider} by its name: ${text.slice(0, 20)}… in every coding`, async () => {
      for (const [coding, disguise] of disguises(text)) {
        const { findings } = await scan(around(disguise));
        assert.equal(findings.length, 1, `${coding}: ${JSON.stringify(findings)}`);
        assert.deepEqual(
          [findings[0].kind, findings[0].provider, findings[0].coding],
          ["key", provider, coding],
        );
        assertRedacted(findings[0], text.match(/[\w-]{24,}/g).at(-1));
      }
    });
  }

  it("of every provider that the scanner names at all", () => {
    const tried = new Set([...shapedKeys(), ...namedKeys()].map(([provider]) => provider));
    assert.deepEqual(
      PROVIDERS.filter((provider) => !tried.has(provider)),
      [],
    );
  });

  it("in all but one of a thousand random ones", () => {
    const random = generator(61);
    let missed = 0;
    let tried = 0;
    for (let round = 0; round < 1000; round++) {
      for (const [, key] of shapedKeys(random)) {
        let found = 0;
        findKeys(key, () => found++);
        tried++;
        if (found === 0) missed++;
      }
    }
    assert.ok(missed / tried < 0.001, `${missed} of ${tried}`);
  });

  for (const [provider, key] of shapedKeys()) {
    it(`${provider}: ${key.slice(0, 9)}… between other texts of a binary file, where no gap is`, async () => {
      for (const after of ["", "called `Option::unwrap()`"]) {
        const { findings } = await scan(
          Buffer.concat([
            Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]),
            Buffer.from(`messages${key}${after}`),
          ]),
        );
        assert.deepEqual(
          findings.map(({ provider, offset }) => [provider, offset]),
          [[provider, 16]],
        );
        assert.equal("line" in findings[0], false);
      }
    });

    it(`${provider}: ${key.slice(0, 9)}… behind an escape that ends with a letter`, async () => {
      for (const before of ["\\n", "\\t", "\\r\\n", "%3D", "\\x3d", "\\u003D"]) {
        const { findings } = await scan(`let a = "b${before}${key}";`);
        assert.deepEqual(
          findings.map(({ provider }) => provider),
          [provider],
          before,
        );
      }
    });

    it(`${provider}: ${key.slice(0, 9)}… in pieces that are joined where they stand`, async () => {
      const [start, end] = [key.slice(0, 4), key.slice(4)];
      const source = `"${start}" +\n  '${end}'`;
      for (const text of [
        `"${start}"+"${end}"`,
        source,
        JSON.stringify(source),
        `"".concat("${start}").concat("${end}")`,
        `"${start}\\\n${end}"`,
      ]) {
        const { findings } = await scan(`let a = ${text};`);
        assert.deepEqual(
          findings.map(({ provider, coding }) => [provider, coding]),
          [[provider, "joined"]],
          text,
        );
        assertRedacted(findings[0], key);
      }
    });
  }

  it("with its place: line, column and offset", async () => {
    const key = shapedKeys()[0][1];
    const { findings } = await scan(`let a;\nlet b;\n  let key = "${key}";\nlet c = "${key}";`);
    assert.deepEqual(
      findings.map(({ line, column, offset }) => [line, column, offset]),
      [
        [3, 14, 27],
        [4, 10, 27 + key.length + 12],
      ],
    );
  });

  it("inside an inline source map", async () => {
    const [provider, key] = shapedKeys()[0];
    const map = JSON.stringify({
      version: 3,
      sources: ["a.js"],
      sourcesContent: [`const key = "${key}";\n`],
      mappings: "",
    });
    const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`;
    const { findings } = await scan(inline);
    assert.deepEqual(
      findings.map(({ provider, coding }) => [provider, coding]),
      [[provider, "base64"]],
    );
  });
});

describe("what is no key is not found", () => {
  const random = generator(23);
  const CLEAN = {
    "placeholders of documents":
      "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-... sk-proj-your-api-key-here-0123456789 sk-ant-api03-example-key-for-the-docs-00 gsk_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX AIzaSyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    sequences:
      "sk-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH sk-12345678901234567890123456789012 hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    words:
      "sk-ip-to-content-of-the-page-0 sk-folding-cube disk-usage-of-this-machine-2024 task-3f9c2ab17e5d4c08b6a19f7d2e0c5b48 fw_initializeTheWholeApplication hf_thisIsTheNameOfSomeFunctionThatIsLong",
    "prefixes alone": 'startsWith("sk-") startsWith("gsk_") /^(sk-|gsk_|xai-|pplx-|hf_|AIza|fw_)/',
    "a file named by its content": `assets/disk-${random("hex", 32)}.js task-${random("alnum", 40)}`,
    "base64 of something else": `${random("alnum", 300)}AIza${random("alnum", 600)}sk-${random("alnum", 40)}-${random("url", 500)}`,
    "a name without quotes":
      "  mistralApiKey = theKeyOfTheShopInTheEnvironment2\n  googleKey: await keyOfTheProjectFromTheVault2024\n",
    "a token of another server": `fetch("https://api.example.com", { headers: { authorization: "Bearer ${random("alnum", 32)}" } })`,
    "pieces of a list": `["sk-", "${random("alnum", 48)}"]; "sk-" + name + "${random("alnum", 48)}"`,
    "a variable that is read":
      'const key = process.env.MISTRAL_API_KEY; new Mistral({ apiKey: process.env["MISTRAL_API_KEY"] })',
    "a name beside a short text":
      'mistralApiKey:"see the documents",cohereKey:"",CLOUDFLARE_API_TOKEN:"your-cloudflare-api-token-goes-here"',
    "a page's own key": `{siteKey:"0x4${random("alnum", 30)}",docsearch:{apiKey:"${random("hex", 32)}"}}`,
    nothing: "",
  };
  for (const [what, text] of Object.entries(CLEAN)) {
    it(what, async () => assert.deepEqual((await scan(text)).findings, []));
  }

  it("minified libraries, source maps and WebAssembly of real packages", {
    timeout: 240_000,
  }, async () => {
    const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
    const corpus = [
      "openai",
      "zod",
      "jose",
      "esbuild",
      "eventsource-parser",
      "webpack",
      "unplugin",
      "terser",
      "rollup",
      "typescript/lib",
      "undici",
      "puppeteer-core/lib",
      "miniflare",
      "tslib",
      "ws",
      "@rollup",
      "acorn",
      "source-map-js",
    ];
    const scanner = new Scanner();
    let files = 0;
    for (const name of corpus) {
      const entries = await readdir(join(modules, name), {
        recursive: true,
        withFileTypes: true,
      }).catch(() => []);
      for (const entry of entries.filter(
        (one) => one.isFile() && /\.(?:[cm]?js|map|wasm|json)$/.test(one.name),
      )) {
        const file = join(entry.parentPath, entry.name);
        const { findings } = await scanner.scan([await readFile(file)]);
        assert.deepEqual(findings, [], file);
        files++;
      }
    }
    assert.ok(files > 1000, `${files} files`);
  });
});

describe("a comment", () => {
  const [, key] = shapedKeys()[0];
  const CASES = [
    ["on the line exempts", `"${key}" /*! openai-wasm-scan-ignore */`, true],
    [
      "on the line before exempts",
      `// openai-wasm-scan-ignore: the key of a demo\nlet a = "${key}";`,
      true,
    ],
    ["two lines before does not", `// openai-wasm-scan-ignore\n\nlet a = "${key}";`, false],
    ["on the line after does not", `let a = "${key}";\n// openai-wasm-scan-ignore`, false],
    [
      "elsewhere in a minified line does not",
      `/*! openai-wasm-scan-ignore */${"x=1;".repeat(100)}let a="${key}"`,
      false,
    ],
    [
      "at the file's start exempts the file",
      `/*! openai-wasm-scan-ignore-file */\n${"\n".repeat(50)}"${key}"`,
      true,
    ],
    [
      "for the file does nothing further on",
      `${"x=1;\n".repeat(200)}/*! openai-wasm-scan-ignore-file */"${key}"`,
      false,
    ],
  ];
  for (const [what, text, exempt] of CASES) {
    it(what, async () => {
      const { findings, ignored } = await scan(text);
      assert.deepEqual([findings.length, ignored], exempt ? [0, 1] : [1, 0]);
    });
  }

  it("is not needed for a text that is named as harmless, in whatever coding", async () => {
    const harmless = [key];
    for (const text of [`"${key}"`, Buffer.from(` ${key} `).toString("base64"), reversed(key)]) {
      assert.equal((await scan(text)).findings.length, 1);
      assert.deepEqual((await scan(text, { harmless })).findings, []);
    }
    assert.equal((await scan(`"${key}x"`, { harmless })).findings.length, 1);
    const secret = { secrets: [{ name: "A_KEY", value: key }], harmless };
    assert.deepEqual(
      (await scan(key, secret)).findings.map(({ kind }) => kind),
      ["environment"],
    );
  });

  it("on a hundred keys does not hide the next one", async () => {
    const random = generator(53);
    const line = (end) => `"sk-proj-${random("url", 60)}"${end}\n`;
    const { findings, ignored } = await scan(
      Array.from({ length: 120 }, () => line(" // openai-wasm-scan-ignore")).join("") +
        "\n".repeat(2) +
        line(""),
    );
    assert.deepEqual([findings.map(({ line }) => line), ignored], [[123], 120]);
    const many = await scan(Array.from({ length: 500 }, () => line("")).join(""));
    assert.equal(many.findings.length, 100);
  });

  it("does not exempt a build that can hold a key", async () => {
    const { findings } = await scan(
      "/*! openai-wasm-scan-ignore-file */ openai-wasm key-holding build",
    );
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ["key-holding-entry"],
    );
    assert.deepEqual(
      (await scan("openai-wasm key-holding build", { target: "server" })).findings,
      [],
    );
  });
});

it("a file is scanned in pieces of any size, with the same findings", async () => {
  const random = generator(41);
  const keys = shapedKeys().map(([, key]) => key);
  const filler = () => `${random("lower", 50)} `.repeat(2000);
  const content = Buffer.from(
    keys
      .flatMap((key) => [
        filler(),
        `"${key}"`,
        "\n",
        filler(),
        Buffer.from(key).toString("base64"),
        "\n",
      ])
      .join(""),
  );
  const expected = (await new Scanner().scan([content])).findings;
  assert.equal(expected.length, 2 * keys.length);
  for (const size of [64 * 1024, 1_000_003]) {
    const pieces = [];
    for (let at = 0; at < content.length; at += size) pieces.push(content.subarray(at, at + size));
    assert.deepEqual((await new Scanner().scan(pieces)).findings, expected, `${size}`);
  }
});

it("a key is found wherever it lies across the edges of a large file's windows", async () => {
  const [, key] = shapedKeys()[0];
  const WINDOW = 4 * 2 ** 20;
  for (const at of [
    WINDOW - 100,
    WINDOW,
    WINDOW + 8192,
    WINDOW + 12_250,
    WINDOW + 12_288,
    WINDOW + 16_300,
    WINDOW + 16_384,
    2 * WINDOW,
  ]) {
    const content = Buffer.alloc(3 * WINDOW, "a b\n");
    content.write(`"${key}"`, at);
    const { findings, bytes } = await new Scanner().scan([content]);
    assert.deepEqual(
      findings.map(({ offset, line }) => [offset, line]),
      [[at + 1, Math.floor(at / 4) + 1]],
      `${at}`,
    );
    assert.equal(bytes, content.length);
  }
});
