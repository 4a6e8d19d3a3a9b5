// Clients whose connections are cut.

import { keyless } from "./packed.mjs";

const { default: OpenAI } = await keyless();

/** A client whose connections have these faults, one after another. */
export function cutting(upstream, faults, options) {
  const left = [...faults];
  const log = [];
  const fetch = (url, init) => {
    const fault = left.shift();
    log.push(`${init.method} ${new URL(url).pathname.replace(/[\w-]{22}$/, "ID")}`);
    if (fault) init.headers.set("x-fault", fault);
    return globalThis.fetch(url, init);
  };
  const own = new OpenAI({ proxyUrl: upstream.baseUrl, resumable: true, fetch, ...options });
  return { client: own, log };
}

export const listed = async (stream) => {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
};
