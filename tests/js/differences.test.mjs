// docs/javascript.md and docs/differences.md, held against the table of endpoints and the list of what is left out.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";
import { code, tableAfter } from "./pages.mjs";

const document = (name) => readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const packed = (file) => import(pathToFileURL(`${setting("OPENAI_WASM_PKG")}/${file}`).href);
const { ENDPOINTS, LEFT_OUT } = await packed("lib/endpoints.js");

test("the documents list what is left out in the same words", async () => {
  const rows = tableAfter(await document("differences.md"), "## What is left out");
  assert.deepEqual(Object.fromEntries(rows.map(([name, why]) => [code(name), why])), LEFT_OUT);
});

test("every method of the table is named in the documents", async () => {
  const rows = tableAfter(await document("javascript.md"), "## All methods");
  const words = (cell) => [...cell.matchAll(/`([\w.]+)/g)].map(([, word]) => word);
  const named = rows.flatMap(([groups, methods]) =>
    words(groups).flatMap((group) => words(methods).flatMap((name) => [name, `${group}.${name}`])),
  );
  const missing = (names) => names.filter((name) => !named.includes(name));
  // The members of vector stores are told by their prefix.
  const told = [...ENDPOINTS.keys()].filter((name) => !/^vectorStores\.file|\.del$/.test(name));
  assert.deepEqual(missing(told), []);
  // The control.
  assert.deepEqual(missing(["batches.remove"]), ["batches.remove"]);
});
