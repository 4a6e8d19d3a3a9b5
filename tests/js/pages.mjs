// README.md and the pages of docs/ as tests see them: their code blocks by name, run as a page's script, and their tables.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { EXAMPLE_MODEL } from "../support/model.mjs";
import { MODEL } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

/** The code blocks of a Markdown text: `{ language, name, code, line }`. A fence's second word is the name. */
export function blocksOf(markdown) {
  const blocks = [];
  let open;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (open && line === "```") {
      blocks.push({ ...open, code: open.lines.join("\n") });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else if (line.startsWith("```")) {
      const [language, name] = line.slice(3).split(" ");
      open = { language, name, lines: [], line: index + 1 };
    }
  }
  if (open) throw new Error(`the block that starts in line ${open.line} does not end`);
  return blocks;
}

/** The rows of the first table after a text, each an array of its cells. */
export function tableAfter(markdown, text) {
  const at = markdown.indexOf(text);
  if (at < 0) throw new Error(`there is no ${JSON.stringify(text)}`);
  const lines = markdown.slice(at).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(start, start + length).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.slice(2);
}

/** The text of a cell that is one piece of code. */
export const code = (cell) => /^`([^`]+)`/.exec(cell)?.[1];

const ROOT = new URL("../../", import.meta.url);
const docs = readdirSync(new URL("docs", ROOT), { recursive: true })
  .map((file) => `docs/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".md") && !file.includes("node_modules/"));

/** The text of README.md, of every page of docs/ and of the package's skill, by its path. */
export const PAGES = new Map(
  ["README.md", "pkg-template/SKILL.md", ...docs.sort()].map((file) => [
    file,
    readFileSync(new URL(file, ROOT), "utf8"),
  ]),
);

export const page = (file) => {
  const text = PAGES.get(file);
  assert.ok(text, `there is no page ${file}`);
  return text;
};

export const nameOf = ({ language, name }) => (name ? `${language} ${name}` : language);

/** The code of a page's block of this name, asking for the stand-in's model. */
export const block = (name, file) => {
  const found = blocksOf(page(file)).filter((one) => nameOf(one) === name);
  assert.equal(found.length, 1, `one block \`${name}\` in ${file}`);
  return found[0].code.replaceAll(JSON.stringify(EXAMPLE_MODEL), JSON.stringify(MODEL));
};

/** Runs the page's script as a page of `origin` would: relative URLs are the origin's. */
export async function runPage(source, origin) {
  const folder = await mkdtemp(join(tmpdir(), "openai-wasm-readme-"));
  const { fetch } = globalThis;
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules/openai-wasm"), "dir");
    const file = join(folder, "page.mjs");
    await writeFile(file, source);
    globalThis.answer = { textContent: "" };
    globalThis.fetch = (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-user", "user-1");
      return fetch(new URL(url, origin), { ...init, headers });
    };
    await import(pathToFileURL(file).href);
    return globalThis.answer.textContent;
  } finally {
    globalThis.fetch = fetch;
    delete globalThis.answer;
    await rm(folder, { recursive: true, force: true });
  }
}
