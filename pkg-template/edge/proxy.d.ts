/** A secret binding: plain text, or one of Cloudflare's Secrets Store. */
export type SecretBinding = string | { get(): Promise<string> };

/**
 * The Worker's environment: the secrets that `keySecret` and `sessionSecret` name, and optionally
 * `OPENAI_BASE_URL`.
 */
export type ProxyEnv = object;

export interface ProxyOptions {
  /**
   * The server's base URL with its path. By default the environment's `OPENAI_BASE_URL`, else
   * `https://api.openai.com/v1`.
   */
  upstream?: string;
  /** Name of the secret with the upstream's key. Default `"OPENAI_API_KEY"`. */
  keySecret?: string;
  /** Name of the secret that session tokens are signed with: at least 32 random bytes. Default `"SESSION_SECRET"`. */
  sessionSecret?: string;
  /**
   * Other origins whose pages may use the proxy, exactly as browsers send them:
   * `["https://app.example.com"]`. The proxy's own origin needs no entry. This guards pages, not the
   * proxy: programs send any origin they like, so a session token is required either way.
   */
  allowedOrigins?: readonly string[];
  /**
   * In the place of `fetch`. With a service binding:
   * `(url, init, env) => env.UPSTREAM.fetch(url, init)`.
   */
  fetch?: (url: string, init: RequestInit, env: any) => Response | Promise<Response>;
  /** Largest request body. Default 262,144 bytes (256 KiB). */
  maxBodyBytes?: number;
  /** How far in the future a session token may expire. Default 900 seconds. */
  maxTokenSeconds?: number;
  /** How long the upstream may take to begin its answer, in milliseconds. Default 600,000 (10 minutes). */
  timeout?: number;
  /** The `iss` that session tokens must have. */
  issuer?: string;
  /** The `aud` that session tokens must have. A token with an audience is refused unless this is set. */
  audience?: string;
}

export interface Proxy {
  /** Answers one request. It never rejects: every failure is a response. */
  fetch(request: Request, env: ProxyEnv, ctx?: { waitUntil(promise: Promise<unknown>): void }): Promise<Response>;
}

/**
 * A Worker that forwards `POST /v1/chat/completions` and `GET /v1/models` with the key, for callers
 * with a session token.
 *
 * @throws InvalidOptionError whose `option` names what is wrong
 */
export function createProxy(options?: ProxyOptions): Proxy;

export interface SessionTokenOptions {
  /** The same secret as the proxy's. */
  secret: string;
  /** Whom the token is for: a user, a device, an anonymous visitor. 1 to 128 bytes. */
  sub: string;
  /** Lifetime; no longer than the proxy's `maxTokenSeconds`. Default 900 seconds. */
  ttlSeconds?: number;
  issuer?: string;
  audience?: string;
}

/**
 * A session token: a JWT signed with HMAC-SHA-256. Sign one only for a caller that you know.
 *
 * @throws InvalidOptionError whose `option` names what is wrong
 */
export function signSessionToken(options: SessionTokenOptions): Promise<string>;

export interface VerifySessionTokenOptions {
  /** The same secret as the proxy's. */
  secret: string;
  /** The request's `Authorization` header: `Bearer <token>`. */
  authorization: string | null | undefined;
  /** Default 900. */
  maxTokenSeconds?: number;
  issuer?: string;
  audience?: string;
}

/** Whom a valid token is for, and when it expires, in seconds since 1970. */
export interface Session {
  sub: string;
  expiresAt: number;
}

/**
 * For routes of your own beside the proxy: the session of a request, or undefined when its token is
 * missing, wrong or expired.
 *
 * @throws InvalidOptionError whose `option` names what is wrong: a weak `secret`, say
 */
export function verifySessionToken(options: VerifySessionTokenOptions): Promise<Session | undefined>;

export { InvalidOptionError, OpenAIError } from "../lib/errors.js";
