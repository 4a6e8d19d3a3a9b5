// The keyless client. It has no option, type or code path that takes a key.

import { BaseClient } from "./base-client.js";
import { ERRORS, InvalidOptionError } from "./errors.js";
import { SHAPES } from "./key-shapes.js";
import { CLIENT, read, refuseUnknown, textOrFunction, url } from "./options.js";

/** What a person may pass out of habit, and what this client must never hold. */
const CREDENTIAL = /key|secret|organi[sz]ation|project|admin|dangerouslyAllowBrowser/i;
/** As Rust's `looks_like_a_key`; `tests/fixtures/key-shapes.json` holds both to the same cases. */
const START = "(?:^|[^\\w.-])";
const KEY = new RegExp(START + SHAPES);
const keyShaped = (text) =>
  KEY.test(text.replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(`0x${code}`)));
const NAMED = /api[_-]?key$|authorization$/i;
/** One word, behind `Bearer` at most. Sentences may quote keys, and what is longer is a picture. */
const WORD = /^(?:bearer )?\S{1,512}$/i;
/** In JSON text: what must be looked at more closely. */
const SUSPECT = new RegExp(
  `(?:api[_-]?key|authorization)[\\]"]|(?:[^\\w.-]|\\\\.|\\\\u....)${SHAPES}|%[2-7]`,
  "i",
);

const isKey = (text) => WORD.test(text) && keyShaped(text);

/** The name of a string that is named like a key, or that holds one and is not what someone says. */
const keyIn = (value, name) => {
  if (typeof value === "string") {
    const member = name.split(/[[\]]/).filter(Boolean).pop() ?? "";
    return NAMED.test(member) ||
      (!/^(content|text|input|prompt|arguments|instructions|output)$/.test(member) && isKey(value))
      ? name
      : undefined;
  }
  for (const [own, item] of Object.entries(value ?? {})) {
    const list = Array.isArray(value);
    const found = !list && isKey(own) ? name : keyIn(item, list ? name : own);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Refuses a body, a query or a path that holds a key, and repeats its name alone. */
const keyless = (payload, query, path) => {
  const json =
    typeof payload === "string"
      ? payload
      : JSON.stringify([...(payload ?? [])].map((field) => Object.fromEntries([field])));
  const [way, ...search] = String(path).split("?");
  const pairs = [...query, ...new URLSearchParams(search.join("?")), ["path", way]].map(
    ([name, value]) => (keyShaped(name) ? ["query", name] : [name, value]),
  );
  const name =
    (SUSPECT.test(json) ? keyIn(JSON.parse(json), "body") : undefined) ??
    pairs.find(([name, value]) => CREDENTIAL.test(name) || keyShaped(value))?.[0];
  if (name !== undefined) throw refused(name);
};

const refused = (name) =>
  new InvalidOptionError(
    name,
    "is not accepted here: this client talks to your proxy (`proxyUrl`), which alone holds the key",
    "key_not_accepted",
  );
const refuse = (name) =>
  CREDENTIAL.test(name)
    ? refused(name)
    : /^base_?url$/i.test(name)
      ? new InvalidOptionError(name, "is not an option of this client: use `proxyUrl`")
      : undefined;

const shapeless = (value) => {
  if (typeof value === "string" && keyShaped(value)) {
    throw new InvalidOptionError(
      "token",
      "looks like a model provider's key; a session token goes there",
      "key_not_accepted",
    );
  }
  return value;
};

const sessionToken = (value, option) => {
  textOrFunction(value, option);
  return typeof value === "function" ? async () => shapeless(await value()) : shapeless(value);
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
 * @param host what the entry knows of its runtime, and brings along: `{ apart, checks, multipart, ChatCompletionStream }`. `apart`:
 *   a promise that another request made may never settle (Workers); `checks` and `multipart` give
 *   promises of the modules of these names: lib/part.js
 */
export function defineClient(runtime, bakedUrl, host) {
  const checks = {
    ...CLIENT,
    token: sessionToken,
    credentials,
    ...(bakedUrl === null && { proxyUrl: url }),
  };

  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks, refuse);
      const { proxyUrl, token, fetch, credentials, ...rest } = read(options, checks, "options");
      if (bakedUrl === null && proxyUrl === undefined) {
        throw new InvalidOptionError("proxyUrl", "is required: the URL of your proxy");
      }
      const base = proxyUrl ?? bakedUrl;
      const server = {
        runtime,
        fetch,
        base,
        baseOption: "proxyUrl",
        credential: token,
        credentials,
        host,
        given: options,
      };
      super(rest, { ...server, check: keyless, keyShaped });
      this.baseURL = base;
    }

    /** What the caller may still spend, if the proxy has a budget. */
    budget(options) {
      return this.get("/budget", options);
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}
