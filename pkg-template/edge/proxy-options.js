// The options of the proxy's functions, each checked when it is given.

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { budgetOption, sessionLimits } from "./budget-options.js";
import { NUMBERS, OPTIONS, ROUTES } from "./proxy-option-table.js";

export const DAY_SECONDS = OPTIONS.maxTokenSeconds[3];

const refuse = (option, message) => {
  throw new InvalidOptionError(option, message);
};

const text = (value, option) => {
  if (typeof value !== "string") refuse(option, `must be a string, not ${describe(value)}`);
  if (value.trim() === "") refuse(option, "must not be empty");
  return value;
};

const whole = (unit, least, most) => (value, option) => {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    refuse(option, `must be a whole number of ${unit} from ${least} to ${most}`);
  }
  return value;
};

const flag = (value, option) =>
  typeof value === "boolean"
    ? value
    : refuse(option, `must be true or false, not ${describe(value)}`);

const func = (value, option) =>
  typeof value === "function"
    ? value
    : refuse(option, `must be a function, not ${describe(value)}`);

const list = (check, of) => (value, option) => {
  if (!Array.isArray(value)) refuse(option, `must be an array of ${of}, not ${describe(value)}`);
  return value.map((item, index) => check(item, `${option}[${index}]`));
};

/** A list that must not be empty: it would refuse everybody, or mean nothing. */
const some = (check, of) => (value, option) => {
  const items = list(check, of)(value, option);
  return items.length > 0 ? items : refuse(option, `must hold some ${of}`);
};

const oneOf =
  (...words) =>
  (value, option) =>
    words.includes(value)
      ? value
      : refuse(option, `must be one of ${words.map((word) => JSON.stringify(word)).join(", ")}`);

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const serverUrl = (value, option, allowHttp = false) => {
  text(value, option);
  if (!URL.canParse(value)) refuse(option, "is not a URL");
  const { protocol, hostname, username, password } = new URL(value);
  if (protocol !== "https:" && !(protocol === "http:" && (LOOPBACK.has(hostname) || allowHttp))) {
    refuse(option, "must be https://…, or http:// on localhost");
  }
  if (username || password) refuse(option, "must not have a user name or password");
  if (/[?#]/.test(value)) refuse(option, "must not have a query or a fragment");
  return value;
};

/** Plain http is held against `allowHttp` in `checkTogether`. */
const upstreamUrl = (value, option) => serverUrl(value, option, true);

/** A host in lower case and its port; no wildcard, no scheme, no path. */
const HOST_AND_PORT = /^([a-z0-9._-]+|\[[0-9a-f:.]+\]):([1-9][0-9]{0,4})$/;

const hostAndPort = (value, option) => {
  const port = Number(HOST_AND_PORT.exec(text(value, option))?.[2]);
  return port <= 65_535
    ? value
    : refuse(
        option,
        'must be a host in lower case and its port, without a scheme, a path or a wildcard: "ollama:11434"',
      );
};

/** A parameter, or a path that steps into objects and every entry of lists. */
const param = (value, option) =>
  /^[\w-]+(\.[\w-]+)*$/.test(text(value, option))
    ? value
    : refuse(
        option,
        'must be a parameter\'s name, or names with dots between them: "messages.content.cache_control"',
      );

// An origin as browsers write it; app shells have schemes of their own (capacitor://localhost).
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._[\]:-]+$/;

const origin = (value, option) => {
  text(value, option);
  const web = /^https?:/.test(value);
  if (!ORIGIN.test(value) || (web && !(URL.canParse(value) && new URL(value).origin === value))) {
    refuse(
      option,
      "must be an origin as browsers send it: https://app.example.com, without a path or a slash at its end",
    );
  }
  return value;
};

const host = (value, option) =>
  /^[a-z0-9.-]+$/.test(text(value, option))
    ? value
    : refuse(option, "must be a host name as browsers write it, without a port");

/** `"*"` is any model; that must be said, and cannot be said in a list. */
const models = (value, option) => {
  if (value === "*") return value;
  const names = list(text, 'model names, or "*"')(value, option);
  if (names.length === 0) refuse(option, "must name a model");
  names.forEach(
    (name, index) =>
      name === "*" && refuse(`${option}[${index}]`, 'must name a model; "*" stands alone'),
  );
  return names;
};

const scope = list(text, "model names");

const object =
  (checks, needed = []) =>
  (value, option) =>
    read(value, checks, { needed, option, prefix: `${option}.` });

const RATE_LIMITS = { subject: text, address: text, session: text };

const numberRow = (name) => (OPTIONS[name] ?? NUMBERS[name]).slice(1);
const number = (name) => whole(...numberRow(name));
export const defaultOf = (name) => numberRow(name)[3];

const ANONYMOUS = {
  turnstileSecret: text,
  hostnames: some(host, "host names"),
  action: text,
  ttlSeconds: number("ttlSeconds"),
  models: scope,
  maxTokens: number("maxTokens"),
  verifyUrl: serverUrl,
};

const RESUMABLE = {
  binding: text,
  graceMs: number("graceMs"),
  keepMs: number("keepMs"),
  maxStreams: number("maxStreams"),
  maxBytes: number("maxBytes"),
};

/** The checks that the table of options names. */
const CHECKS = {
  whole,
  driver: whole,
  flag: () => flag,
  text: () => text,
  func: () => func,
  upstreamUrl: () => upstreamUrl,
  hostsAndPorts: () => list(hostAndPort, "hosts with their ports"),
  models: () => models,
  routes: () => list(oneOf(...ROUTES), "routes"),
  params: () => list(param, "parameters"),
  tokenizer: () => (value, option) =>
    typeof value === "function" || typeof value?.mostTokens === "function"
      ? value
      : refuse(option, `must be what "openai-wasm/tokens" gives, not ${describe(value)}`),
  endUserParam: () => (value, option) =>
    value === false ? value : oneOf("user", "safety_identifier")(value, option),
  budget: () => budgetOption,
  rateLimits: () => object(RATE_LIMITS),
  resumable: () => object(RESUMABLE, ["binding"]),
  anonymousSessions: () => object(ANONYMOUS, ["hostnames"]),
  origins: () => list(origin, "origins"),
};

export const PROXY = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, [check, ...more]]) => [name, CHECKS[check](...more)]),
);

export const TOKEN = {
  secret: text,
  sub: text,
  ttlSeconds: number("ttlSeconds"),
  issuer: text,
  audience: text,
  origin,
  models: scope,
  maxTokens: number("maxTokens"),
  budget: sessionLimits,
};

export const VERIFY = {
  secret: text,
  authorization: (value) => (typeof value === "string" ? value : undefined),
  maxTokenSeconds: number("maxTokenSeconds"),
  issuer: text,
  audience: text,
  epoch: whole("seconds", 1, Number.MAX_SAFE_INTEGER),
};

export const JWKS = {
  url: serverUrl,
  issuer: text,
  audience: text,
  authorizedParties: some(text, "parties"),
  algorithms: some(oneOf("RS256", "ES256"), "algorithms"),
  header: (value, option) =>
    /^[\w-]+$/.test(text(value, option)) ? value : refuse(option, "must be the name of a header"),
};

/** What a misspelt name was meant to be, by how much of it is right from its beginning. */
function nearest(name, known) {
  const plain = (text) => text.replaceAll("_", "").toLowerCase();
  const shared = (other) => {
    let at = 0;
    while (at < plain(other).length && plain(other)[at] === plain(name)[at]) at += 1;
    return at;
  };
  const near = known.reduce((best, other) => (shared(other) > shared(best) ? other : best), "");
  return shared(near) >= 4 ? `, but ${near} is` : "";
}

/** The own properties of `source`, each checked; one that `checks` does not name is refused. */
export function read(source, checks, { needed = [], option = "options", prefix = "" } = {}) {
  if (source === null || typeof source !== "object")
    refuse(option, `must be an object, not ${describe(source)}`);
  const options = { __proto__: null };
  for (const [name, value] of Object.entries(source)) {
    if (!Object.hasOwn(checks, name))
      refuse(prefix + name, `is not an option${nearest(name, Object.keys(checks))}`);
    if (value !== undefined) options[name] = checks[name](value, prefix + name);
  }
  for (const name of needed) if (options[name] === undefined) refuse(prefix + name, "is required");
  return options;
}

/** The options that are the driver's own; the others are the settings of the proxy in WebAssembly. */
const OF_DRIVER = new Set([
  ...Object.keys(OPTIONS).filter((name) => ["driver", "func"].includes(OPTIONS[name][0])),
  "keySecret",
  "sessionSecret",
  "tokenizer",
  "rateLimits",
]);

export function settingsOf(options) {
  const own = Object.entries(options).filter(([name]) => !OF_DRIVER.has(name));
  const settings = Object.fromEntries(own);
  if (options.budget) {
    const { binding, ...budget } = options.budget;
    settings.budget = budget;
  }
  if (options.resumable) {
    const { binding, ...resumable } = options.resumable;
    settings.resumable = resumable;
  }
  if (options.anonymousSessions) {
    const { turnstileSecret, ...anonymousSessions } = options.anonymousSessions;
    settings.anonymousSessions = anonymousSessions;
  }
  return settings;
}

/** What two options ask of each other. */
export function checkTogether(options) {
  checkUpstream(options);
  if (options.onUsage && options.inspectAnswers === false) {
    refuse("inspectAnswers", "must not be false with onUsage, which needs it");
  }
  if (options.systemPrompt !== undefined && options.routes?.includes("completions")) {
    refuse(
      "routes",
      'must not hold "completions" together with systemPrompt, which does not bind them',
    );
  }
  if (options.anonymousSessions && !options.rateLimits?.session) {
    refuse(
      "rateLimits.session",
      "is required with anonymousSessions: a rate limit for each address that asks for one",
    );
  }
  const { budget } = options;
  if (budget && options.inspectAnswers === false) {
    refuse("inspectAnswers", "must not be false with budget, which settles by an answer's usage");
  }
  if (budget && options.anonymousSessions && !budget.limits.some(({ per }) => per === "everyone")) {
    refuse(
      "budget.limits",
      'must hold a limit with per: "everyone" together with anonymousSessions: one visitor can have many addresses',
    );
  }
  if (options.resumable && options.inspectAnswers === false) {
    refuse("inspectAnswers", "must not be false with resumable, which numbers an answer's events");
  }
  const { anonymousSessions, maxTokenSeconds = defaultOf("maxTokenSeconds") } = options;
  if (
    anonymousSessions &&
    (anonymousSessions.ttlSeconds ?? defaultOf("ttlSeconds")) > maxTokenSeconds
  ) {
    refuse("anonymousSessions.ttlSeconds", "must not be over maxTokenSeconds");
  }
  return options;
}

function checkUpstream({ upstream, allowHttp = [] }) {
  const { protocol, hostname, port } = new URL(upstream ?? "https://localhost");
  if (protocol !== "http:" || LOOPBACK.has(hostname)) return;
  const host = `${hostname}:${port || 80}`;
  if (!allowHttp.includes(host)) {
    refuse(
      "upstream",
      `must be https://…, http:// on localhost, or http:// on a host and port of allowHttp: ["${host}"]`,
    );
  }
}
