// The keyless client as modules of a page without any bundler, in each browser: in the page itself and in
// each kind of worker, also under a strict Content-Security-Policy.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";

import { answersAll, cases, failsForDamage, runs } from "../support/cases.mjs";
import { BROWSERS } from "../support/browsers.mjs";
import { startFront } from "../support/front.mjs";
import { STATIC, workshop } from "../support/installed.mjs";
import { startUpstream } from "../support/upstream.mjs";

const HTML = (script) =>
  `<!doctype html><title>page</title><script type="module" src="/${script}"></script>`;
const ASK = 'import { askInPage } from "./ask/page.mjs";\n';

/** What the page's script does, and the worker's. */
const PLACES = {
  page: { page: `${ASK}askInPage();` },
  "module worker": {
    page: 'new Worker("/worker.js" + location.search, { type: "module" });',
    worker: `${ASK}askInPage();`,
  },
  SharedWorker: {
    page: 'new SharedWorker("/worker.js" + location.search, { type: "module" });',
    worker: `${ASK}askInPage();`,
  },
  "service worker": {
    page: 'navigator.serviceWorker.register("/worker.js" + location.search, { type: "module" });',
    worker: `${ASK}addEventListener("install", (event) => event.waitUntil(askInPage()));`,
    entry: STATIC,
  },
};

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const POLICIES = { "": undefined, ", strict policy": STRICT };
const FORBIDS = "default-src 'none'; script-src 'self'; connect-src 'self'";

const rows = [];
for (const browser of Object.keys(BROWSERS)) {
  for (const place of Object.keys(PLACES)) {
    for (const [name, policy] of Object.entries(POLICIES)) {
      const first = place === "page" && !policy;
      rows.push({ name: `${browser}, ${place}${name}`, browser, place, policy, first });
    }
  }
}
const forbidden = Object.keys(BROWSERS).map((browser) => ({
  name: `${browser}, a policy that forbids WebAssembly is named`,
  browser,
  place: "page",
  policy: FORBIDS,
  first: browser === "Chromium",
}));
const controls = [
  {
    name: "control: a damaged package fails in Chromium",
    browser: "Chromium",
    place: "page",
    install: "damaged",
    first: true,
  },
];
export const ROWS = rows;

let shop;
let upstream;
const launched = new Map();
before(async () => {
  if (![...rows, ...forbidden, ...controls].some(runs)) return;
  shop = await workshop();
  upstream = await startUpstream();
});
after(async () => {
  for (const browser of launched.values()) await (await browser).close();
  await Promise.all([shop?.remove(), upstream?.stop()]);
});

async function asking({ browser, place, policy, install }, check) {
  const { page, worker = "", entry = "openai-wasm" } = PLACES[place];
  const project = await shop.project({
    install,
    entry,
    files: { "index.html": HTML("page.js"), "page.js": page, "worker.js": worker },
  });
  // No import map reaches a worker: the package is named by its path, as a site without a bundler does.
  const named = [];
  for (const name of [entry, "openai-wasm/tokens"])
    named.push([
      JSON.stringify(name),
      JSON.stringify(await pathOf(project.path("node_modules/openai-wasm"), name)),
    ]);
  const front = await startFront({
    upstream,
    folder: project.folder,
    head: () => (policy ? { "content-security-policy": policy } : {}),
    rewrite: (file, bytes) =>
      file.startsWith("/ask/")
        ? named.reduce((text, [name, path]) => text.replace(name, path), bytes.toString())
        : bytes,
  });
  try {
    if (!launched.has(browser)) launched.set(browser, BROWSERS[browser]());
    await check(async () => {
      const opened = await (await launched.get(browser)).open(
        `${front.url}/?${await front.query()}`,
      );
      try {
        return await Promise.race([front.report(), opened.failed]);
      } finally {
        await opened.close();
      }
    });
  } finally {
    await front.close();
  }
}

/** The file that an entry of the package is for browsers. */
async function pathOf(packed, entry) {
  const { exports } = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));
  const target = exports[entry.replace("openai-wasm", ".")];
  assert.ok(target, `the package has no entry ${entry}`);
  const file =
    typeof target === "string"
      ? target
      : (target.browser?.default ?? target.default?.default ?? target.default);
  return `/node_modules/openai-wasm/${file.replace("./", "")}`;
}

cases(rows, (row) => asking(row, (ask) => answersAll(upstream, ask, PLACES[row.place])));

cases(forbidden, (row) =>
  asking(row, async (ask) => {
    await upstream.reset();
    const { create } = await ask();
    assert.match(create, /^OpenAIError: .*Content-Security-Policy.*'wasm-unsafe-eval'/);
    assert.deepEqual(await upstream.requests(), []);
  }),
);

cases(controls, (row) => asking(row, (ask) => failsForDamage(upstream, ask)));
