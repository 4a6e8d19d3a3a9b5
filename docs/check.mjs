// Checks the built site: each link and each anchor within it leads somewhere, every page can be reached from
// the sidebar, and nothing is loaded from elsewhere. VitePress itself fails on links to pages that are missing.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const ATTRIBUTE = /<(\w+)\b([^>]*)>/g;

/** The attributes of a start tag that this check reads. */
const valueOf = (attributes, name) =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]?.replaceAll("&amp;", "&");

/** What is wrong with pages, given as text by their path. `has` says whether another file is there. */
export function faultsOf(pages, has, base = "/") {
  const anchors = new Map();
  const links = [];
  const faults = [];
  for (const [page, html] of pages) {
    const ids = new Set();
    for (const [, tag, attributes] of html.matchAll(ATTRIBUTE)) {
      const id = valueOf(attributes, "id");
      if (id) ids.add(id);
      const href = valueOf(attributes, "href");
      if (tag === "a" && href) links.push([page, href]);
      const loaded = valueOf(attributes, "src") ?? (tag === "link" ? href : undefined);
      if (loaded && /^(?:[a-z]+:)?\/\//i.test(loaded)) faults.push(`${page} loads ${loaded}`);
    }
    anchors.set(page, ids);
  }
  const reached = new Set(["index.html", "404.html"]);
  for (const [page, href] of links) {
    if (/^[a-z]+:/i.test(href)) continue;
    const [path, anchor] = href.split("#");
    const found = target(page, path, base);
    if (path) reached.add(found);
    if (!anchors.has(found)) {
      if (!has(found)) faults.push(`${page} links to ${href}, which is not there`);
    } else if (anchor && !anchors.get(found).has(decodeURIComponent(anchor))) {
      faults.push(`${page} links to ${href}, and ${found} has no such heading`);
    }
  }
  for (const [page] of pages) if (!reached.has(page)) faults.push(`no page links to ${page}`);
  return [...new Set(faults)];
}

/** The file that a link of a page means. */
function target(page, path, base) {
  if (!path) return page;
  const whole = path.startsWith(base)
    ? path.slice(base.length)
    : posix.join(posix.dirname(page), path);
  if (whole === "" || whole === "." || whole.endsWith("/"))
    return posix.join(whole, "index.html").replace(/^\.\//, "");
  return posix.extname(whole) === "" ? `${whole}.html` : whole;
}

/** The built pages of a folder. */
export function pagesOf(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  return {
    files: new Set(files),
    pages: files
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.env.DOCS_OUT ?? fileURLToPath(new URL("../target/docs", import.meta.url));
  const { files, pages } = pagesOf(folder);
  const faults = faultsOf(pages, (file) => files.has(file), process.env.DOCS_BASE ?? "/");
  for (const fault of faults) console.error(fault);
  if (faults.length > 0 || pages.length < 3) {
    console.error(`the site has ${faults.length} faults in ${pages.length} pages`);
    process.exitCode = 1;
  } else {
    console.log(`${pages.length} pages, every link leads somewhere`);
  }
}
