// The key-holding proxy as a Worker's `fetch`. What it decides is decided in WebAssembly; here stand
// the environment, and what happens when the instance dies.

import { InvalidOptionError } from "../lib/errors.js";
import { answering } from "./answer.js";
import { checkTogether, DAY_SECONDS, PROXY, read, TOKEN, VERIFY } from "./proxy-options.js";

/** @param runtime of the entry */
export function defineProxy(runtime) {
  return {
    createProxy: (options = {}) => createProxy(runtime, checkTogether(read(options, PROXY))),
    signSessionToken: async (options) =>
      signSessionToken(runtime, read(options, TOKEN, { needed: ["secret", "sub"] })),
    verifySessionToken: async (options) =>
      verifySessionToken(runtime, read(options, VERIFY, { needed: ["secret"] })),
  };
}

function createProxy(runtime, options) {
  const {
    keySecret = "OPENAI_API_KEY",
    sessionSecret = "SESSION_SECRET",
    anonymousSessions,
  } = options;
  const turnstileSecret =
    anonymousSessions && (anonymousSessions.turnstileSecret ?? "TURNSTILE_SECRET");
  const settings = {
    allowHttp: options.allowHttp ?? [],
    secretNames: [keySecret, sessionSecret, turnstileSecret ?? ""],
    allowShortKey: options.allowShortKey ?? false,
    allowedOrigins: options.allowedOrigins ?? [],
    routes: options.routes ?? [],
    allowParams: options.allowParams ?? [],
    maxOutputTokens: options.maxOutputTokens ?? 2048,
    maxMessages: options.maxMessages ?? 256,
    maxInputChars: options.maxInputChars ?? 128 * 1024,
    maxInputTokens: options.maxInputTokens,
    maxImageBytes: options.maxImageBytes ?? 128 * 1024,
    imageUrls: options.imageUrls ?? false,
    systemPrompt: options.systemPrompt,
    endUser: options.endUserParam ?? "user",
    maxConcurrent: options.maxConcurrent ?? 4,
    maxBodyBytes: options.maxBodyBytes ?? 256 * 1024,
    maxUploadBytes: options.maxUploadBytes ?? 25 * 2 ** 20,
    maxTokenSeconds: options.maxTokenSeconds ?? 900,
    timeoutMs: options.timeout ?? 600_000,
    answerLimits: {
      idleMs: options.idleTimeout ?? 300_000,
      durationMs: options.maxDuration ?? 1_800_000,
      maxBytes: options.maxAnswerBytes ?? 64 * 2 ** 20,
      heartbeatMs: options.heartbeatMs ?? 10_000,
    },
    bodyPace: BODY_PACE,
    issuer: options.issuer,
    audience: options.audience,
    anonymousSessions: anonymousSessions && {
      ttlSeconds: 900,
      verifyUrl: SITEVERIFY,
      ...anonymousSessions,
    },
  };
  const coreFor = coreOf(settings);
  const hooksFor = answering(runtime, options);
  const tellOfFailure = onceASecond(() =>
    console.error("openai-wasm proxy: a request failed inside the proxy"),
  );

  const answer = async (request, env, ctx) => {
    try {
      const [instance, key, session, turnstile] = await Promise.all([
        runtime.instance(),
        secret(env?.[keySecret]),
        secret(env?.[sessionSecret]),
        turnstileSecret && secret(env?.[turnstileSecret]),
      ]);
      const { core, fault } = coreFor(instance, {
        upstream: options.upstream ?? (env?.OPENAI_BASE_URL || DEFAULT_UPSTREAM),
        models: options.models ?? split(env?.OPENAI_MODELS),
        sessionEpoch: env?.SESSION_EPOCH,
      });
      const problem = fault ?? missingFlag();
      if (problem) return core.misconfigured(request, problem);
      const hooks = { ...hooksFor(request, env, ctx, key), ...checks(options, env) };
      hooks.waitUntil = ctx?.waitUntil && ((promise) => ctx.waitUntil(promise));
      return await alive(instance, core.handle(request, key, session, turnstile, hooks));
    } catch {
      // The instance died or could not be made. Nothing of the cause is for the caller.
      tellOfFailure();
      return failure(request, settings.allowedOrigins);
    }
  };

  return {
    fetch(request, env, ctx) {
      const response = answer(request, env, ctx);
      // workerd drops a request whose caller has left, unless something waits for it: what it held in
      // WebAssembly's memory would stay there. It ends at once, since its fetch is aborted.
      ctx?.waitUntil?.(response);
      return response;
    },
  };
}

/** The author's functions with the request's environment, and the bindings that count. */
function checks(
  { fetch, authenticate, isRevoked, claimOnce, disabled, rateLimits, tokenizer },
  env,
) {
  const limit = (binding) =>
    binding && (async (key) => (await env[binding].limit({ key })).success);
  const off = env?.PROXY_DISABLED;
  return {
    fetch: fetch && ((url, init) => fetch(url, init, env)),
    disabled:
      off && off !== "0" && off !== "false" ? () => true : disabled && (() => disabled(env)),
    authenticate: authenticate && ((request) => authenticate(headOf(request), env)),
    isRevoked: isRevoked && ((session) => isRevoked(session, env)),
    claimOnce: claimOnce && ((session) => claimOnce(session, env)),
    limitSubject: limit(rateLimits?.subject),
    limitAddress: limit(rateLimits?.address),
    limitSessions: limit(rateLimits?.session),
    countTokens: tokenizer && ((json) => countTokens(tokenizer, JSON.parse(json))),
  };
}

/** The most tokens that a request has, or undefined if that cannot be told. */
async function countTokens(tokenizer, params) {
  try {
    const own = typeof tokenizer === "function" ? await tokenizer(params.model) : tokenizer;
    return own.mostTokens(params);
  } catch (error) {
    // A model that is not known, or that reads another encoding: then a byte is a token.
    if (error instanceof InvalidOptionError) return undefined;
    throw error;
  }
}

/** A request without its body, which is the proxy's to read. */
const headOf = ({ url, method, headers, cf }) => new Request(url, { method, headers, cf });

/** The items of a variable: `gpt-5-nano, gpt-5-mini`. */
const split = (variable) =>
  String(variable ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const DEFAULT_UPSTREAM = "https://api.openai.com/v1";

/** A request's body may stand still so long, take so long, and longer for each 64 KiB of it. */
const BODY_PACE = { idleMs: 30_000, baseMs: 60_000, msPerBlock: 1000 };

/** What strangers can cause is told once a second at most; the lines of a living instance it limits itself. */
function onceASecond(tell) {
  let told;
  return () => {
    const since = Date.now() - told;
    if (since >= 0 && since < 1000) return;
    told = Date.now();
    tell();
  };
}

/** The core of an instance and an environment, made once. A refused setting gives one that only refuses. */
function coreOf(settings) {
  let made;
  return (instance, variables) => {
    const of = JSON.stringify(variables);
    if (made?.instance !== instance || made.of !== of) {
      const { ProxyCore } = instance.exports;
      let core;
      let fault;
      try {
        core = new ProxyCore({ ...settings, ...variables, ...given(variables) });
      } catch (refused) {
        if (typeof refused !== "string") throw refused;
        fault = refused;
        const harmless = {
          upstream: DEFAULT_UPSTREAM,
          models: ["*"],
          sessionEpoch: undefined,
          allowHttp: [],
          allowParams: [],
        };
        core = new ProxyCore({
          ...settings,
          anonymousSessions: undefined,
          systemPrompt: undefined,
          ...harmless,
        });
      }
      made = { instance, of, core, fault };
    }
    return made;
  };
}

/** Variables are texts; throws a text that names the one at fault. */
function given({ upstream, sessionEpoch }) {
  if (!sessionEpoch) return { upstream: String(upstream), sessionEpoch: undefined };
  if (!/^[0-9]{1,12}$/.test(sessionEpoch))
    throw "SESSION_EPOCH must be a time in seconds since 1970";
  return { upstream: String(upstream), sessionEpoch: Number(sessionEpoch) };
}

/** A secret's text: a plain binding, or one of a secrets store, which is asked. Missing ones are empty. */
async function secret(binding) {
  if (typeof binding === "string") return binding;
  let value;
  try {
    value = await binding?.get?.();
  } catch {
    // The store does not have it, or cannot be asked: what it says may name accounts.
  }
  return typeof value === "string" ? value : "";
}

/**
 * Without this compatibility flag workerd does not tell when a caller leaves, and the upstream would
 * go on generating, at the key owner's cost.
 */
function missingFlag() {
  const flags = globalThis.Cloudflare?.compatibilityFlags;
  if (!flags || flags.enable_request_signal) return undefined;
  return 'the Worker needs the compatibility flag "enable_request_signal"';
}

/** The promise's outcome, or the death of the instance, which would leave it pending for ever. */
function alive(instance, promise) {
  return new Promise((resolve, reject) => {
    const forget = instance.onDead(reject);
    promise.then(resolve, reject).finally(forget);
  });
}

function failure(request, allowedOrigins) {
  const headers = new Headers({
    "cache-control": "no-store, no-transform",
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
    "x-request-id": crypto.randomUUID(),
    vary: "Origin",
  });
  const origin = request.headers.get("origin");
  if (allowedOrigins.includes(origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", "retry-after, x-request-id, x-should-retry");
  }
  const message = "The proxy failed to handle the request.";
  const error = { message, type: "server_error", code: "internal_error", param: null };
  return new Response(JSON.stringify({ error }), { status: 500, headers });
}

const TOKEN_FAULTS = {
  secret:
    "must be at least 32 bytes of randomness, and no placeholder; or a JSON object of such secrets by name",
  sub: "must have 1 to 128 bytes and no control characters",
  ttlSeconds: `must be a whole number of seconds from 1 to ${DAY_SECONDS}`,
};

async function signSessionToken(runtime, options) {
  const more = { ttlSeconds: 900, maxTokenSeconds: DAY_SECONDS, tokenId: crypto.randomUUID() };
  return withTime(runtime, "signSessionToken", { ...more, ...options });
}

async function verifySessionToken(runtime, options) {
  return withTime(runtime, "verifySessionToken", { maxTokenSeconds: 900, ...options });
}

/** Calls an export that takes the time with its options, and throws the name of the one that it refuses. */
async function withTime(runtime, name, options) {
  const { exports } = await runtime.instance();
  try {
    return exports[name]({ ...options, nowSeconds: Math.floor(Date.now() / 1000) });
  } catch (fault) {
    if (typeof fault === "string") throw new InvalidOptionError(fault, TOKEN_FAULTS[fault]);
    throw fault;
  }
}
