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
  /**
   * Hears once of each answer what it has cost, however it ended. What it throws is logged and never
   * harms the answer; a promise is awaited by `ctx.waitUntil`. Streams are asked for their usage, and
   * the event with it is left out unless the caller had asked for it too.
   */
  onUsage?: (event: UsageEvent, env: any, ctx: any) => unknown;
  /**
   * `false` hands answers to the platform unseen. That costs no time of the CPU, and gives up what the
   * proxy otherwise does to them: looking for the key, ending a stream that broke, fell silent or grew
   * too long with an error event, and `onUsage`. Default true.
   */
  inspectAnswers?: boolean;
  /** How long an answer may bring nothing, in milliseconds. Default 300,000 (5 minutes). */
  idleTimeout?: number;
  /** How long an answer may take from its first byte, in milliseconds. Default 1,800,000 (30 minutes). */
  maxDuration?: number;
  /** How large an answer may be. Default 67,108,864 bytes (64 MiB). */
  maxAnswerBytes?: number;
}

/** What an answer has cost. */
export interface UsageEvent {
  /** The caller's `x-request-id`. */
  requestId: string;
  /** The session's subject. */
  subject: string;
  /** The proxy's path: `/v1/chat/completions`. */
  route: string;
  /** The model that was asked for. */
  model: string | null;
  stream: boolean;
  /** Size of the caller's body. */
  requestBytes: number;
  /** When the request was sent on, in milliseconds since 1970. */
  startedAtMs: number;
  durationMs: number;
  /**
   * - `completed`: the answer came whole
   * - `refused`: the model server refused the request; it costs nothing
   * - `failed`: no answer came, or an error or a limit ended it
   * - `truncated`: it broke off
   * - `disconnected`: the caller left
   */
  outcome: "completed" | "refused" | "failed" | "truncated" | "disconnected";
  /** As the model server counted, with its details, or an estimate: never less than what was passed on. */
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number; [detail: string]: unknown };
  /** Did the model server give no count, or none that can be true? */
  estimated: boolean;
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
