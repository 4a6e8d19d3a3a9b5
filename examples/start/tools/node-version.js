// Imported first: an old Node.js is named before anything fails for it.

import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const oldest = engines.node.replace(/^>=/, "");
const [major, minor] = process.versions.node.split(".").map(Number);
const [oldestMajor, oldestMinor] = oldest.split(".").map(Number);

if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(
    `Node.js ${process.versions.node} is too old: install Node.js ${oldest} or later from https://nodejs.org`,
  );
  process.exit(1);
}
