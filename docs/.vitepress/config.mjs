import { copyFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

import { anchorOf, asOnGitHub, pagesIn, REPOSITORY, sidebarOf } from "./pages.mjs";

const docs = fileURLToPath(new URL("../", import.meta.url));
const titleOf = (page) => /^# (.+)$/m.exec(readFileSync(`${docs}${page}.md`, "utf8"))?.[1] ?? page;

export default defineConfig({
  title: "openai-wasm",
  description:
    "A client for OpenAI and every server that speaks its API, for pages and edge Workers",
  lang: "en",
  base: process.env.DOCS_BASE ?? "/",
  outDir: process.env.DOCS_OUT ?? "../target/docs",
  cacheDir: "../target/docs-cache",
  cleanUrls: false,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: asOnGitHub,
  },
  // Programs look for it at the root of a site.
  buildEnd: ({ outDir }) => copyFileSync(`${docs}../pkg-template/llms.txt`, `${outDir}/llms.txt`),
  themeConfig: {
    sidebar: sidebarOf(pagesIn(docs), titleOf),
    nav: [
      { text: "Start", link: "/start" },
      { text: "Errors", link: "/errors" },
      { text: "Options", link: "/options" },
    ],
    search: { provider: "local" },
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/docs/:path` },
  },
});
