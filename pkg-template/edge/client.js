// The key-holding client, for servers. The package's exports keep it out of browser bundles.

import { BaseClient } from "../lib/base-client.js";
import { ERRORS, InvalidOptionError, OpenAIError } from "../lib/errors.js";
import { CLIENT, read, refuseUnknown, text, textOrFunction, url } from "../lib/options.js";
import { SERVERS } from "./servers.js";

/** Hosts that may be reached by plain HTTP; WebAssembly decides what an entry may be. */
const hosts = (value, option) => {
  const wrong = !Array.isArray(value) || value.some((host) => typeof host !== "string");
  if (wrong)
    throw new InvalidOptionError(
      option,
      'must be an array of hosts with their ports: ["ollama:11434"]',
    );
  return [...value];
};

const checks = {
  ...CLIENT,
  apiKey: textOrFunction,
  baseURL: url,
  organization: text,
  project: text,
  allowHttp: hosts,
  webhookSecret: text,
};

/** A variable of the process, where there is one that may be read (Deno asks); Workers get theirs as `env`. */
const variable = (name) => {
  try {
    return globalThis.process?.env?.[name]?.trim() || undefined;
  } catch {
    return undefined;
  }
};

/**
 * @param runtime of the entry
 * @param host what the entry brings along, as in lib/page-client.js
 */
export function defineClient(runtime, host) {
  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks);
      const given = read(options, checks, "options");
      const { fetch, allowHttp = [], webhookSecret, ...rest } = given;
      const key = given.apiKey ?? variable("OPENAI_API_KEY");
      const baseURL = given.baseURL ?? variable("OPENAI_BASE_URL");
      // A server that is not OpenAI's and comes with its own key knows no account of the environment.
      const { apiKey, baseURL: url } = given;
      const foreign = apiKey !== undefined && url !== undefined && serverOf(url) !== "openai";
      const account = (name) => (foreign ? undefined : variable(name));
      const organization = given.organization ?? account("OPENAI_ORG_ID");
      const project = given.project ?? account("OPENAI_PROJECT_ID");
      if (key === undefined) {
        throw new OpenAIError(
          "Missing credentials: pass `apiKey`, a string or an async function, or set OPENAI_API_KEY.",
        );
      }
      if (isBrowser()) {
        throw new InvalidOptionError(
          "apiKey",
          "must not be in a browser: use `openai-wasm` and a proxy",
          "key_not_accepted",
        );
      }
      const own = [
        ["OpenAI-Organization", organization],
        ["OpenAI-Project", project],
      ].filter(([, value]) => value !== undefined);
      const defaultHeaders = [...own, ...(rest.defaultHeaders ?? [])];
      const base = baseURL ?? "https://api.openai.com/v1";
      const known = serverOf(base);
      const official = known === "openai";
      const baseFault = (wasm) => {
        for (const host of allowHttp) {
          const fault = wasm.hostFault(host);
          if (fault) throw new InvalidOptionError("allowHttp", `\`${host}\` ${fault}`);
        }
        return wasm.serverFault(base, allowHttp);
      };
      super(
        { ...rest, apiKey: undefined, defaultHeaders, profile: given.profile ?? PROFILES[known] },
        {
          runtime,
          fetch,
          base,
          baseOption: "baseURL",
          baseFault,
          credential: key,
          keyHeader: known === "azure" && typeof key === "string" ? "api-key" : undefined,
          keyed: true,
          official,
          host,
          given: options,
        },
      );
      this.baseURL = base;
      this.organization = organization ?? null;
      this.project = project ?? null;
      // Seen by code alone, so that no log of a client shows it. The variable is asked for when it is used.
      let secret = webhookSecret;
      Object.defineProperty(this, "webhookSecret", {
        get: () => secret ?? variable("OPENAI_WEBHOOK_SECRET") ?? null,
        set: (value) => {
          secret = value;
        },
      });
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}

/** Whose server it is, by its host. */
const serverOf = (base) => {
  const host = `.${new URL(base, "https://same.origin").hostname.replace(/\.$/, "")}`;
  return SERVERS.find(([end]) => host.endsWith(`.${end}`))?.[1];
};
/** Whose documents hold for it. */
const PROFILES = { __proto__: null, openai: "openai", fireworks: "fireworks" };

const isBrowser = () =>
  typeof globalThis.window !== "undefined" && typeof globalThis.window.document !== "undefined";
