/** A secret binding: plain text, or one of Cloudflare's Secrets Store. */
export type SecretBinding = string | { get(): Promise<string> };

/**
 * The Worker's environment: the secrets and bindings that the options name, and optionally the
 * variables `OPENAI_BASE_URL`, `OPENAI_MODELS` (models separated by commas, or `*`), `SESSION_EPOCH`
 * (tokens signed before this time, in seconds since 1970, are refused) and `PROXY_DISABLED` (`1`:
 * every request is answered with 503).
 */
export type ProxyEnv = object;

/** What can be switched on beside chat completions. */
export type ProxyRoute =
  | "models"
  | "completions"
  | "embeddings"
  | "moderations"
  | "images.generations"
  | "audio.transcriptions"
  | "audio.translations";

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

export interface ProxyOptions {
  /**
   * The server's base URL with its path. By default the environment's `OPENAI_BASE_URL`, else
   * `https://api.openai.com/v1`.
   */
  upstream?: string | undefined;
  /**
   * Hosts of your own, each with its port, that may be the upstream over plain `http://`:
   * `["ollama:11434"]`. Who stands between reads the key and the answers. Localhost needs no entry; a
   * provider's host is refused. Default `[]`.
   */
  allowHttp?: readonly string[] | undefined;
  /** Name of the secret with the upstream's key. Default `"OPENAI_API_KEY"`. */
  keySecret?: string | undefined;
  /**
   * Is the upstream a server of your own, whose key may be shorter than 32 bytes: Ollama's `ollama`, or
   * what you chose for vLLM? Providers' keys need no such word; without it a shorter one is taken for
   * a mistake, and the proxy answers 503. Such a key is not looked for in answers unless it has 16
   * random characters. Default false.
   */
  allowShortKey?: boolean | undefined;
  /**
   * Name of the secret that session tokens are signed with: at least 32 random bytes. For rotation it
   * holds several by name, the first of which signs: `{"2026-11":"…","2026-08":"…"}`. Default
   * `"SESSION_SECRET"`.
   */
  sessionSecret?: string | undefined;
  /**
   * The models that callers may name, compared byte by byte. `"*"`: whatever the key opens. By
   * default those of the variable `OPENAI_MODELS`; without either the proxy answers 503.
   */
  models?: readonly string[] | "*" | undefined;
  /** What is served beside `POST /v1/chat/completions`. Default `[]`. */
  routes?: readonly ProxyRoute[] | undefined;
  /**
   * Parameters that multiply the cost, or that the proxy does not know, and that callers may send all
   * the same: `["n", "web_search_options"]`. A path opens one member, a dot stepping into an object
   * and into every entry of a list: `["messages.content.cache_control"]`. What is accepted without
   * it stands in docs/proxy-parameters.md. Default `[]`.
   */
  allowParams?: readonly string[] | undefined;
  /**
   * The most tokens of an answer, to several prompts together. A request that asks for more is refused;
   * one that names no number gets this. Default 2048.
   */
  maxOutputTokens?: number | undefined;
  /** Default 256. */
  maxMessages?: number | undefined;
  /** The most characters of a request as JSON, images aside; a token counts as four at least. Default 131,072. */
  maxInputChars?: number | undefined;
  /**
   * The most tokens of a request as it goes on, a system prompt of the proxy's with it. What has no more
   * bytes than that passes uncounted, since a token is at least one; the rest is counted by `tokenizer`, and
   * refused without it. Default: no limit but `maxInputChars`.
   */
  maxInputTokens?: number | undefined;
  /**
   * What counts for `maxInputTokens`: `tokenizer` of `openai-wasm/tokens`, which is asked for each request's
   * model, or one tokenizer for all.
   */
  tokenizer?:
    | RequestCounter
    | ((model: string) => RequestCounter | Promise<RequestCounter>)
    | undefined;
  /** The longest `data:` URL of an image. Default 131,072 bytes. */
  maxImageBytes?: number | undefined;
  /** May images be given by `https://` URLs, which the provider then fetches? Default false. */
  imageUrls?: boolean | undefined;
  /**
   * The first message of every chat. Callers may then send neither `system` nor `developer` messages,
   * and `routes` must not hold `"completions"`.
   */
  systemPrompt?: string | undefined;
  /** The parameter with a keyed hash of the caller's subject, by which the provider tells users apart; `false`: none. Default `"user"`. */
  endUserParam?: "user" | "safety_identifier" | false | undefined;
  /** Requests of one subject that may be in flight, in one isolate. Default 4. */
  maxConcurrent?: number | undefined;
  rateLimits?: RateLimits | undefined;
  /**
   * In the place of session tokens: who calls? It gets the request without its body. Null is answered
   * with 401, `"expired"` with 401 `token_expired`; if it throws, with 503, and so is a caller with
   * members that are null or unknown: they might be a scope.
   */
  authenticate?:
    | ((
        request: Request,
        env: any,
      ) => Caller | "expired" | null | Promise<Caller | "expired" | null>)
    | undefined;
  /** Has this session been revoked? If it throws, the answer is 503. */
  isRevoked?: ((session: SessionFacts, env: any) => boolean | Promise<boolean>) | undefined;
  /**
   * Makes every token good for one request: is this the first use of `session.jti`? It must decide
   * atomically (a Durable Object, or an insert under a unique key), and remember until `expiresAt`.
   */
  claimOnce?: ((session: SessionFacts, env: any) => boolean | Promise<boolean>) | undefined;
  /** Is the proxy switched off? If it throws, it is. See also the variable `PROXY_DISABLED`. */
  disabled?: ((env: any) => boolean | Promise<boolean>) | undefined;
  /** Serves `POST /session`. Needs `rateLimits.session`. */
  anonymousSessions?: AnonymousSessions | undefined;
  /**
   * Other origins whose pages may use the proxy, exactly as browsers send them:
   * `["https://app.example.com"]`. The proxy's own origin needs no entry. This guards pages, not the
   * proxy: programs send any origin they like, so a session token is required either way.
   */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * In the place of `fetch`. With a service binding:
   * `(url, init, env) => env.UPSTREAM.fetch(url, init)`.
   */
  fetch?: ((url: string, init: RequestInit, env: any) => Response | Promise<Response>) | undefined;
  /** Largest JSON body. Default 262,144 bytes (256 KiB). */
  maxBodyBytes?: number | undefined;
  /** Largest multipart body, on the routes that take files. Default 26,214,400 bytes (25 MiB). */
  maxUploadBytes?: number | undefined;
  /** How far in the future a session token may expire. Default 900 seconds. */
  maxTokenSeconds?: number | undefined;
  /** How long the upstream may take to begin its answer, in milliseconds. Default 600,000 (10 minutes). */
  timeout?: number | undefined;
  /** The `iss` that session tokens must have. */
  issuer?: string | undefined;
  /** The `aud` that session tokens must have. A token with an audience is refused unless this is set. */
  audience?: string | undefined;
  /**
   * Hears once of each answer what it has cost, however it ended. What it throws is logged and never
   * harms the answer; a promise is awaited by `ctx.waitUntil`. Streams are asked for their usage, and
   * the event with it is left out unless the caller had asked for it too.
   */
  onUsage?: ((event: UsageEvent, env: any, ctx: any) => unknown) | undefined;
  /**
   * `false` hands answers to the platform unseen. That costs no time of the CPU, and gives up what the
   * proxy otherwise does to them: looking for the key, ending a stream that broke, fell silent or grew
   * too long with an error event, and `onUsage`. Default true.
   */
  inspectAnswers?: boolean | undefined;
  /** How long an answer may bring nothing, in milliseconds. Default 300,000 (5 minutes). */
  idleTimeout?: number | undefined;
  /** How long an answer may take from its first byte, in milliseconds. Default 1,800,000 (30 minutes). */
  maxDuration?: number | undefined;
  /** How large an answer may be. Default 67,108,864 bytes (64 MiB). */
  maxAnswerBytes?: number | undefined;
  /**
   * After how long a silence the caller of a stream gets a comment between two events, in milliseconds; 0 for
   * never. A caller who has closed its connection without a reset is noticed within two of them. Default 10,000.
   */
  heartbeatMs?: number | undefined;
  /**
   * How long the later events of a long stream may wait to be sent together, in milliseconds from 0 to 1000; 0
   * for not at all. It saves the processor's time in Workers; elsewhere no event waits. The first 16 events
   * never do. Default 50.
   */
  coalesceMs?: number | undefined;
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
