#!/usr/bin/env node
// `npx openai-wasm …`. It imports nothing that an old Node.js lacks before it has named that.

import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const oldest = manifest.engines.node.replace(/^>=/, "");

if (isOlder(process.versions.node, oldest)) {
  process.stderr.write(
    `openai-wasm: Node.js ${process.versions.node} is too old: install Node.js ${oldest} or later from https://nodejs.org\n`,
  );
  process.exitCode = 2;
} else if (process.argv[2] === "init") {
  import("./init/command.js").then(({ run }) => run(process.argv.slice(3), manifest));
} else {
  import("./scan/cli.js");
}

function isOlder(version, than) {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = than.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
