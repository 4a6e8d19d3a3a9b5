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
export default defineEventHandler((event) => {
  // The request of h3 1 does not say that its caller has left.
  const left = new AbortController();
  event.node.res.once("close", () => left.abort());
  return answer(new Request(toWebRequest(event), { signal: left.signal }), process.env);
});
`,
  },
};

export const ROWS = [
  { name: "Nuxt, development", ...nuxt, serve: ["nuxt", "dev", "--port", "$PORT", "--no-fork"] },
  { name: "Nuxt, production", ...nuxt, build: [["nuxt", "build"]], serve: ["node", ".output/server/index.mjs"], ready: (text) => /Listening on/.test(text) || undefined },
];

bundlers("nuxt", ROWS);
