// What an answer that is no success says.

import { CODES } from "./error-codes.js";
import { APIError, headingOf } from "./errors.js";
import { errorInRefusal } from "./report.js";

/** An APIError that links to the heading of its code, if the proxy has such a code. */
function errorOf(...said) {
  const error = APIError.generate(...said);
  if (CODES.split(" ").includes(error.code))
    Object.defineProperty(error, "docs", { value: headingOf(error.code) });
  return error;
}

/** The error of an answer with an error status. */
export function statusError(status, headers, body) {
  let parsed;
  try {
    parsed = JSON.parse(body);
  } catch {
    // An HTML page or plain text: its start is the message, if it is text at all.
  }
  if (parsed === null || typeof parsed !== "object") {
    return errorOf(status, undefined, snippet(body, headers), headers);
  }
  return errorOf(status, { error: errorInRefusal(parsed) }, undefined, headers);
}

/** JSON text; some servers end it with `[DONE]`, or send it as the one event of a stream. */
export function parseAnswer(text) {
  const whole = text.replace(/(data:)?\s*\[DONE\]\s*$/, "");
  for (const candidate of [text, whole, whole.replace(/^\s*(event:.*\n)?data:/, "")]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** The error that a server reported at a status of success. Some name a status as its code. */
export function reportedError(error, headers) {
  const status = Number(error?.code);
  const inRange = Number.isInteger(status) && status >= 400 && status < 600;
  const said = typeof error === "object" ? error : String(error);
  return errorOf(inRange ? status : undefined, { error: said }, undefined, headers);
}

/** A short, one-line look at a body that is not what was expected. */
export function snippet(body, headers) {
  const html = /^\s*text\/html/i.test(headers.get("content-type"));
  if ((html ? /^\s*</ : /^\s*<(!doctype|html)/i).test(body))
    return "the server answered with an HTML page";
  const text = body.replace(/\s+/g, " ").trim();
  return text.length > 200 ? `${text.slice(0, 200)}…` : text || undefined;
}
