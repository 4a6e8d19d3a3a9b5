// What a call sends, but for its credential. What must not be sent is refused before anything is.

import { InvalidOptionError } from "./errors.js";
import { BASE, HEADER, PATH, VALUE } from "./codes.js";

/** `{ url, headers, credential }` of a call; throws what WebAssembly says is wrong with them. */
export function requestOf(wasm, client, call) {
  const { base, keyShaped } = client;
  const { path, mediaType } = call;
  const refuse = (option, fault, name) => {
    if (fault)
      throw new InvalidOptionError(option, name === undefined ? fault : `\`${name}\` ${fault}`);
  };
  refuse(client.baseOption, client.baseFault ? client.baseFault(wasm) : wasm.fault(BASE, base));
  refuse("path", wasm.fault(PATH, path));
  const headers = new Headers({ Accept: "application/json" });
  if (mediaType) headers.set("Content-Type", mediaType);
  for (const [name, value] of [...client.headers, ...call.headers]) {
    const text = value ?? "";
    if (keyShaped?.(text))
      refuse("headers", "carries a model provider's key, which the proxy alone holds", name);
    refuse("headers", wasm.fault(HEADER, name) ?? wasm.fault(VALUE, text), name);
    value === null ? headers.delete(name) : headers.set(name, value);
  }
  const bare = call.headers.some(
    ([name, value]) => value === null && /^authorization$/i.test(name),
  );
  return { url: urlOf(base, call), headers, credential: bare ? undefined : client.credential };
}

function urlOf(base, { path, query }) {
  const url = base.replace(/\/+$/, "") + path;
  let pairs;
  try {
    pairs = query.map((pair) => pair.map(encodeURIComponent).join("="));
  } catch {
    throw new InvalidOptionError("query", "must be well-formed text");
  }
  if (pairs.length === 0) return url;
  return `${url}${path.includes("?") ? "&" : "?"}${pairs.join("&")}`;
}
