// Nuxt: a page that is rendered on the server first, and a route of Nitro.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { blocksOf } from "../js/pages.mjs";
import { bundlers } from "../support/bundled.mjs";

/** The route that docs/runtimes.md shows, with what the tests answer in place of the proxy alone. */
const shown = blocksOf(
  readFileSync(new URL("../../docs/runtimes.md", import.meta.url), "utf8"),
).find(({ name }) => name === "nuxt").code;
const route = shown
  .replace(
    'import { createProxy } from "openai-wasm/proxy";',
    'import { answer } from "~~/ask/server.mjs";',
  )
  .replace(/^const proxy = .*\n/m, "")
  .replace("proxy.fetch(", "answer(");
assert.ok(
  route.includes("answer(") && !route.includes("roxy"),
  "the route in docs/runtimes.md has another form than the one known",
);

const nuxt = {
  node: 22,
  env: { NUXT_TELEMETRY_DISABLED: "1" },
  routes: ["/api"],
  files: {
    "nuxt.config.js":
      'export default { compatibilityDate: "2026-06-01", telemetry: false, devtools: { enabled: false } };\n',
    "app/app.vue": `<script setup>
import { onMounted } from "vue";
import { askInPage } from "../ask/page.mjs";
onMounted(() => askInPage());
</script>
<template><p>page</p></template>
`,
    "server/routes/api/[...path].js": route,
  },
};

export const ROWS = [
  { name: "Nuxt, development", ...nuxt, serve: ["nuxt", "dev", "--port", "$PORT", "--no-fork"] },
  {
    name: "Nuxt, production",
    ...nuxt,
    build: [["nuxt", "build"]],
    serve: ["node", ".output/server/index.mjs"],
    ready: (text) => /Listening on/.test(text) || undefined,
  },
];

bundlers("nuxt", ROWS);
