import type { ProxyOptions } from "./proxy-option-types.js";

export type { ProxyOptions, ProxyRoute } from "./proxy-option-types.js";

/** A secret binding: plain text, or one of Cloudflare's Secrets Store. */
export type SecretBinding = string | { get(): Promise<string> };

/**
 * The Worker's environment: the secrets and bindings that the options name, and optionally the
 * variables `OPENAI_BASE_URL`, `OPENAI_MODELS` (models separated by commas, or `*`), `SESSION_EPOCH`
 * (tokens signed before this time, in seconds since 1970, are refused) and `PROXY_DISABLED` (`1`:
 * every request is answered with 503).
 */
export type ProxyEnv = object;

/** Who calls, as your own check says. */
export interface Caller {
  /** A user, a device, a visitor: 1 to 128 bytes. */
  sub: string;
  /** The only origin whose pages may use this credential. */
  origin?: string | undefined;
  /** The only models that it opens, of those that the proxy has. */
  models?: readonly string[] | undefined;
  /** The most tokens of an answer. */
  maxTokens?: number | undefined;
  /** Limits that hold besides those of the option `budget`, in US dollars: `{ day: 0.1 }`. */
  budget?: SessionBudget | undefined;
  /** The credential's own id, for `isRevoked` and `claimOnce`. */
  jti?: string | undefined;
  issuedAt?: number | undefined;
  expiresAt?: number | undefined;
}

/** A session, as `isRevoked` and `claimOnce` see it. Times are in seconds since 1970. */
export interface SessionFacts {
  sub: string;
  jti?: string | undefined;
  issuedAt?: number | undefined;
  expiresAt?: number | undefined;
}

/** Names of Cloudflare rate-limit bindings. They count per location, so they slow down and guard no money. */
export interface RateLimits {
  /** Counts each subject's requests. */
  subject?: string | undefined;
  /** Counts each address's requests, of an IPv6 network by its first 64 bits. */
  address?: string | undefined;
  /** Counts each address's requests for a session. */
  session?: string | undefined;
}

/** `POST /session` for pages whose visitors you do not know, against a Turnstile token. */
export interface AnonymousSessions {
  /** The host names of the pages that may solve the challenge. */
  hostnames: readonly string[];
  /** The widget's action. */
  action?: string | undefined;
  /** Name of the secret that Turnstile gave you. Default `"TURNSTILE_SECRET"`. */
  turnstileSecret?: string | undefined;
  /** Lifetime of a token. Default 900 seconds. */
  ttlSeconds?: number | undefined;
  /** The models that its tokens open. By default those of the proxy. */
  models?: readonly string[] | undefined;
  /** The most tokens of an answer. By default `maxOutputTokens`. */
  maxTokens?: number | undefined;
  /** Another server that verifies by the same protocol. */
  verifyUrl?: string | undefined;
}

/** The most that may be spent in a fixed window in UTC. */
export interface BudgetLimit {
  /** `"subject"`: each session's subject; anonymous sessions of one address are one. */
  per: "subject" | "everyone";
  window: "day" | "month" | "lifetime";
  /** US dollars. */
  usd: number;
}

/** What a model costs, in US dollars a million tokens unless a line says otherwise. */
export interface BudgetPrice {
  input?: number | undefined;
  cachedInput?: number | undefined;
  cacheWrite?: number | undefined;
  output?: number | undefined;
  imageInput?: number | undefined;
  imageOutput?: number | undefined;
  /** Sound that is spoken. */
  audioOutput?: number | undefined;
  /** A million characters of text that is to be spoken. */
  character?: number | undefined;
  /** A minute of sound that is heard. */
  audioMinute?: number | undefined;
  /** The most that one picture costs, for a model that is priced by the picture. */
  image?: number | undefined;
  /**
   * May the model write what is billed and not shown? An answer that its caller left costs its whole
   * reservation then. Default true.
   */
  reasoning?: boolean | undefined;
}

/** Limits on what requests cost. Needs Durable Objects: see docs/budgets.md. */
export interface BudgetOptions {
  /** Name of the Durable Object binding of `BudgetLedger` (`openai-wasm/durable`). */
  binding: string;
  limits: readonly BudgetLimit[];
  /** Prices by model, in the place of those of the table of models. A model without a price is refused. */
  prices?: Readonly<Record<string, BudgetPrice>> | undefined;
}

/** How streams are kept for callers who are cut off. Needs Durable Objects: see docs/resumable-streams.md. */
export interface ResumableOptions {
  /** Name of the Durable Object binding of `StreamLog` (`openai-wasm/durable`). */
  binding: string;
  /** For how long a stream goes on that nobody reads, in milliseconds. Default: 60,000. */
  graceMs?: number | undefined;
  /** For how long a stream is kept after its end, in milliseconds. Default: 600,000. */
  keepMs?: number | undefined;
  /** The most streams of a subject that are kept. Default: 8. */
  maxStreams?: number | undefined;
  /** The most bytes of a stream that are kept. A longer one goes on and cannot be resumed. Default: 4 MiB. */
  maxBytes?: number | undefined;
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
  /** The most tokens that its answers may have had together: the cap that was sent on. Null where a route has none. */
  maxOutputTokens: number | null;
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
  usage: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
    [detail: string]: unknown;
  };
  /** Did the model server give no count, or none that can be true? */
  estimated: boolean;
  /** What the budget was charged. Undefined without the option `budget`. */
  cost?:
    | {
        usd: number;
        /** The same, exactly, in nano-dollars. */
        nano: number;
        /** What was reserved, in nano-dollars. */
        reservedNano: number;
        /**
         * Why the charge may not be what the provider bills, or was unusual:
         *
         * - `no_usage`: the answer had no usage that can be true; the reservation was charged
         * - `left_early`: the answer did not end; what was passed on was charged, a token for each byte
         * - `overrun`: it cost more than was reserved
         * - `late`: the reservation had expired and been charged; this charge replaced it
         * - `unreserved`: the ledger had forgotten the request
         * - `repeated`: it was settled before
         * - `unsettled`: the ledger did not answer; the reservation will be charged when it expires
         */
        flags: (
          | "no_usage"
          | "left_early"
          | "overrun"
          | "late"
          | "unreserved"
          | "repeated"
          | "unsettled"
        )[];
      }
    | undefined;
}

export interface Proxy {
  /** Answers one request. It never rejects: every failure is a response. */
  fetch(
    request: Request,
    env: ProxyEnv,
    ctx?: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response>;
}

/**
 * A Worker that forwards `POST /v1/chat/completions`, and the routes that are switched on, with the
 * key, for callers with a session token.
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
  ttlSeconds?: number | undefined;
  issuer?: string | undefined;
  audience?: string | undefined;
  /** The only origin whose pages may use the token. */
  origin?: string | undefined;
  /** The only models that it opens, of those that the proxy has. */
  models?: readonly string[] | undefined;
  /** The most tokens of an answer. */
  maxTokens?: number | undefined;
  /** Limits that hold besides those of the proxy's option `budget`, in US dollars: `{ day: 0.1 }`. */
  budget?: SessionBudget | undefined;
}

/** Limits of one session, in US dollars. */
export interface SessionBudget {
  day?: number | undefined;
  month?: number | undefined;
  lifetime?: number | undefined;
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
  maxTokenSeconds?: number | undefined;
  issuer?: string | undefined;
  audience?: string | undefined;
  /** Tokens signed before this time, in seconds since 1970, are refused. */
  epoch?: number | undefined;
}

/** Whom a valid token is for, when it expires, in seconds since 1970, and its scope. */
export interface Session {
  sub: string;
  expiresAt: number;
  jti?: string | undefined;
  issuedAt?: number | undefined;
  origin?: string | undefined;
  models?: string[] | undefined;
  maxTokens?: number | undefined;
  budget?: SessionBudget | undefined;
}

/**
 * For routes of your own beside the proxy: the session of a request, or undefined when its token is
 * missing, wrong or expired.
 *
 * @throws InvalidOptionError whose `option` names what is wrong: a weak `secret`, say
 */
export function verifySessionToken(
  options: VerifySessionTokenOptions,
): Promise<Session | undefined>;

export { InvalidOptionError, OpenAIError } from "../lib/errors.js";

/** What a tokenizer of `openai-wasm/tokens` is for the proxy. */
export interface RequestCounter {
  /** The most tokens that a request can have; undefined if that cannot be told. */
  mostTokens(params: object): number | undefined;
}
