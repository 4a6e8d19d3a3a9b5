// What a client shows to its server: a session token, or a key in the key-holding client.

import { OpenAIError } from "./errors.js";
import { describe } from "./json.js";
import { CREDENTIAL } from "./codes.js";

/** How long a call waits for the token that another call asked for, in milliseconds. */
const LONGEST_SHARED_MS = 10_000;

/** The header of a client's calls that says who calls. A session token serves all calls until it is refused. */
export class Credential {
  #server;
  /** The header in use. */
  #kept;
  /** A refused header that the function gave again when it was asked for another. */
  #stale;
  /** A question under way. */
  #asking;

  constructor(server) {
    this.#server = server;
  }

  /** The header's name: Azure has one of its own for keys. */
  get name() {
    return this.#server.keyHeader ?? "Authorization";
  }

  /** Is there another one to ask for when this one is refused? */
  get renewable() {
    const { keyed, credential } = this.#server;
    return !keyed && typeof credential === "function";
  }

  /** `{ header, shared }`: another one than `refused`; `alone` wants one that no other call gets. */
  async get(refused, alone) {
    const { keyed, host } = this.#server;
    // A key is asked for each time.
    if (keyed || alone) return { header: await this.#ask() };
    let asking = this.#asking;
    // Calls at once share one question, except where a request that was cancelled leaves one without an answer.
    const asks = this.#kept === undefined && (host?.apart || !(asking?.until > Date.now()));
    // The function gave this one again before.
    const known = this.#kept ?? (refused === this.#stale ? refused : undefined);
    if (known === undefined && asks) {
      asking = this.#asking = { until: Date.now() + LONGEST_SHARED_MS };
      asking.header = this.#ask()
        .then((header) => (header === refused ? (this.#stale = header) : (this.#kept = header)))
        .finally(() => {
          if (this.#asking === asking) this.#asking = undefined;
        });
    }
    return { header: known ?? (await asking.header), shared: !asks };
  }

  /** The server refused this one; another call may have asked for a new one already. */
  refuse(header) {
    if (this.#kept === header) this.#kept = undefined;
  }

  async #ask() {
    const { keyed, credential, runtime } = this.#server;
    const option = keyed ? "apiKey" : "token";
    let value = credential;
    if (typeof value === "function") {
      try {
        value = await credential();
      } catch (cause) {
        throw Object.assign(
          new OpenAIError(`${option}: the function failed: ${cause?.message ?? cause}`),
          { cause },
        );
      }
      if (typeof value !== "string")
        throw new OpenAIError(`${option}: the function must give a string, not ${describe(value)}`);
    }
    // Keys out of a file end in a line break.
    if (keyed) value = value.trim();
    const fault = (await runtime.instance()).exports.fault(CREDENTIAL, value);
    if (fault) throw new OpenAIError(`\`${option}\` ${fault}`);
    return this.#server.keyHeader ? value : `Bearer ${value}`;
  }
}
