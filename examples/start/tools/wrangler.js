// Wrangler, Cloudflare's command, as this project has it installed.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const FOLDER = new URL("../", import.meta.url);

/** Runs a command of Wrangler's; its exit code. */
export function wrangler(args) {
  const child = spawn(process.execPath, [program(), ...args], {
    cwd: fileURLToPath(FOLDER),
    stdio: "inherit",
    // Where visitors come from is asked of Cloudflare's servers, and nothing here uses it.
    env: { CLOUDFLARE_CF_FETCH_ENABLED: "false", ...process.env },
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

function program() {
  try {
    const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.wrangler);
  } catch {
    return stop("Wrangler is not installed: run `npm install` first.");
  }
}

/** Ends with one line that says what to do. */
export function stop(message) {
  console.error(message);
  process.exit(1);
}
