// The key-holding client, for servers. The package's exports keep it out of browser bundles.

import { BaseClient } from "../lib/client.js";
import { ERRORS, InvalidOptionError, OpenAIError } from "../lib/errors.js";
import { CLIENT, read, refuseUnknown, text, textOrFunction, url } from "../lib/options.js";

const checks = { ...CLIENT, apiKey: textOrFunction, baseURL: url, organization: text, project: text };

/** A variable of the process, where there is one and it may be read; Workers get theirs as `env`. */
const variable = (name) => {
  try {
    return globalThis.process?.env?.[name]?.trim() || undefined;
  } catch {
    return undefined; // Deno, without the right to it.
  }
};

/**
 * @param runtime of the entry
 * @param host what the entry brings along, as in lib/openai.js
 */
export function defineClient(runtime, host) {
  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks, () => undefined);
      const given = read(options, checks, "options");
      const { fetch, ...rest } = given;
      const key = given.apiKey ?? variable("OPENAI_API_KEY");
      const baseURL = given.baseURL ?? variable("OPENAI_BASE_URL");
      const base = baseURL ?? "https://api.openai.com/v1";
      const own = profileOf(base);
      // OpenAI's accounts mean nothing to another server that the caller names: Deno need not ask for them.
      const mayMean = given.baseURL === undefined || own === "openai";
      const organization = given.organization ?? (mayMean ? variable("OPENAI_ORG_ID") : undefined);
      const project = given.project ?? (mayMean ? variable("OPENAI_PROJECT_ID") : undefined);
      if (key === undefined) {
        throw new OpenAIError(
          "Missing credentials: pass `apiKey`, a string or an async function, or set OPENAI_API_KEY.",
        );
      }
      if (isBrowser()) {
        throw new InvalidOptionError("apiKey", "must not be in a browser: use `openai-wasm` and a proxy", "key_not_accepted");
      }
      const account = [
        ["OpenAI-Organization", organization],
        ["OpenAI-Project", project],
      ].filter(([, value]) => value !== undefined);
      const defaultHeaders = [...account, ...(rest.defaultHeaders ?? [])];
      const server = { runtime, fetch, base, baseOption: "baseURL", credential: key, keyed: true, official: own === "openai", host };
      super({ ...rest, apiKey: undefined, defaultHeaders, profile: given.profile ?? own }, server);
      this.baseURL = base;
      this.organization = organization ?? null;
      this.project = project ?? null;
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}

/** Whose documents hold for a server, by its host; as in src/client/auth.rs. */
const profileOf = (base) => {
  const host = `.${new URL(base, "https://same.origin").hostname.replace(/\.$/, "")}`;
  return host.endsWith(".api.openai.com") ? "openai" : host.endsWith(".api.fireworks.ai") ? "fireworks" : "none";
};

const isBrowser = () => typeof globalThis.window !== "undefined" && typeof globalThis.window.document !== "undefined";

