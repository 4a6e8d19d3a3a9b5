// README.md as tests see it: its code blocks by name, and its tables.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { EXAMPLE_MODEL } from "../support/model.mjs";
import { MODEL } from "../support/packed.mjs";

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

export const README = await readFile(new URL("../../README.md", import.meta.url), "utf8");

export const blocks = blocksOf(README);
export const nameOf = ({ language, name }) => (name ? `${language} ${name}` : language);
/** The code of the block of this name, asking for the stand-in's model. */
export const block = (name, text = README) => {
  const found = blocksOf(text).filter((one) => nameOf(one) === name);
  assert.equal(found.length, 1, `one block \`${name}\``);
  return found[0].code.replaceAll(JSON.stringify(EXAMPLE_MODEL), JSON.stringify(MODEL));
};
