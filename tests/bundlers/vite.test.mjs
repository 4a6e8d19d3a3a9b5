// Vite 5, 7 and 8, without a configuration where a page needs none: development and production, in a page,
// in a worker, and on a server that is built with all its packages.

import { PAGE, WORKER, bundlers } from "../support/bundled.mjs";
import { examples } from "../support/example.mjs";
import { startFront } from "../support/front.mjs";
import { STATIC } from "../support/installed.mjs";

const DEV = ["vite", "--port", "$PORT"];
const SERVER = {
  "vite.config.js": "export default { ssr: { noExternal: true } };\n",
  "src/server.js": 'import "../ask/start.mjs";\n',
};

const rows = [];
for (const [version, package_] of [
  ["8", undefined],
  ["7", "vite7"],
  ["5", "vite5"],
]) {
  const tool = { alias: package_ ? { vite: package_ } : {}, node: 20 };
  // Up to version 7 a worker is one script without parts that are loaded on demand.
  const worker = version === "8" ? {} : { entry: STATIC };
  const first = version === "8";
  rows.push(
    { name: `Vite ${version}, page, development`, ...tool, files: PAGE, serve: DEV, first },
    {
      name: `Vite ${version}, page, production`,
      ...tool,
      files: PAGE,
      build: [["vite", "build"]],
      dist: "dist",
      first,
    },
    { name: `Vite ${version}, worker, development`, ...tool, ...worker, files: WORKER, serve: DEV },
    {
      name: `Vite ${version}, worker, production`,
      ...tool,
      ...worker,
      files: WORKER,
      build: [["vite", "build"]],
      dist: "dist",
    },
    {
      name: `Vite ${version}, server, production`,
      ...tool,
      files: SERVER,
      page: false,
      build: [["vite", "build", "--ssr", "src/server.js"]],
      serve: ["node", "dist/server.js"],
      routes: [""],
    },
  );
}
rows.push(
  {
    name: "Vite 8, page, development, from a linked folder",
    node: 20,
    files: PAGE,
    serve: DEV,
    install: "link",
  },
  {
    name: "Vite 8, page, production, from a linked folder",
    node: 20,
    files: PAGE,
    build: [["vite", "build"]],
    dist: "dist",
    install: "link",
  },
  {
    name: "control: a damaged package fails in a page of Vite 8",
    node: 20,
    files: PAGE,
    build: [["vite", "build"]],
    dist: "dist",
    install: "damaged",
    control: true,
    first: true,
  },
);

const VITEST = {
  "ask.test.js": `import { test } from "vitest";
import * as openai from "openai-wasm";
import { askAll } from "./ask/all.mjs";
test("asks", { timeout: 300_000 }, async () => {
  const { proxy, token, report } = Object.fromEntries(new URLSearchParams(process.env.QUERY));
  await fetch(report, { method: "POST", body: JSON.stringify(await askAll(openai, { proxyUrl: proxy, token })) });
});
`,
};
rows.push({
  name: "Vitest, Node.js",
  node: 20,
  files: VITEST,
  reports: ["vitest", "run"],
  first: true,
});

bundlers("vite", rows);
export const ROWS = rows;

examples("vite", [
  {
    name: "examples/react: a component that is removed ends its request",
    example: "react",
    again: true,
    scripts: ["build"],
    serve: ["preview", "--", "--port", "$PORT"],
    leave: ["#toggle"],
    front: (upstream) => startFront({ upstream }),
  },
]);
