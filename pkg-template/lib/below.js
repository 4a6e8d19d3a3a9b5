// client.fetch: a `fetch` for other libraries, which reaches the client's own server and no other.

import { APIConnectionError, InvalidOptionError } from "./errors.js";
import { GIVE_REFUSED, HEADER, RENEW, RENEW_ALONE } from "./codes.js";
import { hintsOf } from "./exchange.js";
import { tryParse } from "./partial-json.js";

/** Where a request goes, if that is below the client's base URL. */
function targetOf(base, url) {
  const page = globalThis.location?.href;
  const root = new URL(base.replace(/\/*$/, "/"), page);
  let target;
  try {
    target = new URL(url, page);
  } catch {
    throw new InvalidOptionError("url", "is not a URL");
  }
  // A URL's parser has removed dot segments, also encoded ones.
  const below = target.origin === root.origin && target.pathname.startsWith(root.pathname);
  if (!below || target.username || target.password)
    throw new InvalidOptionError(
      "url",
      `must be below ${root.origin}${root.pathname}, where the client's token may go`,
    );
  return target;
}

/** What can be sent again. */
const isWhole = (body) =>
  body === undefined || body === null || typeof body === "string" || !isStream(body);
const isStream = (body) =>
  typeof body.getReader === "function" || typeof body[Symbol.asyncIterator] === "function";

/**
 * As `fetch(input, init)`, with the client's token in place of the `Authorization` that the caller set, and
 * once more with a new token if the server refuses this one.
 *
 * @param server lib/client.js `#server`
 */
export async function fetchBelow(server, input, init = {}) {
  const isRequest = typeof input === "object" && typeof input.url === "string";
  const url = targetOf(server.base, isRequest ? input.url : String(input));
  const headers = new Headers(init.headers ?? (isRequest ? input.headers : undefined));
  const instance = (await server.runtime.instance()).exports;
  const given = headers.get("Authorization") ?? "";
  headers.delete("Authorization");
  const { keyShaped, check } = server;
  for (const [name, value] of [["Authorization", given], ...headers]) {
    if (keyShaped?.(value))
      throw new InvalidOptionError(
        "headers",
        `\`${name}\` carries a model provider's key, which the proxy alone holds`,
        "key_not_accepted",
      );
    const fault = name === "Authorization" ? undefined : instance.fault(HEADER, name);
    if (fault) throw new InvalidOptionError("headers", `\`${name}\` ${fault}`);
  }
  const body = init.body ?? (isRequest ? input.body : undefined);
  const text = typeof body === "string" && tryParse(body) !== undefined ? body : undefined;
  check?.(text ?? [], [...url.searchParams], url.pathname);
  const { credential, credentials = "omit" } = server;
  const send = async () => {
    const fetch = server.fetch ?? globalThis.fetch;
    const { method, signal } = isRequest ? input : {};
    const own = { method, signal, ...init, body, headers, redirect: "manual" };
    for (const [name, value] of Object.entries({ credentials, referrerPolicy: "no-referrer" }))
      if (name in Request.prototype) own[name] = value;
    if (body && isStream(body) && !(body instanceof Blob)) own.duplex = "half";
    const response = await fetch(url.href, own);
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400))
      throw new APIConnectionError({
        message: "The server answered with a redirect, which is not followed.",
      });
    return response;
  };
  if (!credential) return send();
  let machine = instance.attempts(0, credential.renewable, isWhole(body));
  let { header } = await credential.get();
  for (;;) {
    headers.set(credential.name, header);
    const response = await send();
    if (response.status !== 401) return response;
    const { shouldRetry, afterMs } = hintsOf(response.headers);
    const words = await response.clone().text();
    const step = instance.onResponse(machine, 401, shouldRetry, afterMs, words, 0);
    const renews = step === RENEW || step === RENEW_ALONE;
    if (renews || step === GIVE_REFUSED) credential.refuse(header);
    if (!renews) return response;
    const next = await credential.get(header, step === RENEW_ALONE);
    // The function gave the refused one again, so the refusal is final.
    if (next.header === header) return response;
    machine = instance.renewed(machine, next.shared);
    header = next.header;
  }
}
