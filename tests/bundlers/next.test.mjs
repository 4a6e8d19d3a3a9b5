// Next.js with both of its bundlers: a page, a route for Node.js and one for the edge runtime.

import { bundlers } from "../support/bundled.mjs";
import { examples } from "../support/example.mjs";

const ROUTE = (runtime) => `import { answer } from "../../../ask/server.mjs";
const handle = (request) =>
  answer(request, {
    OPENAI_API_KEY: process.env.OPENAI_API_KEY,
    OPENAI_BASE_URL: process.env.OPENAI_BASE_URL,
    SESSION_SECRET: process.env.SESSION_SECRET,
  });
export { handle as GET, handle as POST };
export const dynamic = "force-dynamic";
export const runtime = "${runtime}";
`;
const files = {
  "app/layout.jsx":
    'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n',
  "app/page.jsx": `"use client";
import { useEffect } from "react";
import { askInPage } from "../ask/page.mjs";
let asked;
export default function Page() {
  // React calls an effect twice in development.
  useEffect(() => { asked ??= askInPage(); }, []);
  return <p>page</p>;
}
`,
  "app/node/[...path]/route.js": ROUTE("nodejs"),
  "app/edge/[...path]/route.js": ROUTE("edge"),
};
// With webpack, Next.js 16.4 builds no edge route of the folder app, not even one without imports: it looks for
// a manifest that it has not written. Edge routes of the folder pages are built.
const WEBPACK = {
  "app/layout.jsx": files["app/layout.jsx"],
  "app/page.jsx": files["app/page.jsx"],
  "app/node/[...path]/route.js": files["app/node/[...path]/route.js"],
  "pages/api/[...path].js": `import { answer } from "../../ask/server.mjs";
export default (request) =>
  answer(request, {
    OPENAI_API_KEY: process.env.OPENAI_API_KEY,
    OPENAI_BASE_URL: process.env.OPENAI_BASE_URL,
    SESSION_SECRET: process.env.SESSION_SECRET,
  });
export const config = { runtime: "edge" };
`,
};
const next = {
  files,
  node: 20,
  env: { NEXT_TELEMETRY_DISABLED: "1" },
  ready: (text) => /Ready in/.test(text) || undefined,
  routes: ["/node", "/edge"],
};
const webpack = { ...next, files: WEBPACK, routes: ["/node", "/api"] };
const start = ["next", "start", "-p", "$PORT"];

export const ROWS = [
  {
    name: "Next.js, Turbopack, production",
    ...next,
    build: [["next", "build"]],
    serve: start,
    first: true,
  },
  { name: "Next.js, Turbopack, development", ...next, serve: ["next", "dev", "-p", "$PORT"] },
  {
    name: "Next.js, webpack, production",
    ...webpack,
    build: [["next", "build", "--webpack"]],
    serve: start,
  },
  {
    name: "Next.js, webpack, development",
    ...webpack,
    serve: ["next", "dev", "--webpack", "-p", "$PORT"],
  },
];

bundlers("next", ROWS);

examples("next", [
  {
    name: "examples/next",
    example: "next",
    env: () => next.env,
    scripts: ["build"],
    serve: ["start", "--", "-p", "$PORT"],
    ready: next.ready,
  },
]);
