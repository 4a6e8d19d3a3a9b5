// The pages of the site in the order of its sidebar, and how links in them are read. The Markdown is also
// read on GitHub, so an anchor has GitHub's form and a link out of this folder is a link to a file there.

import { readdirSync } from "node:fs";
import { posix } from "node:path";

export const REPOSITORY = "https://github.com/openai-wasm/openai-wasm";
const FILES = `${REPOSITORY}/blob/main/`;

const GROUPS = [
  ["Start", ["start", "runtimes", "loading", "from-openai", "differences"]],
  ["In a page", ["page", "streams", "resumable-streams-client", "javascript", "tokens"]],
  [
    "The proxy",
    [
      "proxy",
      "callers",
      "limits",
      "budgets",
      "resumable-streams",
      "secrets",
      "deployment",
      "watching",
      "servers",
    ],
  ],
  ["Rust", ["rust", "crate"]],
  ["Keep it sound", ["testing", "scanner", "threat-model"]],
  [
    "Look up",
    [
      "errors",
      "options",
      "routes",
      "entries",
      "proxy-parameters",
      "parameter-ranges",
      "models",
      "stream-rules",
    ],
  ],
  ["The project", ["benchmarks", "decisions/index"]],
];

/** The Markdown files of the site, without their ending. */
export function pagesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".md") && !file.startsWith("node_modules/"))
    .map((file) => file.slice(0, -".md".length))
    .sort();
}

/** The sidebar: the groups, with a page that stands in none of them at the end. */
export function sidebarOf(pages, titleOf) {
  const listed = new Set(GROUPS.flatMap(([, names]) => names));
  const others = pages.filter(
    (page) => page !== "index" && !page.startsWith("decisions/") && !listed.has(page),
  );
  return [...GROUPS, ["More", others]]
    .map(([text, names]) => ({
      text,
      items: names
        .filter((name) => pages.includes(name))
        .map((name) => ({ text: titleOf(name), link: `/${name.replace(/index$/, "")}` })),
    }))
    .filter(({ items }) => items.length > 0);
}

/** The anchor of a heading, by GitHub's rule. */
export const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");

/** Where a link of a page goes: what leaves this folder is a file on GitHub. */
export function addressOf(link, page) {
  if (/^[a-z]+:|^#|^\//.test(link)) return link;
  const path = posix.join("docs", posix.dirname(page), link);
  return path.startsWith("docs/") ? link : FILES + path;
}

/** Links are made absolute where they leave the site, and a fence's second word, its name in the tests, is left out. */
export function asOnGitHub(md) {
  md.core.ruler.push("as-on-github", ({ tokens, env }) => {
    for (const token of tokens) {
      if (token.type === "fence") token.info = token.info.split(/[\s,]/)[0];
      for (const child of token.children ?? []) {
        if (child.type !== "link_open") continue;
        child.attrSet("href", addressOf(child.attrGet("href"), env.relativePath));
      }
    }
  });
}

/** Where programs read a page. */
const TEXTS = "https://raw.githubusercontent.com/openai-wasm/openai-wasm/main/docs/";

/** The list of pages in `llms.txt`: each with the first sentence under its title. */
export function pageListOf(pages, textOf) {
  return sidebarOf(pages, (name) => name)
    .map(({ text, items }) => {
      const lines = items.map(({ text: name }) => {
        const [, title, rest] = /^# (.+)\n([\s\S]*)$/m.exec(textOf(name));
        const prose =
          rest.split("\n\n").find((part) => /^(?!```)[\p{L}`]/u.test(part.trim())) ?? "";
        const [sentence] = prose.replace(/\s+/g, " ").split(/(?<=\.) /);
        const plain = sentence.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
        return `- [${title}](${TEXTS}${name}.md)${plain ? `: ${plain}` : ""}`;
      });
      return `## ${text}\n\n${lines.join("\n")}\n`;
    })
    .join("\n");
}
