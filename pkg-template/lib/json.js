// Parameters as JSON text, or an error that names the field that has no JSON form.

import { InvalidOptionError } from "./errors.js";

/** JSON text of a call's parameters, which must be a plain object. */
export function stringify(params) {
  if (params === null || typeof params !== "object" || Array.isArray(params)) {
    throw new InvalidOptionError("params", `must be an object, not ${describe(params)}`);
  }
  let text;
  try {
    text = JSON.stringify(params);
  } catch (cause) {
    const [path, why] = offender(params, "", []) ?? ["params", cause?.message ?? "toJSON() failed"];
    const error = new InvalidOptionError(path || "params", `cannot be sent as JSON: ${why}`);
    error.cause = cause;
    throw error;
  }
  if (text === undefined) throw new InvalidOptionError("params", "have no JSON form");
  return text;
}

export function describe(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  const type = typeof value;
  return type === "undefined" ? type : `${type === "object" ? "an" : "a"} ${type}`;
}

/** The path of the first value that JSON.stringify refuses: a BigInt, or an object inside itself. */
function offender(value, path, above) {
  if (typeof value === "bigint") return [path, "a BigInt (send a string or a number)"];
  if (value === null || typeof value !== "object" || typeof value.toJSON === "function") return undefined;
  if (above.includes(value)) return [path, "the object contains itself"];
  const inside = [...above, value];
  for (const [key, item] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    const found = offender(item, at, inside);
    if (found) return found;
  }
  return undefined;
}
