// Options of the constructors and of calls: read once, checked, and copied; only own properties count,
// so that a polluted Object.prototype changes nothing.

import { InvalidOptionError } from "./errors.js";
import { describe } from "./json.js";
import { LEVELS } from "./log.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const wholeNumber = (least, most, unit) => (value, option) => {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidOptionError(
      option,
      `must be a whole number of ${unit} from ${least} to ${most}`,
    );
  }
  return value;
};

const oneOfTypes = (types, words) => (value, option) => {
  if (!types.includes(typeof value)) {
    throw new InvalidOptionError(option, `must be ${words}, not ${describe(value)}`);
  }
  return value;
};

const text = (value, option) => {
  oneOfTypes(["string"], "a string")(value, option);
  if (value.trim() === "") throw new InvalidOptionError(option, "must not be empty");
  return value;
};

const textOrFunction = (value, option) => {
  oneOfTypes(["string", "function"], "a string or a function that gives one")(value, option);
  return typeof value === "function" ? value : text(value, option);
};

function tokenizer(value, option) {
  if (typeof value?.attach !== "function")
    throw new InvalidOptionError(
      option,
      `must be a tokenizer, as await tokenizer(model) gives it, not ${describe(value)}`,
    );
  return value;
}

/** Name/value pairs of an object, a Map, a Headers or an array of pairs. */
function pairs(source, option) {
  if (source === null || typeof source !== "object") {
    throw new InvalidOptionError(option, `must be an object, not ${describe(source)}`);
  }
  return typeof source[Symbol.iterator] === "function" ? [...source] : Object.entries(source);
}

/** The pairs with their values as text; null stays. */
const texts = (list, option) =>
  list.map(([name, value]) => {
    if (value === null) return [name, null];
    if (!["string", "number", "boolean"].includes(typeof value)) {
      throw new InvalidOptionError(
        `${option}.${name}`,
        `must be a string or null, not ${describe(value)}`,
      );
    }
    return [name, String(value)];
  });

/** Headers as pairs; null removes one, undefined says nothing. */
const headers = (source, option) =>
  texts(
    pairs(source, option).filter(([, value]) => value !== undefined),
    option,
  );

/** A parameter of a query: lists and objects in the official client's form, `a[]=1&b[c]=2`. */
const flat = ([name, value]) => {
  const entries = value && typeof value === "object" ? Object.entries(value) : [];
  return Array.isArray(value) || entries.length > 0
    ? entries.flatMap(([key, item]) => flat([`${name}[${Array.isArray(value) ? "" : key}]`, item]))
    : [[name, value ?? null]];
};

/** A query as pairs; null and undefined remove one: `over`. */
const query = (source, option) => texts(pairs(source, option).flatMap(flat), option);

/** A query over another one, whose parameters of the same names it replaces. */
export const over = (earlier, later = []) => [
  ...earlier.filter(([name]) => !later.some(([other]) => other === name)),
  ...later,
];

const signal = (value, option) => {
  if (
    typeof value !== "object" ||
    typeof value.aborted !== "boolean" ||
    typeof value.addEventListener !== "function"
  ) {
    throw new InvalidOptionError(option, `must be an AbortSignal, not ${describe(value)}`);
  }
  return value;
};

const oneOf =
  (first, ...others) =>
  (value, option) => {
    if (value !== first && !others.includes(value)) {
      throw new InvalidOptionError(option, `must be "${first}" or "${others.join('" or "')}"`);
    }
    return value;
  };

const logger = (value, option) => {
  const missing = LEVELS.slice(1).find((level) => typeof value[level] !== "function");
  if (missing) throw new InvalidOptionError(`${option}.${missing}`, "must be a function");
  return value;
};

const milliseconds = wholeNumber(1, LONGEST_TIMER_MS, "milliseconds");
const retries = wholeNumber(0, 100, "retries");

const STREAM = {
  idleTimeout: wholeNumber(0, LONGEST_TIMER_MS, "milliseconds"),
  maxEventBytes: wholeNumber(1, 2 ** 31 - 1, "bytes"),
  truncation: oneOf("error", "ignore"),
  resumable: oneOfTypes(["boolean"], "true or false"),
};

/** What every client's constructor takes. */
export const CLIENT = {
  timeout: milliseconds,
  maxRetries: retries,
  fetch: oneOfTypes(["function"], "a function"),
  defaultHeaders: headers,
  defaultQuery: query,
  profile: oneOf("openai", "fireworks", "none"),
  fit: tokenizer,
  logLevel: oneOf(...LEVELS),
  logger,
  ...STREAM,
};

/** What every call takes. */
export const CALL = {
  timeout: milliseconds,
  maxRetries: retries,
  headers,
  query,
  signal,
  idempotencyKey: text,
  ...STREAM,
};

/** A URL; WebAssembly decides whether it may be used, this only that it is one. */
export function url(value, option) {
  text(value, option);
  if (/^\/(?!\/)/.test(value)) return value;
  let parsed;
  try {
    parsed = new URL(value);
  } catch {
    throw new InvalidOptionError(
      option,
      `is not a URL${option === "proxyUrl" ? "; a path must begin with /" : ""}`,
    );
  }
  if (!/^https?:$/.test(parsed.protocol))
    throw new InvalidOptionError(option, "must be http or https");
  if (parsed.username || parsed.password) {
    throw new InvalidOptionError(option, "must not have a user name or password");
  }
  if (/[?#]/.test(value))
    throw new InvalidOptionError(option, "must not have a query or a fragment");
  return value;
}

export { text, textOrFunction };

/** The own, defined properties of `source` that `checks` names, each checked. */
export function read(source, checks, what) {
  if (source === undefined || source === null) return { __proto__: null };
  if (typeof source !== "object")
    throw new InvalidOptionError(what, `must be an object, not ${describe(source)}`);
  const options = { __proto__: null };
  for (const [name, check] of Object.entries(checks)) {
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    if (value !== undefined && value !== null) options[name] = check(value, name);
  }
  return options;
}

/** Refuses what a constructor or a call does not know: a typo, or something that must not be here. */
export function refuseUnknown(source, checks, refuse) {
  const known = Object.keys(checks);
  for (const name of Object.keys(source ?? {})) {
    if (known.includes(name)) continue;
    // What is misspelt mostly begins right: `maxRetry`, `timeOut`, `header`.
    const near = known.find((other) => name.startsWith(other.slice(0, 4)));
    throw (
      refuse?.(name) ??
      new InvalidOptionError(
        name,
        `is not an option${near ? `, but ${near} is` : ""}; supported are ${known.join(", ")}`,
      )
    );
  }
}
