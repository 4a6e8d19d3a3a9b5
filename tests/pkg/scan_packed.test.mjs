// What is packed is opened, in as many layers as a build has, and no further than its size allows.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import * as zlib from "node:zlib";

import { generator, shapedKeys } from "../support/keys.mjs";
import { setting } from "../support/program.mjs";

const packed = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "scan", file)).href);
const { Scanner } = await packed("scanner.js");
const { scanContents } = await packed("files.js");
const { printable, printableJson, reportOf } = await packed("report.js");

const { gzipSync, deflateSync, deflateRawSync, brotliCompressSync } = zlib;
const [[, KEY]] = shapedKeys();
const random = generator(97);
/** Code that holds the key somewhere. */
const CODE = Buffer.from(
  Array.from({ length: 300 }, (_, index) =>
    index === 150 ? `let key = "${KEY}";\n` : `let a${index} = "${random("alnum", 20)}";\n`,
  ).join(""),
);
const WASM = Buffer.concat([
  Buffer.from("\0asm\x01\0\0\0", "latin1"),
  Buffer.alloc(5000, "data\0"),
  CODE,
  Buffer.alloc(500),
]);

const scan = (name, content, options) => scanContents(new Scanner(options), [[name, content]]);
const string = (bytes, encoding = "base64") => `export default "${bytes.toString(encoding)}";\n`;

/** One entry (APPNOTE.TXT, section 4.3.7), without the directory behind it. */
function zip(name, content, { method = 8, flags = 0 } = {}) {
  const data = method === 8 ? deflateRawSync(content) : content;
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", "latin1");
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), data]);
}

function tar(name, content) {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(`${content.length.toString(8).padStart(11, "0")} `, 124);
  return Buffer.concat([header, content, Buffer.alloc(1024 - (content.length % 512))]);
}

const PACKED = {
  gzip: ["a.js.gz", gzipSync(CODE)],
  "gzip, whatever it is called": ["index.pf_meta", gzipSync(CODE)],
  Brotli: ["a.js.br", brotliCompressSync(CODE)],
  "deflate with a head": ["a.js.zz", deflateSync(CODE)],
  "deflate with a head, whatever it is called": ["a.bin", deflateSync(CODE)],
  "deflate with a head that a name speaks of": ["a.js.deflate", deflateSync(CODE)],
  "deflate without a head that a name speaks of": ["a.js.deflate", deflateRawSync(CODE)],
  "gzip in gzip": ["a.js.gz", gzipSync(gzipSync(CODE))],
  "gzip in WebAssembly": [
    "a.wasm",
    Buffer.concat([WASM.subarray(0, 3000), gzipSync(CODE), WASM.subarray(0, 3000)]),
  ],
  "a zip": ["a.zip", zip("b.js", CODE)],
  "the second file of a zip": [
    "a.zip",
    Buffer.concat([zip("a.js", Buffer.from("let a;")), zip("b.js", CODE)]),
  ],
  "gzip in a zip": ["a.zip", zip("b.js.gz", gzipSync(CODE), { method: 0 })],
  "Brotli in a zip": ["a.zip", zip("b.js.br", brotliCompressSync(CODE), { method: 0 })],
  "a zip in a zip": ["a.zip", zip("b.zip", zip("c.js", CODE))],
  "a tar in gzip": ["a.tgz", gzipSync(tar("b.js", CODE))],
  "gzip in a tar": ["a.tar", tar("b.js.gz", gzipSync(CODE))],
  "gzip in base64": ["a.js", string(gzipSync(CODE))],
  "deflate with a head in base64": ["a.js", string(deflateSync(CODE))],
  "bare deflate in base64": ["a.js", string(deflateRawSync(CODE))],
  "bare deflate in base64 for addresses": ["a.js", string(deflateRawSync(CODE), "base64url")],
  "WebAssembly as bare deflate in base64": ["a.js", string(deflateRawSync(WASM))],
  "a data URL": [
    "a.html",
    `<script src="data:text/javascript;base64,${gzipSync(CODE).toString("base64")}"></script>`,
  ],
  "a zip in base64": ["a.js", string(zip("b.js", CODE))],
  "base64 of deflate in an inline source map": [
    "a.js",
    `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify({ sourcesContent: [`${"let a;\n".repeat(200)}${string(deflateRawSync(CODE))}`] })).toString("base64")}`,
  ],
};

describe("a key is found in", () => {
  for (const [what, [name, content]] of Object.entries(PACKED)) {
    it(what, async () => {
      const { findings, files } = await scan(name, content);
      assert.deepEqual(
        findings.map(({ provider, file }) => [provider, file.replace(/: [^)]*/, "")]),
        [["OpenAI", `${name} (unpacked)`]],
        what,
      );
      assert.equal(files, 1);
      assert.ok(!JSON.stringify(findings).includes(KEY.slice(8, 16)));
    });
  }

  it("bare deflate in base64 that is larger than the scan's window", {
    timeout: 300_000,
  }, async () => {
    const noise = Buffer.from(random("alnum", 300_000));
    const large = Buffer.concat([
      ...Array.from({ length: 13 }, (_, index) =>
        Buffer.from(noise.map((byte) => byte ^ (index & 3))),
      ),
      CODE,
    ]);
    const stored = deflateRawSync(large, { level: 0 });
    assert.ok(stored.toString("base64").length > 4.5 * 2 ** 20);
    const { findings } = await scan("a.js", string(stored));
    assert.ok(
      findings.some(({ provider, file }) => provider === "OpenAI" && file === "a.js (unpacked)"),
      JSON.stringify(findings),
    );
  });

  it("Zstandard, or Node.js is too old and says so", async () => {
    // Of an empty frame and of the key in a raw block (RFC 8878, section 3.1.1).
    const content = Buffer.from(KEY);
    const block = Buffer.alloc(3);
    block.writeUIntLE((content.length << 3) | 1, 0, 3);
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length]),
      block,
      content,
    ]);
    const compressed = zlib.zstdCompressSync?.(CODE) ?? frame;
    const { findings } = await scan("a.js.zst", compressed);
    if (zlib.zstdCompressSync)
      assert.deepEqual(
        findings.map(({ file, provider }) => [file, provider]),
        [["a.js.zst (unpacked)", "OpenAI"]],
      );
    else
      assert.match(
        reportOf({ findings }),
        /a\.js\.zst: not scanned: Node\.js 22\.15 or later is needed to open Zstandard/,
      );
  });
});

describe("what cannot be opened whole is a finding:", () => {
  const bomb = (bytes) => gzipSync(Buffer.alloc(bytes));
  const CASES = {
    "a small file that unpacks to far more": [
      "a.gz",
      bomb(64 * 2 ** 20),
      /^a\.gz: not scanned: it unpacks to more than 3\d MiB$/m,
    ],
    "the same in base64": [
      "a.js",
      string(bomb(64 * 2 ** 20)),
      /^a\.js: not scanned: it unpacks to more than 3\d MiB$/m,
    ],
    "many parts that are too much together": [
      "a.zip",
      Buffer.concat(
        Array.from({ length: 6 }, (_, index) => zip(`${index}`, Buffer.alloc(8 * 2 ** 20))),
      ),
      /^a\.zip: not scanned: it unpacks to more than/m,
    ],
    "what is packed too often": [
      "a.gz",
      Array.from({ length: 9 }).reduce(gzipSync, CODE),
      /^a\.gz: not scanned: it is packed more than 5 times$/m,
    ],
    "an encrypted zip": [
      "a.zip",
      zip("b.js", CODE, { flags: 1 }),
      /^a\.zip: not scanned: it holds a file that is packed by method 8, encrypted$/m,
    ],
    "a zip of another method": [
      "a.zip",
      zip("b.js", deflateRawSync(CODE), { method: 14 }),
      /^a\.zip: not scanned: it holds a file that is packed by method 14$/m,
    ],
  };
  for (const [what, [name, content, says]] of Object.entries(CASES)) {
    it(what, { timeout: 300_000 }, async () => {
      const { findings } = await scan(name, content);
      const report = reportOf({ findings }).replaceAll("  a", "a");
      assert.match(report, says);
      assert.match(report, /1 part that could not be scanned.*\n[^]*left out by `exclude`/);
    });
  }
});

describe("what is not packed is taken as it is:", () => {
  const CASES = {
    "a text that begins like gzip": [
      "a.bin",
      Buffer.from("\x1f\x8b\x08 is the mark of gzip", "latin1"),
    ],
    "a text that begins like zlib": ["a.js", "x^2"],
    "a library that knows the marks": [
      "a.wasm",
      Buffer.from("\0asm PK\x03\x04 \x28\xb5\x2f \x1f\x8b\x08 \0\0", "latin1"),
    ],
    hashes: [
      "a.json",
      JSON.stringify(Array.from({ length: 2000 }, () => `sha512-${random("base64", 86)}==`)),
    ],
    "random base64": ["a.js", `"${random("base64", 200_000)}"`],
    "long words": [
      "a.txt",
      `${"content_of_the_page_".repeat(200)} /a/b/c/${"directory/".repeat(50)}`,
    ],
    nothing: ["a.js", ""],
  };
  for (const [what, [name, content]] of Object.entries(CASES)) {
    it(what, async () => assert.deepEqual((await scan(name, content)).findings, []));
  }
});

describe("a file's name", () => {
  it("that holds a key is a finding, and is not shown", async () => {
    for (const name of [
      `assets/${KEY}.js`,
      `${Buffer.from(` ${KEY} `).toString("base64url")}.js`,
    ]) {
      const { findings } = await scan(name, `"${KEY}"`);
      assert.deepEqual(
        findings.map(({ provider }) => provider),
        ["OpenAI", "OpenAI"],
        name,
      );
      assert.match(reportOf({ findings }), /…\.js: a key of OpenAI: .* \(file name\)$/m);
      const said = `${JSON.stringify(findings)}${reportOf({ findings })}`;
      assert.ok(!said.includes(KEY.slice(8, 16)) && !said.includes(name.slice(20, 30)), said);
    }
    const secret = { secrets: [{ name: "A_TOKEN", value: "hunter2-hunter3" }] };
    assert.deepEqual(
      (await scan("a-hunter2-hunter3.js", "", secret)).findings.map(({ name }) => name),
      ["A_TOKEN"],
    );
  });

  it("that would steer a terminal is escaped", () => {
    assert.equal(
      printable("a\u202ecod.js\n\x1b[2J\u2066é"),
      "a\\u{202e}cod.js\\u{a}\\u{1b}[2J\\u{2066}é",
    );
    const json = JSON.stringify({ file: "a\u202ecod\u{e0001}.js" }, undefined, 2);
    assert.ok(!/[\u202e\u{e0001}]/u.test(printableJson(json)));
    assert.deepEqual(JSON.parse(printableJson(json)), JSON.parse(json));
  });
});

it("a source map whose sources are no strings is scanned all the same", async () => {
  for (const sources of [
    [{ toString: 1 }],
    { __proto__: null },
    "a.js",
    7,
    null,
    [null],
    [["a"]],
  ]) {
    const { findings } = await scan(
      "a.js.map",
      JSON.stringify({ version: 3, sources, sourcesContent: [`"${KEY}"`] }),
    );
    assert.deepEqual(
      findings.map(({ provider, source }) => [provider, source]),
      [["OpenAI", "?:1"]],
      JSON.stringify(sources),
    );
  }
});
