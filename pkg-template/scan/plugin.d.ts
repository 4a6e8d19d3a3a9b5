import type { UnpluginInstance } from "unplugin";

/** Options of the scan. The command `openai-wasm scan` has the same. */
export interface ScanOptions {
  /**
   * `"server"`: the build is for no browser, so `openai-wasm/edge` and `openai-wasm/proxy` may be in it.
   * By default what the bundler says it builds for: Vite's SSR builds and environments, webpack's
   * `target`, esbuild's `platform`; `"browser"` with Rollup.
   */
  target?: "browser" | "server" | undefined;
  /** Files of the output to leave out. `*` within a name, `**` across names. */
  exclude?: readonly string[] | undefined;
  /** Providers whose keys are meant to be public: `["google"]` for Firebase's. */
  ignoreProviders?: readonly string[] | undefined;
  /** What looks like a key but is not, exactly as in the output. */
  ignoreValues?: readonly string[] | undefined;
  /** Variables that are secrets whatever their names. */
  env?: readonly string[] | undefined;
  /** Variables that are none, though their names look so. */
  ignoreEnv?: readonly string[] | undefined;
  /**
   * Files of variables whose secrets are looked for besides those of the process. By default those of
   * `.env`, `.env.local`, `.env.production`, `.env.production.local` and `.dev.vars` that exist; with
   * Vite the mode's name stands in the place of `production`.
   */
  varsFiles?: readonly string[] | undefined;
}

/** A secret in a build's output. No field holds any part of it, but for the prefix that all keys of a provider share. */
export interface Finding {
  file: string;
  /**
   * A key by its shape or name, the value of a secret variable, a build that can hold a key, or a part that
   * could not be opened.
   */
  kind: "key" | "environment" | "key-holding-entry" | "not-scanned";
  /** Of a key: whose it is. */
  provider?: string | undefined;
  /** Of a variable: its name. */
  name?: string | undefined;
  /** `"raw"`, or how it was coded: `"base64"`, `"hex"`, `"URL-encoded"`, `"reversed"`, `"UTF-16"`, `"escaped"`, `"file name"` … */
  coding: string;
  excerpt: string;
  /** In bytes from the file's start; missing for what is imported from outside of the bundle. */
  offset?: number | undefined;
  /** From 1; missing in binary files. */
  line?: number | undefined;
  /** In bytes, from 1. */
  column?: number | undefined;
  /** In a source map: the source and its line. */
  source?: string | undefined;
}

/** Fails the build: the message lists what was found. */
export class KeyLeakError extends Error {
  readonly findings: readonly Finding[];
}

/** The scan could not be done. */
export class ScanError extends Error {
  readonly code: "no_such_path" | "nothing_to_scan" | "unreadable";
}

export { InvalidOptionError } from "../lib/errors.js";

declare const plugin: UnpluginInstance<ScanOptions | undefined>;
export default plugin;
export const vite: typeof plugin.vite;
export const webpack: typeof plugin.webpack;
export const rspack: typeof plugin.rspack;
export const rollup: typeof plugin.rollup;
export const rolldown: typeof plugin.rolldown;
export const esbuild: typeof plugin.esbuild;
