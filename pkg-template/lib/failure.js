// What WebAssembly reports as a plain object becomes an error class here, and nowhere else.

import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  InvalidOptionError,
  OpenAIError,
} from "./errors.js";

// Rust's option names that JavaScript spells otherwise.
const OPTIONS = { proxy_url: "proxyUrl", base_url: "baseURL" };

/** The error of a failed call or construction. */
export function toError(failure) {
  if (failure instanceof Error || failure === null || typeof failure !== "object") return failure;
  const { kind, message, cause } = failure;
  switch (kind) {
    case "option": {
      const option = OPTIONS[failure.option] ?? failure.option;
      const clause = message.startsWith(`${failure.option} `)
        ? message.slice(failure.option.length + 1)
        : message;
      return new InvalidOptionError(option, clause);
    }
    case "timeout":
      return new APIConnectionTimeoutError();
    case "aborted":
      return new APIUserAbortError({ cause });
    case "status":
      return statusError(failure.status, new Headers(failure.headers), message);
    case "redirect":
      return new APIConnectionError({ message: capitalised(message) });
    case "body":
      return new APIConnectionError({ message: "The connection was lost while the body was read.", cause });
    case "credential":
      return cause instanceof Error && cause.message
        ? Object.assign(new OpenAIError(cause.message), { cause })
        : Object.assign(new OpenAIError(capitalised(message)), { cause });
    default:
      return new APIConnectionError({ cause });
  }
}

function statusError(status, headers, body) {
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

const capitalised = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
