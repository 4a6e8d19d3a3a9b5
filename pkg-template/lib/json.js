// Parameters as JSON text, or an error that names the field that has no JSON form.

import { InvalidOptionError } from "./errors.js";

export const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A call's parameters must be a plain object. */
export function checkParams(params) {
  if (!isObject(params)) {
    throw new InvalidOptionError("params", `must be an object, not ${describe(params)}`);
  }
  return params;
}

/**
 * JSON text of a call's parameters, or with `any` of any value. A BigInt, and a `seed` whose digits are
 * text, becomes a number with all its digits: seeds have 64 bits, of which a JavaScript number keeps 53.
 */
export function stringify(params, any) {
  if (!any) checkParams(params);
  const refuse = (cause) => {
    const [path, why] = fault(params, "", []) ?? ["", cause?.message ?? "toJSON() gave nothing"];
    const error = new InvalidOptionError(
      path || (any ? "body" : "params"),
      `cannot be sent as JSON: ${why}`,
    );
    throw Object.assign(error, { cause });
  };
  let text;
  try {
    text = isDigits(params.seed) ? withDigits(params) : JSON.stringify(params);
  } catch {
    try {
      text = withDigits(params);
    } catch (cause) {
      refuse(cause);
    }
  }
  if (text === undefined || (text.includes("{}") && fault(params, "", []))) refuse();
  return text;
}

export function describe(value) {
  if ((value ?? null) === null) return String(value);
  if (Array.isArray(value)) return "an array";
  const type = typeof value;
  return `${type === "object" ? "an" : "a"} ${type}`;
}

const isDigits = (seed) => typeof seed === "string" && /^-?(0|[1-9]\d*)$/.test(seed);

function withDigits(params) {
  const mark = randomText();
  const digits = (value) => JSON.rawJSON?.(value) ?? mark + value;
  const text = JSON.stringify(params, function (name, value) {
    const own =
      typeof value === "bigint" || (this === params && name === "seed" && isDigits(value));
    return own ? digits(String(value)) : value;
  });
  // Engines without `rawJSON` cannot write such a number: it is a string until here.
  return text?.replace(new RegExp(`"${mark}([-\\d]+)"`, "g"), "$1");
}

/** The path of the first object that holds itself or of which JSON keeps nothing (a Map), and what is wrong. */
function fault(value, path, above) {
  if (value === null || typeof value !== "object" || typeof value.toJSON === "function")
    return undefined;
  if (above.includes(value)) return [path, "the object contains itself"];
  const entries = Object.entries(value);
  const kind = Object.getPrototypeOf(value)?.constructor?.name ?? "Object";
  if (!entries.length && !/^(Object|Array)$/.test(kind))
    return [path, `nothing of a ${kind} would be left`];
  for (const [key, item] of entries) {
    const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    const found = fault(item, at, [...above, value]);
    if (found) return found;
  }
  return undefined;
}

/** Random text, so that no parameter and no file can contain it by chance. */
export const randomText = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(36)).join("");
