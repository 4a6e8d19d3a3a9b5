// The connection by which an answer comes, and the switch that cuts it, as a tunnel or a lost network would.

let newest;

/** `fetch` for a client whose streams `cut` can break. */
export async function fetchCuttable(input, init) {
  const { signal } = init;
  const connection = new AbortController();
  const leave = () => connection.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  const response = await fetch(input, { ...init, signal: connection.signal });
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) newest = connection;
  return response;
}

/** Breaks the connection of the newest stream. */
export function cut() {
  newest?.abort(new TypeError("The connection was cut on purpose."));
  newest = undefined;
}
