// The command `openai-wasm scan`, as a build script runs it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, open, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { shapedKeys } from "../support/keys.mjs";
import { setting } from "../support/program.mjs";

const [[, KEY]] = shapedKeys();
const packed = setting("OPENAI_WASM_PKG");

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-scan-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs it in a folder of the given files; `{ code, stdout, stderr }`. */
async function scan(args, files = {}, env = {}) {
  const cwd = await mkdtemp(join(folder, "app-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    if (content !== null) await writeFile(join(cwd, path), content);
  }
  return run(args, cwd, env);
}

const run = (args, cwd, env, node = []) =>
  new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env.PATH, ...env } };
    execFile(
      process.execPath,
      [...node, join(packed, "scan/cli.js"), ...args],
      options,
      (error, stdout, stderr) => {
        assert.ok(!`${stdout}${stderr}`.includes(KEY.slice(8, 20)), "the key is shown");
        resolve({ code: error?.code ?? 0, stdout, stderr });
      },
    );
  });

describe("openai-wasm scan", () => {
  it("passes a clean build with 0", async () => {
    const { code, stdout, stderr } = await scan(["scan", "dist"], {
      "dist/a.js": "let a;",
      "dist/b/c.css": "a{}",
    });
    assert.deepEqual([code, stdout, stderr], [0, "2 files scanned, 0 secrets found\n", ""]);
  });

  it("refuses a leaky one with 1, and says where", async () => {
    const { code, stdout, stderr } = await scan(["scan", "dist"], {
      "dist/assets/a.js": `let a;\nlet b="${KEY}";`,
    });
    assert.equal(code, 1);
    assert.equal(stdout, "1 file scanned, 1 secret found\n");
    assert.match(
      stderr,
      /^ {2}dist\/assets\/a\.js:2:8: a key of OpenAI: sk-proj-… \(164 characters\)$/m,
    );
    assert.match(stderr, /revoke it/);
  });

  it("prints JSON", async () => {
    const { code, stdout } = await scan(
      ["scan", "--json", "dist"],
      { "dist/a.js": `"${KEY}"` },
      { A_TOKEN: "short" },
    );
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), {
      findings: [
        {
          file: "dist/a.js",
          kind: "key",
          provider: "OpenAI",
          coding: "raw",
          excerpt: "sk-proj-… (164 characters)",
          offset: 1,
          line: 1,
          column: 2,
        },
      ],
      files: 1,
      bytes: KEY.length + 2,
      ignored: 0,
      skipped: [{ name: "A_TOKEN", why: "has fewer than 8 characters" }],
    });
  });

  it("finds secrets of the environment, and those of .env files and .dev.vars", async () => {
    const files = {
      "dist/a.js": '"from-the-process-1" "from-dot-env-22" "from-dev-vars-3"',
      ".env": "A_SECRET=from-dot-env-22\n",
      ".dev.vars": "SESSION_SECRET=from-dev-vars-3\nPLAIN=from-the",
    };
    const { code, stderr } = await scan(["scan", "dist"], files, {
      MY_API_KEY: "from-the-process-1",
    });
    assert.equal(code, 1);
    for (const name of ["MY_API_KEY", "A_SECRET", "SESSION_SECRET"])
      assert.match(stderr, new RegExp(`the value of ${name}$`, "m"));
    assert.ok(!stderr.includes("from-"), stderr);
    const ignored = await scan(
      [
        "scan",
        "dist",
        "--ignore-env",
        "MY_API_KEY",
        "--ignore-env",
        "A_SECRET",
        "--ignore-env=SESSION_SECRET",
      ],
      files,
      { MY_API_KEY: "from-the-process-1" },
    );
    assert.equal(ignored.code, 0, ignored.stderr);
    const named = await scan(
      ["scan", "dist", "--env", "MY_THING"],
      { "dist/a.js": "a-thing-of-mine-4" },
      { MY_THING: "a-thing-of-mine-4" },
    );
    assert.equal(named.code, 1);
  });

  it("opens what was compressed beforehand", async () => {
    for (const [name, content] of [
      ["a.js.gz", gzipSync(KEY)],
      ["index.pf_meta", gzipSync(KEY)],
      ["a.js.br", brotliCompressSync(KEY)],
    ]) {
      const { code, stderr } = await scan(["scan", "dist"], { [`dist/${name}`]: content });
      assert.equal(code, 1, name);
      assert.match(stderr, new RegExp(`dist/${name} \\(unpacked\\):1:1: a key of OpenAI`));
    }
  });

  it("takes a file for what it is that only begins like a compressed one", async () => {
    const { code, stdout } = await scan(["scan", "dist"], {
      "dist/a.bin": Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(KEY)]),
    });
    assert.deepEqual([code, stdout], [1, "1 file scanned, 1 secret found\n"]);
  });

  it("follows links, and a folder that links to itself ends", async () => {
    const cwd = await mkdtemp(join(folder, "links-"));
    await mkdir(join(cwd, "dist"));
    await mkdir(join(cwd, "elsewhere"));
    await writeFile(join(cwd, "elsewhere/a.js"), `"${KEY}"`);
    await symlink(join(cwd, "elsewhere"), join(cwd, "dist/linked"));
    await symlink(join(cwd, "dist"), join(cwd, "dist/again"));
    const { code, stderr } = await run(["scan", "dist"], cwd);
    assert.equal(code, 1);
    assert.match(stderr, /dist\/linked\/a\.js:1:2/);
  });

  it("leaves out what is excluded, providers that are public, and what a comment exempts, and counts the last", async () => {
    const google = shapedKeys().find(([provider]) => provider === "Google")[1];
    const files = {
      "dist/a.js": `"${google}"`,
      "dist/docs/b.js": `"${KEY}"`,
      "dist/c.js": `"${KEY}" // openai-wasm-scan-ignore`,
    };
    const { code, stdout, stderr } = await scan(
      ["scan", "dist", "--ignore-provider", "google", "--exclude", "docs/**"],
      files,
    );
    assert.deepEqual(
      [code, stdout],
      [0, "2 files scanned, 0 secrets found, 1 ignored by a comment\n"],
      stderr,
    );
    for (const exclude of ["docs", "docs/*.js", "**/b.js", "./docs/"]) {
      assert.equal(
        (await scan(["scan", "dist", "--ignore-provider=google", "--exclude", exclude], files))
          .code,
        0,
        exclude,
      );
    }
    assert.equal(
      (await scan(["scan", "dist", "--ignore-provider=google", "--exclude", "*.js"], files)).code,
      1,
    );
  });

  it("leaves out a text that is named as none", async () => {
    const files = { "dist/a.js": `"${KEY}"` };
    assert.equal((await scan(["scan", "dist", "--ignore-value", KEY], files)).code, 0);
    assert.equal((await scan(["scan", "dist", "--ignore-value", KEY.slice(0, -1)], files)).code, 1);
    const secret = await scan(["scan", "dist", "--ignore-value", KEY], files, { A_KEY: KEY });
    assert.match(secret.stderr, /the value of A_KEY$/m);
  });

  it("ends with 2 for what it did not foresee, since 1 says that it was done", async () => {
    const cwd = await mkdtemp(join(folder, "unforeseen-"));
    await writeFile(join(cwd, "a.js"), "let a;");
    await writeFile(
      join(cwd, "break.mjs"),
      'import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";\nfs.promises.stat = () => { throw new TypeError("unforeseen"); };\nsyncBuiltinESMExports();\n',
    );
    const { code, stderr } = await run(["scan", "a.js"], cwd, {}, ["--import", "./break.mjs"]);
    assert.equal(code, 2, stderr);
  });

  it("reads a file that is larger than the memory that it gets", { timeout: 120_000 }, async () => {
    const cwd = await mkdtemp(join(folder, "large-"));
    const file = await open(join(cwd, "large.bin"), "w");
    const size = 192 * 2 ** 20;
    await file.truncate(size);
    await file.write(KEY, size);
    await file.close();
    const { code, stderr } = await run(["scan", "."], cwd, {}, ["--max-old-space-size=96"]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`large\\.bin:byte ${size}: a key of OpenAI`));
  });

  const WRONG = [
    ["no command", [], /^Usage/],
    ["an unknown command", ["check", "dist"], /there is no command "check"/],
    ["no path", ["scan"], /^Usage/],
    ["an unknown option", ["scan", "--quick", "dist"], /--quick/],
    ["a path that does not exist", ["scan", "dist", "nowhere"], /nowhere does not exist/],
    ["an empty folder", ["scan", "empty"], /there is no file to scan in empty/],
    [
      "a folder of which all is excluded",
      ["scan", "dist", "--exclude", "**"],
      /there is no file to scan/,
    ],
    [
      "an unknown target",
      ["scan", "--target", "phone", "dist"],
      /target: must be "browser" or "server"/,
    ],
    [
      "an unknown provider",
      ["scan", "--ignore-provider", "acme", "dist"],
      /knows no provider "acme": .*anthropic, /,
    ],
    [
      "a file of variables that does not exist",
      ["scan", "--vars-file", ".env.x", "dist"],
      /\.env\.x cannot be read: ENOENT/,
    ],
    [
      "a compressed file that is broken",
      ["scan", "broken"],
      /broken\/a\.js\.br cannot be scanned: Z_BUF_ERROR/,
    ],
    ["another that is broken", ["scan", "torn"], /torn\/a\.js\.gz cannot be scanned: Z_/],
  ];
  for (const [what, args, says] of WRONG) {
    it(`ends with 2 for ${what}`, async () => {
      const { code, stdout, stderr } = await scan(args, {
        "dist/a.js": "let a;",
        "empty/.keep/x": null,
        "broken/a.js.br": "let a;",
        "torn/a.js.gz": gzipSync("let a;").subarray(0, 15),
      });
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr.replace(/^openai-wasm: /, ""), says);
    });
  }

  it("tells how it is used, and its version", async () => {
    assert.match(
      (await scan(["--help"])).stdout,
      /^Usage: openai-wasm init FOLDER\n {7}openai-wasm scan/,
    );
    assert.match((await scan(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

it("the demo's page is clean, and its Worker is one that can hold a key", async () => {
  assert.equal((await run(["scan", setting("DEMO_SITE")], folder)).code, 0);
  const worker = await run(["scan", setting("DEMO_WORKER")], folder);
  assert.equal(worker.code, 1);
  assert.match(worker.stderr, /\.js:\d+:\d+: openai-wasm\/edge or openai-wasm\/proxy/);
  assert.match(worker.stderr, /\.wasm:byte \d+: openai-wasm\/edge or openai-wasm\/proxy/);
  assert.equal((await run(["scan", "--target=server", setting("DEMO_WORKER")], folder)).code, 0);
});

it("npx runs it in a project that installed the package", { timeout: 120_000 }, async () => {
  const project = await mkdtemp(join(folder, "project-"));
  await writeFile(join(project, "package.json"), '{"name":"user","private":true}');
  await mkdir(join(project, "dist"));
  await writeFile(join(project, "dist/a.js"), `"${KEY}"`);
  const [npm, npx] = process.platform === "win32" ? ["npm.cmd", "npx.cmd"] : ["npm", "npx"];
  const options = { cwd: project };
  await promisify(execFile)(
    npm,
    ["install", packed, "--offline", "--no-audit", "--no-fund"],
    options,
  );
  const failed = await promisify(execFile)(
    npx,
    ["--offline", "openai-wasm", "scan", "dist"],
    options,
  ).catch((error) => error);
  assert.equal(failed.code, 1, failed.stderr);
  await writeFile(join(project, "dist/a.js"), "let a;");
  assert.match(
    (await promisify(execFile)(npx, ["--offline", "openai-wasm", "scan", "dist"], options)).stdout,
    /0 secrets found/,
  );
});
