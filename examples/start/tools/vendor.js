// Copies the page's client from node_modules to public/vendor. Wrangler calls it before it serves or deploys.

import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FILE = "openai-wasm.min.js";
const folder = new URL("../public/vendor/", import.meta.url);
const client = fileURLToPath(import.meta.resolve(`openai-wasm/${FILE}`));

await mkdir(folder, { recursive: true });
await copyFile(client, new URL(FILE, folder));
