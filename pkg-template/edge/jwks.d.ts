import type { Caller } from "./proxy.js";

export interface JwksOptions {
  /** Where the provider publishes its keys: `https://…/.well-known/jwks.json`. */
  url: string;
  /** The `iss` that tokens must have. */
  issuer: string;
  /** The `aud` that tokens must have. */
  audience?: string | undefined;
  /** The `azp` that tokens must have, one of these: for providers that set no audience, as Clerk. */
  authorizedParties?: readonly string[] | undefined;
  /** Default both. */
  algorithms?: readonly ("RS256" | "ES256")[] | undefined;
  /** The header with the bare token, in the place of `Authorization: Bearer`: `"cf-access-jwt-assertion"` for Cloudflare Access. */
  header?: string | undefined;
}

/**
 * For `createProxy({ authenticate })`: verifies the tokens of an identity provider by its published
 * keys. They are fetched when they are needed, kept for ten minutes, and fetched anew for an unknown
 * key at most every 30 seconds. A provider that cannot be reached is answered with 503.
 *
 * Make it once, beside `createProxy`.
 *
 * @throws InvalidOptionError whose `option` names what is wrong
 */
export function authenticateByJwks(
  options: JwksOptions,
): (request: Request) => Promise<Caller | "expired" | null>;

export { InvalidOptionError } from "../lib/errors.js";
