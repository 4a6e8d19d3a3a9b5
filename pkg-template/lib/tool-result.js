// What a function gave, for the model that called it.

import { ToolError } from "./parse-errors.js";

/** A result as text: what is not a text is written as JSON. */
export function contentOf(result, name) {
  if (typeof result === "string") return result;
  if (result === undefined) return "undefined";
  let text;
  let cause;
  try {
    text = JSON.stringify(result);
  } catch (error) {
    cause = error;
  }
  if (text === undefined)
    throw new ToolError(
      `The result of the tool ${name} cannot be written as JSON: ${cause?.message ?? `a ${typeof result}`}`,
      "result_not_json",
      name,
      cause,
    );
  return text;
}
