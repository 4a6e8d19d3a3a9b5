// The packed package in Node, as its `exports` would resolve it there.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { setting } from "./program.mjs";

const load = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), file)).href);

/** `openai-wasm` */
export const keyless = () => load("index.js");

/** `openai-wasm/edge` */
export const edge = () => load("edge/index.node.js");

/** `openai-wasm/proxy` */
export const proxy = () => load("edge/proxy.node.js");

/** The tables behind the checks of createProxy's options. */
export const optionTable = () => load("edge/proxy-option-table.js");

/** Resolves with the error that a promise or a function's promise fails with. */
export async function failure(action) {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    return error;
  }
  throw new Error("a failure was expected");
}

export const MODEL = "stand-in-ngram-1";

/** Parameters of a chat call. */
export const ask = (content, more) => ({
  model: MODEL,
  messages: [{ role: "user", content }],
  ...more,
});
