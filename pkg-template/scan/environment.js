// Which values of the environment are secrets, by their names.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as util from "node:util";

import { ScanError } from "./error.js";

const SECRET =
  /(?:KEY|TOKEN|PASSPHRASE|PASSCODE|CREDENTIALS?|WEBHOOK(?:_UR[IL])?|(?:^|_)(?:SALT|PEPPER|SIGNING|P(?:AT|WD|ASS|ASSWD)|(?:NPM|BASIC|_)_?AUTH))(?:_B(?:ASE)?64)?(?:_?\d+)?$|SECRET|PASSWORD|PRIVATE_?KEY|API_?KEY/i;
/** Names of what is about a secret, of keys that are made for pages, and of the shell's own folder. */
const HARMLESS =
  /^PWD$|(?<!WEBHOOK)(?:_|^)(?:ID|NAME|ARN|PATH|FILE|DIR|URL|URI|HOST|REGION|LENGTH|SIZE|TTL|TYPE|EXPIR\w*)$|(?:^|_)PUBLIC_?KEY$|PUBLISHABLE|SITE_?KEY|ANON_?KEY/i;

export const isSecretName = (name) => SECRET.test(name) && !HARMLESS.test(name);

/** An address with a password in it, as `DATABASE_URL`, `REDIS_URL`, `MONGODB_URI` and `…_DSN` have. */
const PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:([^\s/?#]+)@/i;

/** A shorter value would be found by chance. */
const SHORTEST = 8;

/** Why a value cannot be looked for: it would stand in half of all files. */
export function tooCommon(value) {
  if (value.length < SHORTEST) return `has fewer than ${SHORTEST} characters`;
  if (new Set(value).size < 5) return "has fewer than 5 different characters";
  if (value.length < 16 && /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)$/.test(value)) return "could be a word";
  if (value.length < 12 && /^\d+$/.test(value)) return "could be any number";
  return undefined;
}

/** Files of variables that bundlers and Wrangler read. */
export const varsFilesOf = (mode = "production") => [
  ".env",
  ".env.local",
  `.env.${mode}`,
  `.env.${mode}.local`,
  ".dev.vars",
];

/**
 * The secrets to look for, `{ secrets: [{ name, value }], skipped: [{ name, why }] }`.
 *
 * @param folder where the files of variables are looked for
 * @param files of variables that must exist, in the place of the usual ones
 * @param mode of the build, in the usual ones' names
 * @param names that are secrets whatever they look like
 * @param ignored names that are none
 */
export async function secretsOf({ env, folder, files, mode, names = [], ignored = [] }) {
  const secrets = [];
  const skipped = [];
  const seen = new Set();
  const add = (variables) => {
    for (const [name, text] of Object.entries(variables)) {
      const value = (text ?? "").trim();
      const [, password] = PASSWORD.exec(value) ?? [];
      const meant = names.includes(name) || isSecretName(name) || password !== undefined;
      if (value === "" || !meant || ignored.includes(name) || seen.has(value)) continue;
      seen.add(value);
      const why = tooCommon(value);
      if (why) skipped.push({ name, why });
      else secrets.push({ name, value });
      // A program may have taken the address apart. A common password is none of its own to look for.
      if (password !== undefined && !seen.has(password) && !tooCommon(password)) {
        seen.add(password);
        secrets.push({ name, value: password });
      }
    }
  };
  add(env);
  for (const file of files ?? varsFilesOf(mode)) {
    let text;
    try {
      text = await readFile(join(folder, file), "utf8");
    } catch (error) {
      if (error.code === "ENOENT" && !files) continue;
      throw new ScanError(
        "unreadable",
        `the file of variables ${file} cannot be read: ${error.code}`,
      );
    }
    add(util.parseEnv(text));
  }
  return { secrets, skipped };
}
