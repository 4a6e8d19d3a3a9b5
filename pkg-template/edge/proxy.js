// The key-holding proxy as a Worker's `fetch`. What it decides is decided in WebAssembly; here stand
// the options, the environment, and what happens when the instance dies.

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { answering } from "./answer.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DAY_SECONDS = 86_400;

const text = (value, option) => {
  if (typeof value !== "string") throw new InvalidOptionError(option, `must be a string, not ${describe(value)}`);
  if (value.trim() === "") throw new InvalidOptionError(option, "must not be empty");
  return value;
};

const whole = (most, unit) => (value, option) => {
  if (!Number.isSafeInteger(value) || value < 1 || value > most) {
    throw new InvalidOptionError(option, `must be a whole number of ${unit} from 1 to ${most}`);
  }
  return value;
};

const func = (value, option) => {
  if (typeof value !== "function") throw new InvalidOptionError(option, `must be a function, not ${describe(value)}`);
  return value;
};

const flag = (value, option) => {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, `must be true or false, not ${describe(value)}`);
  return value;
};

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const serverUrl = (value, option) => {
  text(value, option);
  if (!URL.canParse(value)) throw new InvalidOptionError(option, "is not a URL");
  const { protocol, hostname, username, password } = new URL(value);
  if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.has(hostname))) {
    throw new InvalidOptionError(option, "must be https://…, or http:// on localhost");
  }
  if (username || password) throw new InvalidOptionError(option, "must not hold a user name or password");
  if (/[?#]/.test(value)) throw new InvalidOptionError(option, "must not have a query or a fragment");
  return value;
};

// An origin as browsers write it; app shells have schemes of their own (capacitor://localhost).
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._[\]:-]+$/;

const origins = (value, option) => {
  if (!Array.isArray(value)) {
    throw new InvalidOptionError(option, `must be an array of origins, not ${describe(value)}`);
  }
  value.forEach((origin, index) => {
    const at = `${option}[${index}]`;
    text(origin, at);
    const web = /^https?:/.test(origin);
    if (!ORIGIN.test(origin) || (web && !(URL.canParse(origin) && new URL(origin).origin === origin))) {
      throw new InvalidOptionError(
        at,
        "must be an origin as browsers send it: https://app.example.com, without a path or a slash at its end",
      );
    }
  });
  return [...value];
};

const PROXY = {
  upstream: serverUrl,
  keySecret: text,
  sessionSecret: text,
  allowedOrigins: origins,
  fetch: func,
  maxBodyBytes: whole(100 * 2 ** 20, "bytes"),
  maxTokenSeconds: whole(DAY_SECONDS, "seconds"),
  timeout: whole(LONGEST_TIMER_MS, "milliseconds"),
  issuer: text,
  audience: text,
  onUsage: func,
  inspectAnswers: flag,
  idleTimeout: whole(LONGEST_TIMER_MS, "milliseconds"),
  maxDuration: whole(LONGEST_TIMER_MS, "milliseconds"),
  maxAnswerBytes: whole(2 ** 40, "bytes"),
};

const TOKEN = {
  secret: text,
  sub: text,
  ttlSeconds: whole(DAY_SECONDS, "seconds"),
  issuer: text,
  audience: text,
};

const VERIFY = {
  secret: text,
  authorization: (value) => (typeof value === "string" ? value : undefined),
  maxTokenSeconds: whole(DAY_SECONDS, "seconds"),
  issuer: text,
  audience: text,
};

/** The own properties of `source`, each checked; one that `checks` does not name is refused. */
function read(source, checks) {
  if (source === null || typeof source !== "object") {
    throw new InvalidOptionError("options", `must be an object, not ${describe(source)}`);
  }
  const options = { __proto__: null };
  for (const [name, value] of Object.entries(source)) {
    if (!Object.hasOwn(checks, name)) throw new InvalidOptionError(name, "is not an option");
    if (value !== undefined) options[name] = checks[name](value, name);
  }
  return options;
}

/** @param runtime of the entry */
export function defineProxy(runtime) {
  return {
    createProxy: (options = {}) => createProxy(runtime, read(options, PROXY)),
    signSessionToken: async (options) => signSessionToken(runtime, read(options, TOKEN)),
    verifySessionToken: async (options) => verifySessionToken(runtime, read(options, VERIFY)),
  };
}

function createProxy(runtime, options) {
  const { keySecret = "OPENAI_API_KEY", sessionSecret = "SESSION_SECRET", fetch } = options;
  const settings = {
    allowedOrigins: options.allowedOrigins ?? [],
    maxBodyBytes: options.maxBodyBytes ?? 256 * 1024,
    maxTokenSeconds: options.maxTokenSeconds ?? 900,
    timeoutMs: options.timeout ?? 600_000,
    issuer: options.issuer,
    audience: options.audience,
  };
  const coreFor = coreOf(runtime, settings);
  const hooksFor = answering(runtime, options);

  const answer = async (request, env, ctx) => {
    try {
      const [instance, key, session] = await Promise.all([
        runtime.instance(),
        secret(env?.[keySecret]),
        secret(env?.[sessionSecret]),
      ]);
      const { core, fault } = coreFor(instance, options.upstream ?? (env?.OPENAI_BASE_URL || DEFAULT_UPSTREAM));
      const problem = fault ?? missingFlag();
      if (problem) {
        console.error(`openai-wasm proxy: not configured: ${problem}`);
        return core.misconfigured(request);
      }
      const hooks = { ...hooksFor(request, env, ctx, key), fetch: fetch && ((url, init) => fetch(url, init, env)) };
      return await alive(instance, core.handle(request, key, session, hooks));
    } catch {
      // The instance died or could not be made. Nothing of the cause is for the caller.
      console.error("openai-wasm proxy: a request failed inside the proxy");
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

const DEFAULT_UPSTREAM = "https://api.openai.com/v1";

/** The core of an instance and an upstream, made once. A refused upstream gives one that only refuses. */
function coreOf(runtime, settings) {
  let made;
  return (instance, upstream) => {
    if (made?.instance !== instance || made.upstream !== upstream) {
      const { ProxyCore } = instance.exports;
      let core;
      let fault;
      try {
        core = new ProxyCore({ ...settings, upstream: String(upstream) });
      } catch (refused) {
        if (typeof refused !== "string") throw refused;
        fault = refused;
        core = new ProxyCore({ ...settings, upstream: DEFAULT_UPSTREAM });
      }
      made = { instance, upstream, core, fault };
    }
    return made;
  };
}

/** A secret's text: a plain binding, or one of a secrets store, which is asked. Missing ones are empty. */
async function secret(binding) {
  if (typeof binding === "string") return binding;
  const value = typeof binding?.get === "function" ? await binding.get() : undefined;
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
    headers.set("access-control-expose-headers", "retry-after, x-request-id");
  }
  const message = "The proxy failed to handle the request.";
  const error = { message, type: "server_error", code: "internal_error", param: null };
  return new Response(JSON.stringify({ error }), { status: 500, headers });
}

const TOKEN_FAULTS = {
  secret: "must be at least 32 bytes of randomness, and no placeholder",
  sub: "must have 1 to 128 bytes and no control characters",
  ttlSeconds: `must be a whole number of seconds from 1 to ${DAY_SECONDS}`,
};

async function signSessionToken(runtime, options) {
  const ttlSeconds = options.ttlSeconds ?? 900;
  const given = required(options, ["secret", "sub"]);
  return withTime(runtime, "signSessionToken", { ...given, ttlSeconds, maxTokenSeconds: DAY_SECONDS });
}

async function verifySessionToken(runtime, options) {
  const maxTokenSeconds = options.maxTokenSeconds ?? 900;
  return withTime(runtime, "verifySessionToken", { ...required(options, ["secret"]), maxTokenSeconds });
}

function required(options, names) {
  for (const name of names) {
    if (options[name] === undefined) throw new InvalidOptionError(name, "is required");
  }
  return options;
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
