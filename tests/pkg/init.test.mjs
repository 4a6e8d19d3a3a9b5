// `openai-wasm init`, and what each command of the start says where something is missing: one line, with the remedy.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

import { freePort, setting } from "../support/program.mjs";

const packed = setting("OPENAI_WASM_PKG");
const { version } = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));
const OLD_NODE =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.4'}})";

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-init-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const run = (cwd, file, args, node = []) =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH };
    execFile(process.execPath, [...node, file, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
const init = (cwd, args, node, bin = join(packed, "bin.js")) =>
  run(cwd, bin, ["init", ...args], node);

/** An empty folder with these files. */
async function place(files = {}) {
  const cwd = await mkdtemp(join(folder, "place-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), content);
  }
  return cwd;
}

/** A project that `init` made; not installed. */
async function project() {
  const cwd = await place();
  assert.equal((await init(cwd, ["my-app"])).code, 0);
  return join(cwd, "my-app");
}

const read = (app, file) => readFile(join(app, file), "utf8");

describe("openai-wasm init", () => {
  it("makes a project of that name, with this version and secrets of its own", async () => {
    const cwd = await place();
    const { code, stdout, stderr } = await init(cwd, ["My App"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /cd "My App"\n {2}npm install\n {2}npm run dev\n\nWithout a key a script/);
    const app = join(cwd, "My App");
    const manifest = JSON.parse(await read(app, "package.json"));
    assert.equal(manifest.name, "my-app");
    // Here it runs from a folder, which is what the project then depends on.
    const from = resolve(app, manifest.dependencies["openai-wasm"].replace(/^file:/, ""));
    assert.equal(await realpath(from), await realpath(packed));
    assert.match(await read(app, "wrangler.jsonc"), /^ {2}"name": "my-app",$/m);
    assert.match(await read(app, ".gitignore"), /^\.dev\.vars\*$/m);
    assert.match(await read(app, ".dev.vars"), /^SESSION_SECRET=[\w-]{43}$/m);
    assert.equal((await stat(join(app, ".dev.vars"))).mode & 0o077, 0);

    const another = await project();
    assert.notEqual(await read(another, ".dev.vars"), await read(app, ".dev.vars"));
  });

  it("depends on the tarball that it was installed from", async () => {
    const cwd = await place({
      "tool/node_modules/.package-lock.json": JSON.stringify({
        packages: { "node_modules/openai-wasm": { resolved: "file:../openai-wasm.tgz" } },
      }),
    });
    const installed = join(cwd, "tool/node_modules/openai-wasm");
    await cp(packed, installed, { recursive: true });
    await init(cwd, ["my-app"], [], join(installed, "bin.js"));
    const { dependencies } = JSON.parse(await read(cwd, "my-app/package.json"));
    assert.equal(dependencies["openai-wasm"], "file:../openai-wasm.tgz");
  });

  it("depends on its version where it was installed from a registry", async () => {
    const cwd = await place();
    const installed = join(cwd, "tool/node_modules/openai-wasm");
    await cp(packed, installed, { recursive: true });
    await init(cwd, ["my-app"], [], join(installed, "bin.js"));
    const { dependencies } = JSON.parse(await read(cwd, "my-app/package.json"));
    assert.equal(dependencies["openai-wasm"], `^${version}`);
  });

  it("takes an empty folder, and one that has only a repository", async () => {
    const cwd = await place({ ".git/HEAD": "" });
    assert.equal((await init(cwd, ["."])).code, 0);
  });

  const refused = [
    ["a folder that is not empty", ["full"], /^openai-wasm: full is not empty: name a new folder/],
    ["a file", ["file"], /^openai-wasm: file cannot be made: is a file\. Name a new folder\.$/],
    ["no name", [], /^openai-wasm: Usage: npx openai-wasm init FOLDER/],
    ["an option", ["--yes"], /^openai-wasm: Usage:/],
    ["two names", ["one", "two"], /^openai-wasm: Usage:/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what} in one line`, async () => {
      const cwd = await place({ "full/a.txt": "mine", file: "" });
      const { code, stdout, stderr } = await init(cwd, args);
      assert.deepEqual([code, stdout], [2, ""]);
      oneLine(stderr, message);
      assert.equal(await read(cwd, "full/a.txt"), "mine");
    });
  }

  it("names a Node.js that is too old, as every command does", async () => {
    const message = /^openai-wasm: Node\.js 18\.20\.4 is too old: install Node\.js 20\.12 or later/;
    const cwd = await place({ "dist/a.js": "" });
    for (const args of [["init", "my-app"], ["scan", "dist"], []]) {
      const bin = join(packed, "bin.js");
      const { code, stderr } = await run(cwd, bin, args, ["--import", OLD_NODE]);
      assert.equal(code, 2, args.join(" "));
      oneLine(stderr, message);
      assert.equal((await run(cwd, bin, ["scan", "dist"])).code, 0, "the control");
    }
  });
});

describe("the start's commands", () => {
  const command = (app, name, args = [], node = []) =>
    run(app, join(app, "tools", `${name}.js`), args, node);

  it("name a Node.js that is too old", async () => {
    const app = await project();
    for (const name of ["dev", "deploy"]) {
      const { code, stderr } = await command(app, name, [], ["--import", OLD_NODE]);
      assert.equal(code, 1);
      oneLine(stderr, /^Node\.js 18\.20\.4 is too old: install Node\.js 20\.12\.0 or later/);
    }
  });

  it("dev names a port that is taken, and another", async (context) => {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "localhost", resolve));
    context.after(() => server.close());
    const { port } = server.address();
    const { code, stderr } = await command(await project(), "dev", ["--port", String(port)]);
    assert.equal(code, 1);
    oneLine(
      stderr,
      new RegExp(`^Port ${port} is taken: .npm run dev -- --port ${port + 1}. takes`),
    );
  });

  it("dev refuses what is no port", async () => {
    const app = await project();
    for (const args of [["--port", "web"], ["--port", "0"], ["--port"], ["--ports", "1"]]) {
      const { code, stderr } = await command(app, "dev", args);
      assert.equal(code, 1, args.join(" "));
      oneLine(stderr, /^Usage: npm run dev \[-- --port NUMBER\], from 1 to 65534/);
    }
  });

  it("dev makes a missing .dev.vars, and says that a stand-in answers", async () => {
    const app = await project();
    await rm(join(app, ".dev.vars"));
    const { code, stdout, stderr } = await command(app, "dev", [
      "--port",
      String(await freePort()),
    ]);
    assert.equal(code, 1);
    assert.equal(
      stdout,
      "Made .dev.vars, with a new SESSION_SECRET. Put your key into it.\nNo OPENAI_API_KEY in .dev.vars: a script answers in place of a model.\n",
    );
    oneLine(stderr, /^Wrangler is not installed: run `npm install` first\.$/);
    assert.match(await read(app, ".dev.vars"), /^SESSION_SECRET=[\w-]{43}$/m);
  });

  it("deploy wants a key, and a server that the Worker can reach", async () => {
    const app = await project();
    const without = await command(app, "deploy");
    assert.equal(without.code, 1);
    oneLine(
      without.stderr,
      /^No OPENAI_API_KEY in \.dev\.vars: the deployed Worker needs your key/,
    );

    const vars = "OPENAI_API_KEY=made-up\nOPENAI_BASE_URL=http://localhost:11434/v1\n";
    await writeFile(join(app, ".dev.vars"), vars);
    const local = await command(app, "deploy");
    assert.equal(local.code, 1);
    oneLine(local.stderr, /^OPENAI_BASE_URL in \.dev\.vars is a plain http:\/\/ address/);
  });

  it("deploy hands the secrets to Wrangler in a file that is gone afterwards", async () => {
    const app = await project();
    // Wrangler's place is taken by a program that tells what it was given.
    const spy = await place({
      "package.json": JSON.stringify({ name: "wrangler", bin: { wrangler: "bin.js" } }),
      "bin.js": `const { readFileSync, statSync } = require("node:fs");
const args = process.argv.slice(2);
const file = args[args.indexOf("--secrets-file") + 1];
console.log(JSON.stringify({ args, file, mode: statSync(file).mode & 0o777, secrets: JSON.parse(readFileSync(file, "utf8")) }));
`,
    });
    await mkdir(join(app, "node_modules"));
    await symlink(spy, join(app, "node_modules/wrangler"), "dir");
    const vars = await read(app, ".dev.vars");
    const OPENAI_API_KEY = "made-up-key-of-the-test";
    await writeFile(
      join(app, ".dev.vars"),
      vars.replace("OPENAI_API_KEY=", `OPENAI_API_KEY=${OPENAI_API_KEY}`),
    );
    const first = await command(app, "deploy");
    assert.equal(first.code, 0, first.stderr);
    const [given, note] = first.stdout.split("\n");
    const { args, file, mode, secrets } = JSON.parse(given);
    assert.deepEqual(args, ["deploy", "--secrets-file", file]);
    assert.equal(mode, 0o600);
    await assert.rejects(stat(file), { code: "ENOENT" });
    assert.deepEqual(Object.keys(secrets).sort(), [
      "ACCESS_CODE",
      "OPENAI_API_KEY",
      "OPENAI_BASE_URL",
      "SESSION_SECRET",
    ]);
    assert.equal(secrets.OPENAI_API_KEY, OPENAI_API_KEY);
    assert.ok(secrets.ACCESS_CODE.length >= 16);
    assert.ok(!vars.includes(secrets.SESSION_SECRET), "not the secret of this machine");
    assert.match(note, new RegExp(`access code.*: ${secrets.ACCESS_CODE}$`));

    const again = async () => JSON.parse((await command(app, "deploy")).stdout.split("\n")[0]);
    const second = await again();
    assert.deepEqual(second.secrets, secrets, "a new deployment keeps the sessions and the code");

    // Wrangler keeps what an upload does not name, so the server is always named.
    assert.equal(secrets.OPENAI_BASE_URL, "https://api.openai.com/v1");
    const OPENAI_BASE_URL = "https://models.example.com/v1";
    await writeFile(
      join(app, ".dev.vars"),
      `OPENAI_API_KEY=${OPENAI_API_KEY}\nOPENAI_BASE_URL=${OPENAI_BASE_URL}\n`,
    );
    assert.deepEqual((await again()).secrets, { ...secrets, OPENAI_BASE_URL });
  });
});

function oneLine(text, expected) {
  assert.equal(text.trimEnd().split("\n").length, 1, text);
  assert.match(text.trimEnd(), expected);
}
