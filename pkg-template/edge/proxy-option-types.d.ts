// Generated from src/proxy/options by `UPDATE_OPTIONS=1 cargo test --lib --features edge proxy::options`. Do not edit.

import type {
  AnonymousSessions,
  BudgetOptions,
  Caller,
  RateLimits,
  RequestCounter,
  ResumableOptions,
  SessionFacts,
  UsageEvent,
} from "./proxy.js";

/** What can be switched on besides chat completions. */
export type ProxyRoute =
  | "models"
  | "completions"
  | "embeddings"
  | "moderations"
  | "images.generations"
  | "responses"
  | "responses.input_tokens"
  | "audio.transcriptions"
  | "audio.translations"
  | "audio.speech";

export interface ProxyOptions {
  /**
   * The model server's base URL with its path. Default: the variable `OPENAI_BASE_URL`, else
   * OpenAI's.
   */
  upstream?: string | undefined;
  /**
   * Hosts of your own, each with its port, that may be the upstream over plain `http://`:
   * `["ollama:11434"]`. Anybody on the way can read the key and the answers. Localhost needs no
   * entry; a provider's host is refused. Default: `[]`.
   */
  allowHttp?: readonly string[] | undefined;
  /**
   * Name of the secret with the upstream's key. Default: `"OPENAI_API_KEY"`.
   */
  keySecret?: string | undefined;
  /**
   * Is the upstream a server of your own, whose key may be shorter than 32 bytes, for example
   * Ollama's `ollama`? Without it a shorter key is taken for a mistake, and the proxy answers 503.
   * Such a key is not looked for in answers unless it has 16 random characters. Default: `false`.
   */
  allowShortKey?: boolean | undefined;
  /**
   * Name of the secret that session tokens are signed with: at least 32 random bytes. For rotation
   * it holds several by name, the first of which signs: `{"2026-11":"…","2026-08":"…"}`. Default:
   * `"SESSION_SECRET"`.
   */
  sessionSecret?: string | undefined;
  /**
   * The models that callers may name, compared byte by byte. `"*"` is every model that the key
   * opens. Without the option and the variable the proxy answers 503. Default: the variable
   * `OPENAI_MODELS`, names separated by commas.
   */
  models?: readonly string[] | "*" | undefined;
  /**
   * What is served besides `POST /v1/chat/completions`: `"models"`, `"completions"`,
   * `"embeddings"`, `"moderations"`, `"images.generations"`, `"responses"`,
   * `"responses.input_tokens"`, `"audio.transcriptions"`, `"audio.translations"`, `"audio.speech"`.
   * Nothing that the users of one key share: no files, no fine-tunes. Default: `[]`.
   */
  routes?: readonly ProxyRoute[] | undefined;
  /**
   * Parameters that multiply the cost, or that the proxy does not know, and that callers may send
   * all the same: `"n"`, `"web_search_options"`. A path opens one member, a dot stepping into an
   * object and into every entry of a list: `"messages.content.cache_control"`. Default: `[]`.
   */
  allowParams?: readonly string[] | undefined;
  /**
   * The most tokens of an answer, to several prompts together. A request that asks for more is
   * refused; one that names no number gets this. A server whose models hold 4,096 tokens then
   * refuses long chats: give such a server less. Default: 2,048.
   */
  maxOutputTokens?: number | undefined;
  /**
   * The most messages of a conversation. Default: 256.
   */
  maxMessages?: number | undefined;
  /**
   * The most characters of a request as JSON, without its images; a token counts as at least four.
   * Default: 131,072.
   */
  maxInputChars?: number | undefined;
  /**
   * The most tokens of a request as it goes on, a system prompt of the proxy's included. A request
   * with no more bytes than that passes uncounted, since a token is at least one byte; others are
   * counted by `tokenizer`, and refused without it. Default: none.
   */
  maxInputTokens?: number | undefined;
  /**
   * What counts for `maxInputTokens`: `tokenizer` of `openai-wasm/tokens`, which is asked for each
   * request's model, or one tokenizer for all. Default: none.
   */
  tokenizer?: RequestCounter | ((model: string) => RequestCounter | Promise<RequestCounter>) | undefined;
  /**
   * The longest `data:` URL of an image. Default: 131,072 bytes.
   */
  maxImageBytes?: number | undefined;
  /**
   * May images be given by `https://` URLs, which the provider then fetches? Default: `false`.
   */
  imageUrls?: boolean | undefined;
  /**
   * The first message of every chat. Callers may then send neither `system` nor `developer`
   * messages, and `routes` must not hold `"completions"`. Default: none.
   */
  systemPrompt?: string | undefined;
  /**
   * The parameter with a keyed hash of the caller's subject, by which the provider tells users
   * apart: `"user"`, `"safety_identifier"`, or `false` for no parameter. Default: `"user"`.
   */
  endUserParam?: "user" | "safety_identifier" | false | undefined;
  /**
   * Requests of one subject that may be in flight, in one isolate. Default: 4.
   */
  maxConcurrent?: number | undefined;
  /**
   * Names of Cloudflare rate-limit bindings: `{ subject, address, session }`. They count per
   * location. Default: none.
   */
  rateLimits?: RateLimits | undefined;
  /**
   * In the place of session tokens: who calls? It gets the request without its body. Null is
   * answered with 401, `"expired"` with 401 `token_expired`. If it throws, the answer is 503, and
   * also if the caller has members that are null or unknown: they might be a scope. Default:
   * session tokens.
   */
  authenticate?: ((request: Request, env: any) => Caller | "expired" | null | Promise<Caller | "expired" | null>) | undefined;
  /**
   * Called for each request as `isRevoked(session, env)`: has this session been revoked? If it
   * throws, the answer is 503. Default: none.
   */
  isRevoked?: ((session: SessionFacts, env: any) => boolean | Promise<boolean>) | undefined;
  /**
   * Called as `claimOnce(session, env)`, it makes every token good for one request: is this the
   * first use of `session.jti`? It must decide atomically (a Durable Object, or an insert under a
   * unique key), and remember until `expiresAt`. Default: none.
   */
  claimOnce?: ((session: SessionFacts, env: any) => boolean | Promise<boolean>) | undefined;
  /**
   * Called as `disabled(env)`: is the proxy switched off? If it throws, it is. The variable
   * `PROXY_DISABLED` does it, too. Default: none.
   */
  disabled?: ((env: any) => boolean | Promise<boolean>) | undefined;
  /**
   * Serves `POST /session` for pages whose visitors you do not know. Needs `rateLimits.session`.
   * Default: none.
   */
  anonymousSessions?: AnonymousSessions | undefined;
  /**
   * Other origins whose pages may use the proxy, exactly as browsers send them:
   * `["https://app.example.com"]`. The proxy's own origin needs no entry. This guards pages, not
   * the proxy: programs send any origin they like, so a session token is required either way.
   * Default: `[]`.
   */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * In the place of `fetch`. With a service binding: `(url, init, env) => env.UPSTREAM.fetch(url,
   * init)`. Default: the platform's.
   */
  fetch?: ((url: string, init: RequestInit, env: any) => Response | Promise<Response>) | undefined;
  /**
   * The largest JSON body. Default: 262,144 bytes.
   */
  maxBodyBytes?: number | undefined;
  /**
   * The largest multipart body, on the routes that take files. Like JSON it may not stand still for
   * 30 s, nor take longer than 60 s and 1 s for each 64 KiB: 408. Default: 26,214,400 bytes.
   */
  maxUploadBytes?: number | undefined;
  /**
   * How far in the future a session token may expire. Default: 900 s.
   */
  maxTokenSeconds?: number | undefined;
  /**
   * How long the upstream may take to begin its answer; an upload is sent on within it, too.
   * Default: 600,000 ms.
   */
  timeout?: number | undefined;
  /**
   * The `iss` that session tokens must have. Default: none.
   */
  issuer?: string | undefined;
  /**
   * The `aud` that session tokens must have. A token with an audience is refused unless this is
   * set. Default: none.
   */
  audience?: string | undefined;
  /**
   * A ceiling for what requests cost, in US dollars, for each subject and for everyone, by day,
   * month and lifetime: the most that a request can cost is reserved before it is sent on, and
   * replaced by its cost afterwards. Needs Durable Objects, so Cloudflare Workers. Default: none.
   */
  budget?: BudgetOptions | undefined;
  /**
   * Lets a caller who was cut off read its stream on: answers are kept in a Durable Object for some
   * minutes. Needs Durable Objects, so Cloudflare Workers. Default: none.
   */
  resumable?: ResumableOptions | undefined;
  /**
   * Called as `onUsage(event, env, ctx)`, once for each answer, however it ended: what has it cost?
   * What it throws is logged and never harms the answer; a promise is awaited by `ctx.waitUntil`.
   * Streams are asked for their usage, and the event with it is left out unless the caller had
   * asked for it, too. Default: none.
   */
  onUsage?: ((event: UsageEvent, env: any, ctx: any) => unknown) | undefined;
  /**
   * `false` hands answers to the platform unseen. That costs no CPU time, and gives up what the
   * proxy otherwise does to them: looking for the key, ending a stream that broke, fell silent or
   * grew too long with an error event, and `onUsage`. Default: `true`.
   */
  inspectAnswers?: boolean | undefined;
  /**
   * How long an answer may bring nothing. Default: 300,000 ms.
   */
  idleTimeout?: number | undefined;
  /**
   * How long an answer may take from its first byte. Default: 1,800,000 ms.
   */
  maxDuration?: number | undefined;
  /**
   * How large an answer may be. Default: 67,108,864 bytes.
   */
  maxAnswerBytes?: number | undefined;
  /**
   * After how long a silence the caller of a stream gets a comment between two events; 0 for never.
   * A caller who has closed its connection without a reset is noticed within two of them. Default:
   * 10,000 ms.
   */
  heartbeatMs?: number | undefined;
  /**
   * How long the later events of a long stream may wait to be sent together, in milliseconds from 0
   * to 1000; 0 for not at all. It saves CPU time in Workers; elsewhere no event waits. The first 16
   * events never do. Default: 50 ms.
   */
  coalesceMs?: number | undefined;
}
