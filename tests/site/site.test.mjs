// The documentation site in Chromium: accessible in light and dark, complete without another server, and its
// search works.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, before, describe, it } from "node:test";

import puppeteer from "puppeteer-core";

import { faultsOf, pagesOf } from "../../docs/check.mjs";
import { setting } from "../support/program.mjs";

const SITE = setting("DOCS_SITE");
const AXE = createRequire(new URL("../../docs/package.json", import.meta.url)).resolve("axe-core");
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const { files, pages } = pagesOf(SITE);
/** One of each kind, and the largest; the pages of decisions are all alike. */
const SHOWN = pages
  .map(([file]) => file)
  .filter((file) => file !== "404.html" && !file.startsWith("decisions/2"));

let server;
let browser;
let origin;
before(async () => {
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    try {
      const file = join(SITE, normalize(pathname === "/" ? "/index.html" : pathname));
      const body = await readFile(file);
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await puppeteer.launch({
    executablePath: setting("CHROMIUM"),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
  });
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** A page of the site, once its script runs, and the requests that it made elsewhere. */
async function open(path, { dark = false, width = 1280 } = {}) {
  const page = await browser.newPage();
  const elsewhere = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      elsewhere.push(request.url());
  });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.setViewport({ width, height: 800 });
  await page.goto(`${origin}/${path}`, { waitUntil: "networkidle0" });
  return { page, elsewhere };
}

/** What axe finds: rule and place. */
async function violations(page) {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(() => globalThis.axe.run(document));
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

describe("every page of the site", () => {
  for (const dark of [false, true]) {
    it(`has no accessibility violation, ${dark ? "dark" : "light"}, and asks no other server`, {
      timeout: 600_000,
    }, async () => {
      const found = [];
      for (const path of SHOWN) {
        const { page, elsewhere } = await open(path, { dark });
        for (const fault of [...(await violations(page)), ...elsewhere])
          found.push(`${path}: ${fault}`);
        await page.close();
      }
      assert.deepEqual(found, []);
    });
  }

  it("has no accessibility violation on a phone, nor anything wider than it", async () => {
    for (const path of ["index.html", "start.html", "errors.html", "options.html"]) {
      const { page } = await open(path, { width: 320 });
      assert.deepEqual(await violations(page), [], path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${path} is ${wide} px wide`);
      await page.close();
    }
  });

  it("control: a picture without a text is found", async () => {
    const { page } = await open("index.html");
    await page.evaluate(() => document.body.append(new Image()));
    assert.match((await violations(page)).join("\n"), /image-alt/);
    await page.close();
  });
});

it("the search finds a code of an error, and leads to its heading", async () => {
  const { page, elsewhere } = await open("index.html");
  await page.click(".VPNavBarSearch button");
  await page.waitForSelector(".VPLocalSearchBox input");
  await page.type(".VPLocalSearchBox input", "model_not_priced");
  await page.waitForSelector(".VPLocalSearchBox .result");
  const links = await page.$$eval(".VPLocalSearchBox .result", (found) => found.map((a) => a.href));
  assert.ok(links.includes(`${origin}/errors.html#model_not_priced`), links.join());
  assert.deepEqual(elsewhere, []);
  await page.close();
});

describe("the check of links", () => {
  const page = (body) => [
    ["a.html", body],
    ["index.html", '<a href="/a.html">a</a><h2 id="here">'],
  ];

  it("passes the site", () =>
    assert.deepEqual(
      faultsOf(pages, (file) => files.has(file)),
      [],
    ));

  for (const [what, body, fault] of [
    ["a page that is missing", '<a href="/b.html">', /\/b\.html, which is not there/],
    ["an anchor that is missing", '<a href="/#gone">', /has no such heading/],
    ["a script from elsewhere", '<script src="https://elsewhere.example/a.js">', /loads https/],
    ["a style from elsewhere", '<link rel="stylesheet" href="//elsewhere.example/a.css">', /loads/],
  ]) {
    it(`finds ${what}`, () => assert.match(faultsOf(page(body), () => false).join(), fault));
  }

  it("finds a page to which nothing leads", () =>
    assert.match(faultsOf([...page(""), ["alone.html", ""]], () => false).join(), /no page links/));

  it("passes an anchor that is there", () =>
    assert.deepEqual(
      faultsOf(page('<a href="/#here">'), () => false),
      [],
    ));
});
