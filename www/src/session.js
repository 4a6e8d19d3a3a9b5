// A short-lived session token, kept in memory alone: no storage, cookie or URL ever holds it.

/** A token this close to its end is replaced before it is used (milliseconds). */
const EARLY_MS = 30_000;

let current; // { token, until } of the last answer
let pending; // the request in flight, shared by everyone who asks meanwhile
let offered; // what the Worker has besides the proxy

/** The token for the next request to the proxy. */
export async function session() {
  if (current && Date.now() < current.until - EARLY_MS) return current.token;
  pending ??= renew().finally(() => (pending = undefined));
  return pending;
}

/** `{ budget, faults }`: whether the Worker counts what requests cost, and whether answers can be made to break. */
export async function offers() {
  await session();
  return offered;
}

/** Makes the next answer break so (faults.js). */
export async function orderFault(fault) {
  const response = await fetch("/fault", { method: "POST", body: JSON.stringify({ fault }) });
  if (!response.ok)
    throw new Error(`The stand-in does not break: POST /fault answered ${response.status}.`);
}

/** Drops the token: the proxy refused it. */
export function forgetSession() {
  current = undefined;
}

async function renew() {
  const response = await fetch("/session", { method: "POST", cache: "no-store" });
  if (!response.ok) throw new Error(`No session: POST /session answered ${response.status}.`);
  const { token, expires_at: expiresAtSeconds, budget, faults } = await response.json();
  current = { token, until: expiresAtSeconds * 1000 };
  offered = { budget, faults };
  return token;
}
