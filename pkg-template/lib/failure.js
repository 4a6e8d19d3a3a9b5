// What an answer that is no success says.

import { APIError } from "./errors.js";

/** The error of an answer with an error status. */
export function statusError(status, headers, body) {
  let parsed;
  try {
    parsed = JSON.parse(body);
  } catch {
    // An HTML page or plain text: its start is the message, if it is text at all.
  }
  if (parsed === null || typeof parsed !== "object") {
    return APIError.generate(status, undefined, snippet(body, headers), headers);
  }
  return APIError.generate(status, parsed, undefined, headers);
}

/** A short, one-line look at a body that is not what was expected. */
export function snippet(body, headers) {
  const type = headers.get("content-type")?.split(";")[0].trim();
  if (type === "text/html" || /^\s*<(!doctype|html)/i.test(body)) return "the server answered with an HTML page";
  const text = body.replace(/\s+/g, " ").trim();
  return text.length > 200 ? `${text.slice(0, 200)}…` : text || undefined;
}
