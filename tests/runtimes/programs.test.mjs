// Node.js, Deno and Bun: a program that holds the key asks, serves the proxy, and asks through it.

import { after, before } from "node:test";

import { answersAll, cases, failsForDamage } from "../support/cases.mjs";
import { secrets } from "../support/front.mjs";
import { workshop } from "../support/installed.mjs";
import { bunProgram, denoProgram } from "../support/nodes.mjs";
import { startUpstream } from "../support/upstream.mjs";

const NODE = 'import "./ask/start.mjs";\n';
const DENO = `
import { answer } from "./ask/server.mjs";
const env = JSON.parse(Deno.args[0]);
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log("listening on http://127.0.0.1:" + port) }, (request) => answer(request, env));
`;
const BUN = `
import { answer } from "./ask/server.mjs";
const { url } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => answer(request, process.env) });
console.log("listening on " + url.origin);
`;
/** CommonJS, which loads the package by \`import()\`. */
const COMMON = `import("./program.js");\n`;

export const ROWS = [
  { name: "Node.js 20", node: 20, program: NODE, first: true },
  { name: "Node.js 22", node: 22, program: NODE },
  { name: "Node.js 24", node: 24, program: NODE },
  { name: "Node.js 20, from a linked folder", node: 20, program: NODE, install: "link" },
  {
    name: "Node.js 20, from a CommonJS module",
    node: 20,
    program: NODE,
    entry: "common.cjs",
    files: { "common.cjs": COMMON },
  },
  {
    name: "Deno, which may use the network alone",
    program: DENO,
    binary: denoProgram,
    args: ["run", "--allow-net"],
    secretsAsArgument: true,
  },
  {
    name: "Bun",
    program: BUN,
    binary: bunProgram,
    args: ["run"],
  },
];

let shop;
let upstream;
before(async () => {
  shop = await workshop();
  upstream = await startUpstream();
});
after(() => Promise.all([shop?.remove(), upstream?.stop()]));

async function started(
  {
    node,
    program,
    binary,
    args = [],
    entry = "program.js",
    files = {},
    install,
    secretsAsArgument,
  },
  check,
) {
  const project = await shop.project({ node, install, files: { ...files, "program.js": program } });
  const env = secrets(upstream);
  const given = secretsAsArgument ? { args: [JSON.stringify(env)] } : { env, args: [] };
  const server = await project.start(undefined, [...args, entry, ...given.args], {
    env: given.env,
    program: binary?.(),
  });
  try {
    await check(async (path) => (await fetch(server.found + path)).json());
  } catch (error) {
    console.log(server.output);
    throw error;
  } finally {
    await server.stop();
  }
}

cases(ROWS, (row) =>
  started(row, async (get) => {
    await answersAll(upstream, () => get("/ask/edge"));
    await answersAll(upstream, () => get("/ask/keyless"));
  }),
);

cases(
  [
    {
      name: "control: a damaged package fails in Node.js",
      node: 20,
      program: NODE,
      install: "damaged",
      first: true,
    },
  ],
  (row) => started(row, (get) => failsForDamage(upstream, () => get("/ask/edge"))),
);
