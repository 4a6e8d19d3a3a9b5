// What the command and the plugin can be told, checked.

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { secretsOf } from "./environment.js";
import { PROVIDERS } from "./providers.js";
import { Scanner } from "./scanner.js";

const texts = (value, option) => {
  if (!Array.isArray(value))
    throw new InvalidOptionError(option, `must be an array of strings, not ${describe(value)}`);
  value.forEach((text, index) => {
    if (typeof text !== "string" || text === "")
      throw new InvalidOptionError(`${option}[${index}]`, "must be a string that is not empty");
  });
  return value;
};

/** `hugging-face` and `Hugging Face` are one. */
const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const BY_SLUG = new Map(PROVIDERS.map((name) => [slug(name), name]));

const providers = (value, option) =>
  texts(value, option).map((name) => {
    const provider = BY_SLUG.get(slug(name));
    if (!provider)
      throw new InvalidOptionError(
        option,
        `knows no provider ${JSON.stringify(name)}: ${[...BY_SLUG.keys()].join(", ")}`,
      );
    return provider;
  });

const target = (value, option) => {
  if (value !== "browser" && value !== "server")
    throw new InvalidOptionError(option, 'must be "browser" or "server"');
  return value;
};

const CHECKS = {
  target,
  exclude: texts,
  ignoreProviders: providers,
  ignoreValues: texts,
  env: texts,
  ignoreEnv: texts,
  varsFiles: texts,
};

/** The names of the options. @public */
export const OPTIONS = Object.keys(CHECKS);

export function readOptions(options) {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new InvalidOptionError("options", `must be an object, not ${describe(options)}`);
  }
  const read = { __proto__: null };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) throw new InvalidOptionError(name, "is not an option");
    if (value !== undefined) read[name] = CHECKS[name](value, name);
  }
  return read;
}

/** A scanner for the environment of this process and Vite's mode; `skipped` are the secrets that cannot be looked for. */
export async function scannerFor(
  { target, ignoreProviders, ignoreValues, env, ignoreEnv, varsFiles, mode },
  folder,
) {
  const { secrets, skipped } = await secretsOf({
    env: process.env,
    folder,
    files: varsFiles,
    mode,
    names: env,
    ignored: ignoreEnv,
  });
  return {
    scanner: new Scanner({ secrets, target, ignore: ignoreProviders, harmless: ignoreValues }),
    skipped,
  };
}
