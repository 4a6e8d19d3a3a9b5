// Projects as a user has them: a folder of its own, with a tool's packages and openai-wasm in node_modules.

import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { nodeProgram } from "./nodes.mjs";
import { setting, start } from "./program.mjs";

const run = promisify(execFile);
const ASK = fileURLToPath(new URL("ask/", import.meta.url));
/** On the file system of the tools' packages, which are linked rather than copied. */
const ROOM = fileURLToPath(new URL("../../target/apps/", import.meta.url));
/** Servers are ready within seconds; what is not by now hangs, on a busy machine too. */
const READY_MS = 600_000;
const MOST_OUTPUT = 64 * 2 ** 20;
/** The entry for places where `import()` does not exist. */
export const STATIC = "openai-wasm/static";

/**
 * A folder for projects, with the packed package as its tarball.
 *
 * @param tools a folder beside the tests with the tools' node_modules; none for projects without tools
 */
export async function workshop(tools) {
  await mkdir(ROOM, { recursive: true });
  await clear();
  const folder = await mkdtemp(join(ROOM, `${process.pid}-`));
  const { stdout } = await run(
    "npm",
    ["pack", "--silent", "--pack-destination", folder, setting("OPENAI_WASM_PKG")],
    { cwd: folder },
  );
  const tarball = join(folder, stdout.trim());
  const unpacked = join(folder, "unpacked");
  await unpack(tarball, unpacked);
  const damaged = join(folder, "damaged");
  let count = 0;
  /** The tools' packages, linked once: the projects take turns. */
  let spare;
  return {
    tarball,
    /** The folder of the package as a user has it. */
    unpacked,
    /**
     * A project: `ask/` from here, `files` as `{ path: content }`, and the dependencies.
     *
     * @param node the major version of Node.js that runs its commands
     * @param install `tarball`, `link` to the packed folder, or `damaged`
     * @param folders of files to copy into it
     * @param entry what `ask/page.mjs` imports
     * @param alias `{ vite: "vite7" }`: which of the tools' packages takes whose place
     */
    async project({
      files = {},
      node = 20,
      install = "tarball",
      folders = [],
      entry = "openai-wasm",
      alias = {},
      env = {},
    }) {
      const project = join(folder, `app-${count++}`);
      await mkdir(project);
      const modules = join(project, "node_modules");
      if (spare) renameSync(spare, modules);
      else if (tools) linkTools(tools, modules);
      spare = undefined;
      for (const [name, other] of Object.entries(alias))
        exchange(join(modules, name), join(modules, other));
      await mkdir(modules, { recursive: true });
      if (install === "link")
        await symlink(setting("OPENAI_WASM_PKG"), join(modules, "openai-wasm"), "dir");
      else
        await cp(
          install === "damaged" ? await damage(unpacked, damaged) : unpacked,
          join(modules, "openai-wasm"),
          { recursive: true },
        );
      await cp(ASK, join(project, "ask"), { recursive: true });
      const asking = join(project, "ask/page.mjs");
      await writeFile(
        asking,
        (await readFile(asking, "utf8")).replace('"openai-wasm"', JSON.stringify(entry)),
      );
      // A table of tokens is loaded on demand, which is not possible there.
      if (entry === STATIC)
        await writeFile(join(project, "ask/tokens.mjs"), "export const countTokens = undefined;\n");
      for (const from of folders) await cp(from, project, { recursive: true });
      const manifest = {
        name: "app",
        private: true,
        type: "module",
        dependencies: { "openai-wasm": `file:${tarball}` },
      };
      // Tools take the folder with a lock file for the project's root, and look no higher.
      const lock = { name: "app", lockfileVersion: 3, requires: true, packages: {} };
      const written = {
        "package.json": JSON.stringify(manifest),
        "package-lock.json": JSON.stringify(lock),
        ...files,
      };
      for (const [path, content] of Object.entries(written)) {
        await mkdir(dirname(join(project, path)), { recursive: true });
        await writeFile(join(project, path), content);
      }
      return new Project(project, node, env, async () => {
        if (!tools) return;
        for (const [name, other] of Object.entries(alias))
          exchange(join(modules, name), join(modules, other));
        for (const name of await readdir(modules)) {
          const isOurs = name === "openai-wasm" || (name.startsWith(".") && name !== ".bin");
          if (isOurs)
            await rm(join(modules, name), { recursive: true, force: true, maxRetries: 5 });
        }
        spare = join(folder, "spare");
        renameSync(modules, spare);
      });
    },
    /** An empty folder beside the tarball. */
    async empty({ node = 20, env = {} } = {}) {
      const place = join(folder, `empty-${count++}`);
      await mkdir(place);
      return new Project(place, node, env);
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Takes away what tests left that were ended in midst. */
async function clear() {
  for (const name of await readdir(ROOM)) {
    try {
      process.kill(Number.parseInt(name, 10), 0);
    } catch {
      await rm(join(ROOM, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

class Project {
  #major;
  #node;
  #env;
  constructor(folder, node, env, release) {
    this.folder = folder;
    this.#major = node;
    this.#node = nodeProgram(node);
    this.#env = env;
    /** Gives the tools to the next project. */
    this.release = release;
  }

  path(file) {
    return join(this.folder, file);
  }

  /** A project in a folder of this one. */
  inside(name) {
    return new Project(this.path(name), this.#major, this.#env);
  }

  /** Runs a script of the project to its end, a tool by its name in `.bin`, or a program that a function names; what it printed. */
  async run(script, args = [], env = {}) {
    const isProgram = typeof script === "function";
    try {
      const { stdout, stderr } = await run(
        isProgram ? script() : this.#node,
        [...(isProgram ? [] : [this.#script(script)]), ...args],
        {
          cwd: this.folder,
          env: this.#environment(env),
          maxBuffer: MOST_OUTPUT,
        },
      );
      return stdout + stderr;
    } catch (error) {
      throw new Error(
        `${script.name ?? script} ${args.join(" ")} failed:\n${error.stdout}${error.stderr}`,
        { cause: error },
      );
    }
  }

  /** Starts a server; `ready` is what `start` of program.mjs takes. */
  start(script, args, { env = {}, ready, program = this.#node }) {
    const all = script === undefined ? args : [this.#script(script), ...args];
    return start(program, all, {
      cwd: this.folder,
      env: this.#environment(env),
      ready: ready ?? listening,
      from: "either",
      limitMs: READY_MS,
      input: true,
    });
  }

  #script(name) {
    return name.includes("/") || name.includes(".")
      ? this.path(name)
      : this.path(`node_modules/.bin/${name}`);
  }

  #environment(env) {
    return {
      ...process.env,
      PATH: `${dirname(this.#node)}:${process.env.PATH}`,
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      CI: "true",
      ...this.#env,
      ...env,
    };
  }
}

/** What most servers print: an address of this machine. */
export const listening = (text) =>
  /http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d+/.exec(text)?.[0];

async function unpack(tarball, into) {
  await mkdir(into);
  await run("tar", ["-xzf", tarball, "-C", into, "--strip-components=1"]);
}

function exchange(one, other) {
  renameSync(one, `${one}.other`);
  renameSync(other, one);
  renameSync(`${one}.other`, other);
}

function linkTools(folder, modules) {
  const installed = join(folder, "node_modules");
  if (!existsSync(installed)) throw new Error(`the tools are missing: run \`npm ci\` in ${folder}`);
  linkTree(installed, modules);
}

/** The same tree with the same files, without their bytes where the file system can. */
function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

function linkFile(source, target) {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** A copy of the package whose WebAssembly is no module any more, in whatever form it carries it. */
async function damage(healthy, into) {
  await rm(into, { recursive: true, force: true });
  await cp(healthy, into, { recursive: true });
  let damaged = 0;
  for (const entry of await readdir(into, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name.endsWith(".wasm")) {
      await writeFile(file, "no module");
      damaged += 1;
    } else if (entry.isFile() && entry.name.endsWith(".js")) {
      const text = await readFile(file, "utf8");
      const broken = text.replace(
        /[A-Za-z0-9+/]{4000,}={0,2}/g,
        (string) => `${string.slice(0, 1000)}${"A".repeat(400)}${string.slice(1400)}`,
      );
      if (broken === text) continue;
      await writeFile(file, broken);
      damaged += 1;
    }
  }
  if (damaged === 0) throw new Error("the package holds no WebAssembly to damage");
  return into;
}
