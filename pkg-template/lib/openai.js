// The keyless client. It has no option, type or code path that takes a key.

import { BaseClient } from "./client.js";
import { ERRORS, InvalidOptionError } from "./errors.js";
import { CLIENT, read, refuseUnknown, textOrFunction, url } from "./options.js";

/** What a person may pass out of habit, and what this client must never hold. */
const CREDENTIAL = /key|secret|organi[sz]ation|project|admin|dangerouslyAllowBrowser/i;
/** Shapes of model providers' keys; the same as Rust's `looks_like_a_key`. */
const KEY_SHAPED = /^(sk-|gsk_|xai-|pplx-|hf_|AIza|fw_|r8_|sk_).{8}/;

const refuse = (name) =>
  CREDENTIAL.test(name)
    ? new InvalidOptionError(
        name,
        "is not accepted here: this client talks to your proxy, which alone holds the key",
        "key_not_accepted",
      )
    : undefined;

const sessionToken = (value, option) => {
  textOrFunction(value, option);
  if (KEY_SHAPED.test(value)) {
    throw new InvalidOptionError(option, "looks like a model provider's key", "key_not_accepted");
  }
  return value;
};

/**
 * @param runtime of the entry
 * @param bakedUrl the proxy's URL of a `proxy-only` build, or null
 */
export function defineClient(runtime, bakedUrl) {
  const checks = { ...CLIENT, token: sessionToken, ...(bakedUrl === null && { proxyUrl: url }) };

  class OpenAI extends BaseClient {
    constructor(options) {
      refuseUnknown(options, checks, refuse);
      const { proxyUrl, token, fetch, ...rest } = read(options, checks, "options");
      if (bakedUrl === null && proxyUrl === undefined) {
        throw new InvalidOptionError("proxyUrl", "is required: the URL of your proxy");
      }
      const base = proxyUrl ?? bakedUrl;
      super(rest, { runtime, fetch, base, baseOption: "proxyUrl", credential: token });
      this.baseURL = base;
    }
  }
  return Object.assign(OpenAI, { OpenAI, ...ERRORS });
}
