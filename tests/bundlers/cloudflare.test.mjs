// What is built for Cloudflare's Workers: Hono and React Router by @cloudflare/vite-plugin, and Vitest's pool
// of Workers.

import { bundlers } from "../support/bundled.mjs";

const env = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  DO_NOT_TRACK: "1",
};
const variables = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join("");
const wrangler = (more) =>
  JSON.stringify({
    name: "app",
    compatibility_date: "2026-06-01",
    compatibility_flags: ["enable_request_signal"],
    ...more,
  });

const HONO = ({ env: secrets }) => ({
  "vite.config.js":
    'import { cloudflare } from "@cloudflare/vite-plugin";\nexport default { plugins: [cloudflare()] };\n',
  "wrangler.jsonc": wrangler({
    main: "src/worker.js",
    assets: {
      not_found_handling: "single-page-application",
      run_worker_first: ["/v1/*", "/ask/edge", "/ask/keyless", "/ask/token"],
    },
  }),
  ".dev.vars": variables(secrets),
  "index.html":
    '<!doctype html><title>page</title><script type="module" src="/src/main.js"></script>\n',
  "src/main.js": 'import { askInPage } from "../ask/page.mjs";\naskInPage();\n',
  "src/worker.js": `import { Hono } from "hono";
import { answer } from "../ask/server.mjs";
const app = new Hono();
app.all("*", ({ req, env, executionCtx }) => answer(req.raw, env, executionCtx));
export default app;
`,
});

const REACT_ROUTER = ({ env: secrets }) => ({
  "vite.config.js": `import { cloudflare } from "@cloudflare/vite-plugin";
import { reactRouter } from "@react-router/dev/vite";
export default { plugins: [cloudflare({ viteEnvironment: { name: "ssr" } }), reactRouter()] };
`,
  // React Router installs what it misses here by itself, and npm would take the tools away.
  "package.json": JSON.stringify({
    name: "app",
    private: true,
    type: "module",
    dependencies: { "openai-wasm": "*", isbot: "*" },
  }),
  "react-router.config.js": "export default { ssr: true };\n",
  "wrangler.jsonc": wrangler({ main: "workers/app.js" }),
  ".dev.vars": variables(secrets),
  "workers/app.js": `import { createRequestHandler } from "react-router";
import { answer } from "../ask/server.mjs";
const page = createRequestHandler(() => import("virtual:react-router/server-build"), import.meta.env.MODE);
export default {
  fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    return /^\\/(v1|ask)\\//.test(pathname) ? answer(request, env, context) : page(request);
  },
};
`,
  "app/routes.js":
    'import { index } from "@react-router/dev/routes";\nexport default [index("routes/home.jsx")];\n',
  "app/root.jsx": `import { Outlet, Scripts } from "react-router";
export default function Root() {
  return <html lang="en"><head><title>page</title></head><body><Outlet /><Scripts /></body></html>;
}
`,
  "app/routes/home.jsx": `import { useEffect } from "react";
import { askInPage } from "../../ask/page.mjs";
let asked;
export default function Home() {
  useEffect(() => { asked ??= askInPage(); }, []);
  return <p>page</p>;
}
`,
});

const POOL = {
  "vitest.config.js": `import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
const wrangler = { configPath: "./wrangler.jsonc" };
export default { plugins: [cloudflareTest({ wrangler, miniflare: { bindings: { QUERY: process.env.QUERY } } })] };
`,
  // The pool knows WebAssembly modules by the rules that come with the Worker's own configuration.
  "wrangler.jsonc": wrangler({}),
  "ask.test.js": `import { env } from "cloudflare:test";
import { test } from "vitest";
import * as openai from "openai-wasm";
import { askAll } from "./ask/all.mjs";
test("asks", { timeout: 300_000 }, async () => {
  const { proxy, token, report } = Object.fromEntries(new URLSearchParams(env.QUERY));
  await fetch(report, { method: "POST", body: JSON.stringify(await askAll(openai, { proxyUrl: proxy, token })) });
});
`,
};

// The plugin's servers put Workers of their own in front, which do not pass on that a caller has left.
const worker = { node: 22, env, routes: [""], tells: false };
const dev = ["vite", "dev", "--port", "$PORT"];
const preview = ["vite", "preview", "--port", "$PORT"];
const build = [["vite", "build"]];

export const ROWS = [
  {
    name: "Hono with @cloudflare/vite-plugin, development",
    ...worker,
    files: HONO,
    serve: dev,
    first: true,
  },
  {
    name: "Hono with @cloudflare/vite-plugin, production",
    ...worker,
    files: HONO,
    build,
    serve: preview,
  },
  {
    name: "React Router with @cloudflare/vite-plugin, development",
    ...worker,
    files: REACT_ROUTER,
    serve: ["react-router", "dev", "--port", "$PORT"],
  },
  {
    name: "React Router with @cloudflare/vite-plugin, production",
    ...worker,
    files: REACT_ROUTER,
    build: [["react-router", "build"]],
    serve: preview,
  },
  { name: "Vitest's pool of Workers", node: 22, env, files: POOL, reports: ["vitest", "run"] },
];

bundlers("cloudflare", ROWS);
