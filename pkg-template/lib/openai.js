// The keyless client. It has no option, type or code path that takes a key.

import { BaseClient } from "./client.js";
import { ERRORS, InvalidOptionError } from "./errors.js";
import { CLIENT, read, refuseUnknown, textOrFunction, url } from "./options.js";

/** What a person may pass out of habit, and what this client must never hold. */
const CREDENTIAL = /key|secret|organi[sz]ation|project|admin|dangerouslyAllowBrowser/i;
/** Shapes of model providers' keys; the same as Rust's `looks_like_a_key`. */
const SHAPES = "(?:sk[-_]|gsk_|xai-|pplx-|hf_|AIza|fw_|r8_)";
const KEY_SHAPED = new RegExp(`^${SHAPES}.{8}`);
/** In JSON text: a string that is named like a key, or is nothing but one and is not what someone says. */
const KEYS = [
  /"([\w.-]*(?:api[_-]?key|authorization))":"/i,
  new RegExp(`"(?!(?:content|text|input|prompt|arguments)")([^"\\\\]*)":"${SHAPES}[\\w.-]{8,}"`),
];

/** Refuses a body or a query that holds a key, and repeats its name alone. */
const keyless = (payload, query) => {
  const json = typeof payload === "string" ? payload : JSON.stringify(Object.fromEntries(payload ?? []));
  const [, name] =
    KEYS.map((shape) => shape.exec(json)).find(Boolean) ??
    query.map((pair) => ["", ...pair]).find(([, name, value]) => CREDENTIAL.test(name) || KEY_SHAPED.test(value)) ??
    [];
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
 */
export function defineClient(runtime, bakedUrl) {
  const checks = { ...CLIENT, token: sessionToken, credentials, ...(bakedUrl === null && { proxyUrl: url }) };

  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks, refuse);
      const { proxyUrl, token, fetch, credentials, ...rest } = read(options, checks, "options");
      if (bakedUrl === null && proxyUrl === undefined) {
        throw new InvalidOptionError("proxyUrl", "is required: the URL of your proxy");
      }
      const base = proxyUrl ?? bakedUrl;
      super(rest, { runtime, fetch, base, baseOption: "proxyUrl", credential: token, credentials, check: keyless });
      this.baseURL = base;
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}
