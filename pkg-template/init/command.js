// `npx openai-wasm init my-app`: a folder with page, proxy and session endpoint, ready for `npm install`.

import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { printable } from "../scan/report.js";

/** A copy of examples/start, made by `cargo xtask pack`. */
const START = new URL("start/", import.meta.url);
const PACKAGE = new URL("../", import.meta.url);

const USAGE = "Usage: npx openai-wasm init FOLDER, for example: npx openai-wasm init my-app";

/** @param manifest of this package */
export async function run(args, manifest) {
  try {
    await init(args, manifest);
  } catch (error) {
    process.stderr.write(`openai-wasm: ${printable(error.message)}\n`);
    process.exitCode = 2;
  }
}

async function init([name, ...more], { version }) {
  if (name === undefined || name === "" || name.startsWith("-") || more.length > 0)
    throw new Error(USAGE);
  const folder = resolve(name);
  makeFolder(folder, name);

  cpSync(fileURLToPath(START), folder, { recursive: true });
  // npm publishes no file of that name.
  renameSync(resolve(folder, "gitignore"), resolve(folder, ".gitignore"));
  const project = nameOf(folder);
  rewrite(folder, "package.json", (text) => {
    const manifest = { ...JSON.parse(text), name: project };
    manifest.dependencies["openai-wasm"] = installedFrom(folder) ?? `^${version}`;
    return `${JSON.stringify(manifest, undefined, 2)}\n`;
  });
  rewrite(folder, "wrangler.jsonc", (text) =>
    text.replace(/"name": "[^"]*"/, `"name": "${project}"`),
  );
  const { localVars } = await import(pathToFileURL(resolve(folder, "tools/vars.js")).href);
  localVars(pathToFileURL(`${folder}/`));

  process.stdout.write(`Made ${printable(name)}. Next:

  cd ${quoted(printable(name))}
  npm install
  npm run dev

Without a key a script answers in place of a model. For real answers put OPENAI_API_KEY into .dev.vars.
`);
}

/** For a shell, of Windows too. */
const quoted = (name) => (/[^\w./\\:~-]/.test(name) ? `"${name}"` : name);

function makeFolder(folder, name) {
  let inside;
  try {
    mkdirSync(folder, { recursive: true });
    inside = readdirSync(folder);
  } catch (error) {
    const why = error.code === "EEXIST" || error.code === "ENOTDIR" ? "is a file" : error.message;
    throw new Error(`${name} cannot be made: ${why}. Name a new folder.`);
  }
  if (inside.some((entry) => entry !== ".git"))
    throw new Error(`${name} is not empty: name a new folder, or an empty one.`);
}

const rewrite = (folder, file, change) => {
  const path = resolve(folder, file);
  writeFileSync(path, change(readFileSync(path, "utf8")));
};

/** The folder's name as npm and Cloudflare take it. */
function nameOf(folder) {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50)
    .replace(/-+$/, "");
  return name || "my-app";
}

/** The tarball or folder that this package was installed from, for the project; undefined for a registry. */
function installedFrom(folder) {
  const own = fileURLToPath(PACKAGE);
  const modules = dirname(own);
  // A folder is linked into node_modules, so this file is where the folder is.
  if (basename(modules) !== "node_modules") return fileOf(folder, own);
  let resolved;
  try {
    const lock = JSON.parse(readFileSync(resolve(modules, ".package-lock.json"), "utf8"));
    resolved = lock.packages["node_modules/openai-wasm"].resolved;
  } catch {
    return undefined;
  }
  if (!resolved?.startsWith("file:")) return undefined;
  return fileOf(folder, resolve(dirname(modules), resolved.slice("file:".length)));
}

const fileOf = (folder, from) => `file:${relative(folder, from).replaceAll("\\", "/")}`;
