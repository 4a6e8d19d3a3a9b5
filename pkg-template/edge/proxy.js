// The key-holding proxy as a Worker's `fetch`. What it does with a request is decided in WebAssembly, by an
// Admission and an Inspector; here is what they ask for: functions, bindings, bodies, timers, `fetch`.

import { InvalidOptionError } from "../lib/errors.js";
import { budgeting, isNamespace } from "./budget.js";
import { exchange, isLate, respond, untouched, within } from "./exchange.js";
import { BODY_PACE, CALLER, QUESTION_MS } from "./proxy-option-table.js";
import {
  checkTogether,
  DAY_SECONDS,
  defaultOf,
  PROXY,
  read,
  settingsOf,
  TOKEN,
  VERIFY,
} from "./proxy-options.js";
import { joined, readBody } from "./request-body.js";
import { keeping, missingEvictionFlag } from "./streams.js";

/**
 * @param runtime of the entry
 * @param durable whether the platform has Durable Objects
 */
export function defineProxy(runtime, { durable = false } = {}) {
  return {
    createProxy: (options = {}) => {
      const checked = checkTogether(read(options, PROXY));
      if (checked.budget && !durable) throw new InvalidOptionError("budget", NO_OBJECTS);
      if (checked.resumable) {
        const fault = durable ? missingEvictionFlag() : NO_OBJECTS;
        if (fault) throw new InvalidOptionError("resumable", fault);
      }
      return createProxy(runtime, checked);
    },
    signSessionToken: async (options) =>
      signSessionToken(runtime, read(options, TOKEN, { needed: ["secret", "sub"] })),
    verifySessionToken: async (options) =>
      verifySessionToken(runtime, read(options, VERIFY, { needed: ["secret"] })),
  };
}

const NO_OBJECTS =
  "needs Durable Objects, which only Cloudflare Workers have: elsewhere nothing could hold what must be kept";

function createProxy(runtime, options) {
  const coreFor = coreOf(options);
  const tellOfFailure = onceASecond(() =>
    console.error("openai-wasm proxy: a request failed inside the proxy"),
  );

  const budgetFor = budgeting(options.budget);
  /** What of the proxy goes on in the object that keeps a stream. */
  const driver = {
    fetch: options.fetch,
    budgetFor,
    coalesceMs: options.coalesceMs ?? defaultOf("coalesceMs"),
    keyOf: (env) => secret(env?.[keyName(options)]),
    report: (record, { env, ctx, budget }) =>
      wait(ctx, tell(options.onUsage, record, { env, ctx, budget })),
  };
  const streams = keeping(options.resumable, driver);

  const answer = async (request, env, ctx) => {
    const budget = budgetFor(env, ctx);
    let admission;
    let ended;
    const done = ({ response, ended: end }) => {
      ended = end;
      return response;
    };
    try {
      const instance = await runtime.instance();
      const core = coreFor(instance, await variablesOf(options, env));
      admission = core.handle(JSON.stringify(headOf(request)), crypto.randomUUID(), Date.now());
      const { step, body } = await admitted(admission, request, {
        asked: questions(options, request, env, budget),
        visit: (visit) => streams.visit(visit, env, request.signal),
      });
      if (step.respond) {
        budget?.release();
        return done(answerOf(step.respond, body));
      }
      const opened = step.forward.stream
        ? await streams.open(step.forward, { admission, budget, env, request })
        : {};
      if (opened.step) return done(answerOf(opened.step.respond, opened.body));
      const answered = await exchange(step.forward, {
        request,
        body: opened.taken,
        admission,
        instance,
        env,
        fetch: driver.fetch,
        renew: async (facts, gone) => {
          const { exports } = await runtime.instance();
          return new exports.Inspector(await driver.keyOf(env), facts, gone, Date.now());
        },
        release: () => budget?.release(),
        report: (record) => driver.report(record, { env, ctx, budget }),
        coalesceMs: driver.coalesceMs,
      });
      return done(answered);
    } catch {
      // The instance died or could not be made. Nothing of the cause is for the caller.
      tellOfFailure();
      return failure(request, options.allowedOrigins ?? []);
    } finally {
      // With it the caller's place among its requests in flight is given back.
      const free = () => admission?.free();
      if (ended) wait(ctx, ended.then(free, free));
      else free();
    }
  };

  return {
    fetch(request, env, ctx) {
      const response = answer(request, env, ctx);
      // workerd drops a request whose caller has left, unless something waits for it: what it held in
      // WebAssembly's memory would stay there. It ends at once, since its fetch is aborted.
      wait(ctx, response);
      return response;
    },
  };
}

const wait = (ctx, promise) => ctx?.waitUntil?.(promise);

/**
 * Does what the admission of a request asks for, until it is answered or may be sent on.
 *
 * @returns `{ step, body }`: the last step, and the stream that it answers with, if it does
 */
async function admitted(admission, request, { asked, visit }) {
  let step = JSON.parse(admission.first());
  let body;
  const next = async ({ ask: asks, visit: visits, readBody: reads }) => {
    if (asks) return ask(admission, asked[asks.question], asks.argument);
    if (!visits) return readBody(request, admission, reads);
    try {
      const visited = await visit(visits);
      body = visited.body;
      return admission.said(visited.verdict, Date.now());
    } catch {
      return admission.failed(Date.now());
    }
  };
  while (!step.respond && !step.forward) step = JSON.parse(await next(step));
  return { step, body };
}

/** A response of the admission's, whose body may be a stream that is kept. */
function answerOf(head, stream) {
  if (head.status !== 200 || !stream) {
    stream?.cancel().catch(() => {});
    return { response: respond(head, head.body) };
  }
  const [body, ended] = untouched(stream);
  return { response: respond(head, body), ended };
}

/** Whatever is not said in time is not said. What is thrown goes nowhere, since it may tell secrets. */
async function ask(admission, question, argument) {
  let said;
  try {
    said = await within(QUESTION_MS, question(argument));
    if (isLate(said)) return admission.failed(Date.now());
    said = JSON.stringify(said) ?? "null";
  } catch {
    return admission.failed(Date.now());
  }
  return admission.said(said, Date.now());
}

/** What answers the questions of a request's admission. */
function questions(options, request, env, budget) {
  const { rateLimits, tokenizer } = options;
  return {
    disabled: async () => isOff(env) || options.disabled(env),
    limit: async ([limit, key]) => (await env[rateLimits[limit]].limit({ key })).success,
    authenticate: async () => callerOf(await options.authenticate(withoutBody(request), env)),
    isRevoked: async (session) => options.isRevoked(session, env),
    claimOnce: async (session) => options.claimOnce(session, env),
    countTokens: async (json) => countTokens(tokenizer, JSON.parse(json)),
    turnstile: verifyProof,
    reserve: async (demand) => budget.reserve(demand),
    balances: async (accounts) => budget.balances(accounts),
  };
}

/** Which questions can be answered. */
const answerable = (options, env) => ({
  disabled: isOff(env) || options.disabled !== undefined,
  authenticate: options.authenticate !== undefined,
  isRevoked: options.isRevoked !== undefined,
  claimOnce: options.claimOnce !== undefined,
  limitAddress: options.rateLimits?.address !== undefined,
  limitSubject: options.rateLimits?.subject !== undefined,
  limitSession: options.rateLimits?.session !== undefined,
  countTokens: options.tokenizer !== undefined,
  reserve: options.budget !== undefined,
  usage: options.onUsage !== undefined,
  streams: options.resumable !== undefined,
});

function isOff(env) {
  const off = env?.PROXY_DISABLED;
  return Boolean(off) && off !== "0" && off !== "false";
}

/** The caller's known members, inherited ones too, and all its own; a value without a JSON form becomes null. */
function callerOf(said) {
  if (said === null || (typeof said !== "object" && typeof said !== "function")) return said;
  const members = { __proto__: null };
  for (const name of [...CALLER, ...Reflect.ownKeys(said)]) {
    const value = said[name];
    members[String(name)] = ["function", "symbol"].includes(typeof value) ? null : value;
  }
  return members;
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

/** Asks the server of proofs. */
async function verifyProof({ url, body, maxBytes }) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const signal = AbortSignal.timeout(QUESTION_MS);
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
  const pieces = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > maxBytes) throw new RangeError("the answer is too long");
    pieces.push(piece);
  }
  return { status: response.status, body: new TextDecoder().decode(joined(pieces, length)) };
}

/** A request without its body, which is the proxy's to read. */
const withoutBody = ({ url, method, headers, cf }) => new Request(url, { method, headers, cf });

/** What an admission looks at. */
function headOf({ method, url, headers }) {
  let headerChars = 0;
  if (method === "OPTIONS") {
    for (const [name, value] of headers) headerChars += name.length + value.length;
  }
  return {
    method,
    url,
    headerChars,
    authorization: headers.get("authorization"),
    origin: headers.get("origin"),
    requestedMethod: headers.get("access-control-request-method"),
    host: headers.get("host"),
    upgrade: headers.get("upgrade"),
    contentType: headers.get("content-type"),
    contentEncoding: headers.get("content-encoding"),
    contentLength: headers.get("content-length"),
    address: headers.get("cf-connecting-ip"),
    userAgent: headers.get("user-agent"),
    via: headers.get("via"),
    cdnLoop: headers.get("cdn-loop"),
    streamId: headers.get("x-stream-id"),
    lastEventId: headers.get("last-event-id"),
  };
}

/** Tells the budget's ledger what an answer has cost, and then the author. */
async function tell(onUsage, record, { env, ctx, budget }) {
  let event = JSON.parse(record);
  if (budget) event = await budget.settle(event);
  if (!onUsage) return;
  try {
    await onUsage(event, env, ctx);
  } catch (error) {
    // Its author is told, its caller is not.
    console.error(`openai-wasm proxy: onUsage failed: ${error?.message ?? error}`);
  }
}

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

const keyName = ({ keySecret = "OPENAI_API_KEY" }) => keySecret;

/** What of the environment a core is made of: texts in a fixed order. */
async function variablesOf(options, env) {
  const { sessionSecret = "SESSION_SECRET", anonymousSessions } = options;
  const names = [keyName(options), sessionSecret];
  if (anonymousSessions) names.push(anonymousSessions.turnstileSecret ?? "TURNSTILE_SECRET");
  const bindings = names.map((name) => env?.[name]);
  const isPlain = bindings.every((binding) => typeof binding === "string");
  const secrets = isPlain ? bindings : await Promise.all(bindings.map(secret));
  const plain = Object.fromEntries(VARIABLES.map((name) => [name, String(env?.[name] ?? "")]));
  return {
    env,
    names,
    secrets,
    plain: JSON.stringify(plain),
    isOff: isOff(env),
    unbound: unbound(options, env),
  };
}

const VARIABLES = ["OPENAI_BASE_URL", "OPENAI_MODELS", "SESSION_EPOCH"];

/** The core of an instance and an environment, made once for all of its requests. */
function coreOf(options) {
  const config = JSON.stringify({ ...settingsOf(options), bodyPace: BODY_PACE });
  let made;
  return (instance, variables) => {
    const { env, names, secrets, plain } = variables;
    const of = [...secrets, plain, variables.isOff, variables.unbound];
    if (made?.instance !== instance || of.some((value, index) => value !== made.of[index])) {
      const core = new instance.exports.ProxyCore(
        config,
        plain,
        JSON.stringify(answerable(options, env)),
        JSON.stringify([0, 1, 2].map((index) => [names[index] ?? "", secrets[index] ?? ""])),
        missingFlag() ?? variables.unbound,
      );
      made = { instance, of, core };
    }
    return made.core;
  };
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

/** The first binding of a Durable Object that is missing. */
function unbound(options, env) {
  const name = ["budget", "resumable"].find(
    (option) => options[option] && !isNamespace(env?.[options[option].binding]),
  );
  return name && `${name}.binding: env.${options[name].binding} is not a Durable Object binding`;
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
    headers.set(
      "access-control-expose-headers",
      "retry-after, x-budget-remaining, x-request-id, x-should-retry, x-stream-id",
    );
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
  return withTime(runtime, "signSessionToken", { tokenId: crypto.randomUUID(), ...options });
}

async function verifySessionToken(runtime, options) {
  const session = await withTime(runtime, "verifySessionToken", options);
  return session && JSON.parse(session);
}

/** Calls an export that takes the time with its options, and throws the name of the one that it refuses. */
async function withTime(runtime, name, options) {
  const { exports } = await runtime.instance();
  const nowSeconds = Math.floor(Date.now() / 1000);
  try {
    return exports[name](JSON.stringify({ ...options, nowSeconds }));
  } catch (fault) {
    if (typeof fault === "string") throw new InvalidOptionError(fault, TOKEN_FAULTS[fault]);
    throw fault;
  }
}
