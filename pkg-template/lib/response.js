// What a call's answer is: JSON, text, bytes. Each parser takes what lib/transport.js `send` gave.

import { APIConnectionError, ResponseError } from "./errors.js";
import { parseAnswer, reportedError, snippet } from "./response-error.js";
import { rateLimitOf } from "./rate-limit.js";
import { errorIn } from "./report.js";

/** The body of an answer that was taken raw, and is wanted parsed as well. */
async function textOf({ response, text }) {
  try {
    return text ?? (await response.text());
  } catch (cause) {
    throw new APIConnectionError({
      message: "The body was read already, or the connection was lost.",
      cause,
    });
  }
}

const mediaType = ({ headers }) =>
  headers.get("content-type")?.split(";")[0].trim().toLowerCase() ?? "";

const wrong = (response, what) =>
  new ResponseError(`${response.status} with ${what} was expected`, response);

/** JSON, or null for 204; an error that the server reports in it is thrown. */
export async function json(answer) {
  const { response } = answer;
  const { status, headers } = response;
  if (status === 204) return null;
  const text = await textOf(answer);
  const type = mediaType(response);
  if (text.trim() === "") throw wrong(response, "an empty body where JSON");
  const value = parseAnswer(text);
  if (value === undefined) {
    const what =
      type && !type.includes("json")
        ? `${type} (${snippet(text, headers)})`
        : "text that is not JSON";
    throw wrong(response, `${what} where JSON`);
  }
  const error = errorIn(value, false, true);
  if (error !== undefined) throw reportedError(error, headers);
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? marked(value, headers)
    : value;
}

/** Gives an object what the headers say of it, not enumerable. */
export function marked(value, headers) {
  return Object.defineProperties(value, {
    _request_id: { value: headers.get("x-request-id"), configurable: true },
    _rate_limit: { get: () => rateLimitOf(headers), configurable: true },
  });
}

/** Text; JSON if the server says that it is some. */
export async function text(answer) {
  const type = mediaType(answer.response);
  if (type.includes("json")) return json(answer);
  const body = await textOf(answer);
  if (type === "text/html")
    throw wrong(answer.response, `${snippet(body, answer.response.headers)} where text`);
  return body;
}

/** The response itself, its body unread. */
export const raw = ({ response }) => response;
