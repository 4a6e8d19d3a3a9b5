// Node, Deno and Bun: the .wasm file is read from the disk.

import { readFile } from "node:fs/promises";

import { prepare } from "./glue.js";
import { keyHolding } from "./mark.js";
import { Platform } from "./platform.js";
import { createRuntime } from "../lib/runtime.js";

const load = async () => WebAssembly.compile(await readFile(new URL("./edge.wasm", import.meta.url)));

export const runtime = keyHolding(createRuntime(prepare, load, () => new Platform()));
