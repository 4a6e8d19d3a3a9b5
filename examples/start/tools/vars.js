// The files that hold secrets. Git ignores both.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** Of this machine: read by `npm run dev`. */
const LOCAL = ".dev.vars";
/** Of the deployed Worker: made and read by `npm run deploy`. */
const DEPLOYED = ".deploy.vars";

const random = () => randomBytes(32).toString("base64url");

const TEXTS = {
  [LOCAL]: () => `# Secrets of this machine. Git ignores this file.
# Your key. Without it, a script answers in place of a model.
OPENAI_API_KEY=
# Another server that speaks the API:
# OPENAI_BASE_URL=http://localhost:11434/v1
# Signs session tokens.
SESSION_SECRET=${random()}
# No login is needed on this machine: src/login.js.
LOGIN=none
`,
  [DEPLOYED]:
    () => `# Secrets of the deployed Worker, which \`npm run deploy\` uploads. Git ignores this file.
# The key is that of .dev.vars.
SESSION_SECRET=${random()}
# Give it to the people who may use the page.
ACCESS_CODE=${random().slice(0, 20)}
`,
};

/** The variables of this machine, and whether the file had to be made. */
export const localVars = (folder) => varsOf(folder, LOCAL);
export const deployedVars = (folder) => varsOf(folder, DEPLOYED);

function varsOf(folder, name) {
  const file = new URL(name, folder);
  const made = !existsSync(file);
  if (made) writeFileSync(file, TEXTS[name](), { mode: 0o600 });
  return { made, vars: parseEnv(readFileSync(file, "utf8")) };
}
