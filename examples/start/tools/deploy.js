// `npm run deploy`: uploads page and Worker, and the secrets with them. `-- --dry-run` uploads nothing.

import "./node-version.js";

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { deployedVars, localVars } from "./vars.js";
import { FOLDER, stop, wrangler } from "./wrangler.js";

const args = process.argv.slice(2);
if (args.includes("--dry-run")) process.exit(await wrangler(["deploy", ...args]));

const { OPENAI_API_KEY, OPENAI_BASE_URL } = localVars(FOLDER).vars;
if (!OPENAI_API_KEY) stop("No OPENAI_API_KEY in .dev.vars: the deployed Worker needs your key.");
if (/^http:/.test(OPENAI_BASE_URL ?? ""))
  stop(
    "OPENAI_BASE_URL in .dev.vars is a plain http:// address: name a server that the Worker can reach by https://.",
  );

const { vars } = deployedVars(FOLDER);
const secrets = {
  ...vars,
  OPENAI_API_KEY,
  // Always sent: Wrangler keeps a secret that an upload leaves out, so the key would go on to the old server.
  OPENAI_BASE_URL: OPENAI_BASE_URL || "https://api.openai.com/v1",
};
const folder = mkdtempSync(join(tmpdir(), "deploy-"));
const file = join(folder, "secrets.json");
writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
let code;
try {
  code = await wrangler(["deploy", "--secrets-file", file, ...args]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (code === 0)
  console.log(`Visitors need this access code, which .deploy.vars keeps: ${vars.ACCESS_CODE}`);
process.exit(code);
