// Nuxt: a page that is rendered on the server first, and a route of Nitro.

import { bundlers } from "../support/bundled.mjs";

const nuxt = {
  node: 22,
  env: { NUXT_TELEMETRY_DISABLED: "1" },
  routes: ["/api"],
  files: {
    "nuxt.config.js": 'export default { compatibilityDate: "2026-06-01", telemetry: false, devtools: { enabled: false } };\n',
    "app/app.vue": `<script setup>
import { onMounted } from "vue";
import { askInPage } from "../ask/page.mjs";
onMounted(() => askInPage());
</script>
<template><p>page</p></template>
`,
    "server/routes/api/[...path].js": `import { defineEventHandler, toWebRequest } from "h3";
import { answer } from "~~/ask/server.mjs";
export default defineEventHandler((event) => answer(toWebRequest(event), process.env));
`,
  },
};

export const ROWS = [
  { name: "Nuxt, development", open: true, ...nuxt, serve: ["nuxt", "dev", "--port", "$PORT", "--no-fork"] },
  { name: "Nuxt, production", open: true, ...nuxt, build: [["nuxt", "build"]], serve: ["node", ".output/server/index.mjs"] },
];

bundlers("nuxt", ROWS);
