// Fetches and reads: one request and its answer.

import { APIConnectionError } from "./errors.js";
import { ANSWERED } from "./codes.js";

/**
 * `{ response, status, text }`, or with `controller`, which ends the body, in place of a success's text if the
 * call reads that itself. `attempt.stage` tells how far it came.
 */
export async function exchange(client, call, attempt, controller) {
  const { url, headers } = attempt;
  let response;
  try {
    const fetch = client.fetch ?? globalThis.fetch;
    response = await fetch(url, initOf(client, call, headers, controller.signal));
    // A caller's `fetch` may give back a response of another realm, or something else altogether.
    if (typeof response?.status !== "number" || typeof response.headers?.get !== "function") {
      throw new TypeError("`fetch` did not give back a Response");
    }
  } catch (cause) {
    // A page is told nothing of the reason.
    const why = globalThis.location ? ", or its CORS answer forbids this page" : "";
    throw new APIConnectionError({
      message: `Connection error: ${url.split("?")[0]} was not reached${why}.`,
      cause,
    });
  }
  // A browser shows a redirect that it did not follow as an opaque response of status 0.
  const status = response.type === "opaqueredirect" ? 302 : response.status;
  if (status < 200 || status > 299) {
    // The status says enough when the body does not come. Nobody reads a redirect's.
    const text = status < 400 ? "" : await Promise.resolve(response.text()).catch(() => "");
    return { response, status, text };
  }
  attempt.stage = ANSWERED;
  if (!call.buffered) return { response, status, controller };
  try {
    return { response, status, text: await response.text() };
  } catch (cause) {
    throw new APIConnectionError({
      message: "The connection was lost while the body was read.",
      cause,
    });
  }
}

/** What an answer's headers say of another attempt: as `Hints::of` in src/policy/retry.rs. */
export function hintsOf(headers) {
  const number = (name) => (headers.get(name)?.trim() ? Number(headers.get(name)) : NaN);
  const asked = [number("retry-after-ms"), number("retry-after") * 1000].find((ms) => ms >= 0);
  const afterMs = asked ?? Date.parse(headers.get("retry-after")) - Date.now();
  return { shouldRetry: ["false", "true"].indexOf(headers.get("x-should-retry")), afterMs };
}

function initOf({ credentials = "omit" }, call, headers, signal) {
  const { method, payload, streamed, buffered, whole, keepalive, signal: leaving } = call;
  const init = { __proto__: null, method, headers, signal, redirect: "manual" };
  // A body that the caller reads is the caller's to end: no listener of ours waits for that.
  if (whole && !buffered && leaving && AbortSignal.any)
    init.signal = AbortSignal.any([signal, leaving]);
  // Where the platform knows them: Workers have no cookies and refuse what they do not know.
  for (const [name, value] of Object.entries({
    credentials,
    referrerPolicy: "no-referrer",
    cache: "no-store",
    ...(keepalive && { keepalive }),
  })) {
    if (name in (globalThis.Request?.prototype ?? {})) init[name] = value;
  }
  if (payload !== undefined) init.body = payload;
  if (streamed) init.duplex = "half";
  return init;
}
