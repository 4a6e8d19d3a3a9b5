// Astro on Node.js: a page's script, and an endpoint.

import { bundlers } from "../support/bundled.mjs";

const astro = {
  node: 22,
  env: { ASTRO_TELEMETRY_DISABLED: "1", HOST: "localhost" },
  routes: ["/api"],
  files: {
    // A program that uploads to the route is no form of another site.
    "astro.config.mjs": `import node from "@astrojs/node";
export default { output: "server", adapter: node({ mode: "standalone" }), security: { checkOrigin: false } };
`,
    "src/pages/index.astro": `<html lang="en"><head><title>page</title></head><body><p>page</p>
<script>
import { askInPage } from "../../ask/page.mjs";
askInPage();
</script>
</body></html>
`,
    "src/pages/api/[...path].js": `import { answer } from "../../../ask/server.mjs";
export const prerender = false;
export const ALL = ({ request }) => answer(request, process.env);
`,
  },
};

export const ROWS = [
  { name: "Astro, development", ...astro, serve: ["astro", "dev", "--port", "$PORT"] },
  {
    name: "Astro, production",
    ...astro,
    build: [["astro", "build"]],
    serve: ["node", "dist/server/entry.mjs"],
  },
];

bundlers("astro", ROWS);
