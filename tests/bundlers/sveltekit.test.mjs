// SvelteKit on Node.js: a page, and an endpoint.

import { bundlers } from "../support/bundled.mjs";
import { examples } from "../support/example.mjs";

const sveltekit = {
  node: 22,
  env: { HOST: "localhost" },
  routes: ["/api"],
  files: {
    // Without its own address the server takes every request for https. A program that uploads to the route is
    // no form of another site.
    "vite.config.js": `import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
const paths = { origin: "http://localhost:" + process.env.PORT };
export default { plugins: [sveltekit({ adapter: adapter(), paths, csrf: { trustedOrigins: ["*"] } })] };
`,
    "src/app.html":
      '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n',
    "src/routes/+page.svelte": `<script>
import { onMount } from "svelte";
import { askInPage } from "../../ask/page.mjs";
onMount(() => { askInPage(); });
</script>
<p>page</p>
`,
    "src/routes/api/[...path]/+server.js": `import { answer } from "../../../../ask/server.mjs";
export const fallback = ({ request }) => answer(request, process.env);
`,
  },
};

export const ROWS = [
  { name: "SvelteKit, development", ...sveltekit, serve: ["vite", "dev", "--port", "$PORT"] },
  {
    name: "SvelteKit, production",
    ...sveltekit,
    build: [["vite", "build"]],
    serve: ["node", "build/index.js"],
    ready: (text) => /Listening on/.test(text) || undefined,
  },
];

bundlers("sveltekit", ROWS);

examples("sveltekit", [
  {
    name: "examples/sveltekit",
    example: "sveltekit",
    node: 22,
    scripts: ["build"],
    serve: ["start"],
    env: (port) => ({ ORIGIN: `http://localhost:${port}` }),
    ready: (text) => /Listening on/.test(text) || undefined,
  },
]);
