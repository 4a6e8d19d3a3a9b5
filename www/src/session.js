// A short-lived session token, kept in memory alone: no storage, cookie or URL ever holds it.

/** A token this close to its end is replaced before it is used (milliseconds). */
const EARLY_MS = 30_000;

let current; // { token, until } of the last answer
let pending; // the request in flight, shared by everyone who asks meanwhile
let hasBudget;

/** The token for the next request to the proxy. */
export async function session() {
  if (current && Date.now() < current.until - EARLY_MS) return current.token;
  pending ??= renew().finally(() => (pending = undefined));
  return pending;
}

/** Whether the Worker counts what requests cost. */
export async function counted() {
  await session();
  return hasBudget;
}

/** Drops the token: the proxy refused it. */
export function forgetSession() {
  current = undefined;
}

async function renew() {
  const response = await fetch("/session", { method: "POST", cache: "no-store" });
  if (!response.ok) throw new Error(`No session: POST /session answered ${response.status}.`);
  const { token, expires_at: expiresAtSeconds, budget } = await response.json();
  current = { token, until: expiresAtSeconds * 1000 };
  hasBudget = budget;
  return token;
}
