// `npm run dev`: page, proxy and session endpoint at one address of this machine.

import "./node-version.js";

import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { parseArgs } from "node:util";

import { startStandIn } from "./stand-in.js";
import { localVars } from "./vars.js";
import { FOLDER, stop, wrangler } from "./wrangler.js";

const port = portOf(process.argv.slice(2));
if (!(await isFree(port)))
  stop(`Port ${port} is taken: \`npm run dev -- --port ${port + 1}\` takes another.`);

const { made, vars } = localVars(FOLDER);
if (made) console.log("Made .dev.vars, with a new SESSION_SECRET. Put your key into it.");

const args = ["dev", "--port", String(port)];
if (!vars.OPENAI_API_KEY) {
  console.log("No OPENAI_API_KEY in .dev.vars: a script answers in place of a model.");
  const standIn = {
    OPENAI_BASE_URL: await startStandIn(),
    OPENAI_API_KEY: randomBytes(32).toString("base64url"),
  };
  for (const [name, value] of Object.entries(standIn)) args.push("--var", `${name}:${value}`);
}
process.exit(await wrangler(args));

function portOf(given) {
  try {
    const { port } = parseArgs({ args: given, options: { port: { type: "string" } } }).values;
    if (port === undefined) return 8787;
    if (/^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_535) return Number(port);
  } catch {
    // Another option, or one without a value.
  }
  return stop("Usage: npm run dev [-- --port NUMBER], from 1 to 65534");
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "localhost", () => server.close(() => resolve(true)));
  });
}
