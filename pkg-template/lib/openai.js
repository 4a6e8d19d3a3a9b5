// The keyless client. It has no option, type or code path that takes a key.

import { BaseClient } from "./client.js";
import { ERRORS, InvalidOptionError } from "./errors.js";
import { CLIENT, read, refuseUnknown, textOrFunction, url } from "./options.js";

/** What a person may pass out of habit, and what this client must never hold. */
const CREDENTIAL = /key|secret|organi[sz]ation|project|admin|dangerouslyAllowBrowser/i;
/** Shapes of model providers' keys; the same as Rust's `looks_like_a_key`. */
const SHAPES = "(?:sk[-_]|gsk_|xai-|pplx-|hf_|AIza|fw_|r8_)";
const KEY_SHAPED = new RegExp(`(?:^|[\\s,;"'=])${SHAPES}.{8}`);
const NAMED = /api[_-]?key$|authorization$/i;
const KEY = new RegExp(`^${SHAPES}[\\w.-]{8,}$`);
/** In JSON text: what must be looked at more closely. */
const SUSPECT = new RegExp(`(?:api[_-]?key|authorization)":|"${SHAPES}[\\w.-]{8,}"`, "i");

/** The name of a string that is named like a key, or is nothing but one and is not what someone says. */
const keyIn = (value, name) => {
  if (typeof value === "string") {
    return NAMED.test(name) || (!/^(content|text|input|prompt|arguments)$/.test(name) && KEY.test(value)) ? name : undefined;
  }
  for (const [own, item] of Object.entries(value ?? {})) {
    const found = keyIn(item, Array.isArray(value) ? name : own);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Refuses a body, a query or a path that holds a key, and repeats its name alone. */
const keyless = (payload, query, path) => {
  const json = typeof payload === "string" ? payload : JSON.stringify([...(payload ?? [])].map((field) => Object.fromEntries([field])));
  const [way, ...search] = String(path).split("?");
  const pairs = [...query, ...new URLSearchParams(search.join("?")), ...way.split("/").map((part) => ["path", part])];
  const name =
    (SUSPECT.test(json) ? keyIn(JSON.parse(json), "body") : undefined) ??
    pairs.find(([name, value]) => CREDENTIAL.test(name) || KEY_SHAPED.test(value))?.[0];
  if (name !== undefined) throw refused(name);
};

const refused = (name) =>
  new InvalidOptionError(
    name,
    "is not accepted here: this client talks to your proxy, which alone holds the key",
    "key_not_accepted",
  );
const refuse = (name) => (CREDENTIAL.test(name) ? refused(name) : undefined);

const sessionToken = (value, option) => {
  textOrFunction(value, option);
  if (KEY_SHAPED.test(value)) {
    throw new InvalidOptionError(option, "looks like a model provider's key", "key_not_accepted");
  }
  return value;
};

const credentials = (value, option) => {
  if (!["omit", "same-origin", "include"].includes(value)) {
    throw new InvalidOptionError(option, 'must be "omit", "same-origin" or "include"');
  }
  return value;
};

/**
 * @param runtime of the entry
 * @param bakedUrl the proxy's URL of a `proxy-only` build, or null
 * @param host what the entry knows of its runtime, and brings along: `{ apart, checks, multipart }`. `apart`:
 *   a promise that another request made may never settle (Workers); the others are functions that give
 *   promises of the modules of these names: lib/part.js
 */
export function defineClient(runtime, bakedUrl, host) {
  const checks = { ...CLIENT, token: sessionToken, credentials, ...(bakedUrl === null && { proxyUrl: url }) };

  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks, refuse);
      const { proxyUrl, token, fetch, credentials, ...rest } = read(options, checks, "options");
      if (bakedUrl === null && proxyUrl === undefined) {
        throw new InvalidOptionError("proxyUrl", "is required: the URL of your proxy");
      }
      const base = proxyUrl ?? bakedUrl;
      super(rest, { runtime, fetch, base, baseOption: "proxyUrl", credential: token, credentials, check: keyless, host });
      this.baseURL = base;
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}
