// The stand-in upstream (tests/upstream): a real server on a port of its own.

import { setting, start } from "./program.mjs";

/** Starts one. Options: `apiKey`, `eventIntervalMs`, and `tokens`, an encoding by which usage is counted. */
export async function startUpstream({ apiKey, eventIntervalMs, tokens } = {}) {
  // Answers to requests without a seed are the same in every run.
  const args = ["--port", "0", "--seed", "1"];
  if (apiKey !== undefined) args.push("--api-key", apiKey);
  if (eventIntervalMs !== undefined) args.push("--event-interval-ms", String(eventIntervalMs));
  if (tokens !== undefined) args.push("--tokens", tokens);
  const program = await start(setting("UPSTREAM_BIN"), args, {
    ready: (text) => /listening on (http:\/\/\S+)\n/.exec(text)?.[1],
  });
  const url = program.found;

  const control = async (path, init) => {
    const response = await fetch(`${url}/__control/${path}`, init);
    const text = await response.text();
    const answer = text === "" ? {} : JSON.parse(text);
    if (!response.ok && response.status !== 504) {
      throw new Error(`/__control/${path}: ${response.status} ${JSON.stringify(answer)}`);
    }
    return answer;
  };

  return {
    /** `http://127.0.0.1:PORT` */
    url,
    /** The base URL for clients and proxies. */
    baseUrl: `${url}/v1`,
    stop: program.stop,
    /** All requests since the last reset. */
    requests: async () => (await control("requests")).requests,
    /** Forgets requests and armed faults. */
    reset: () => control("requests", { method: "DELETE" }),
    /** Arms faults for the next request, or for `times` of them whose path starts with `path`. */
    arm: (faults, order = {}) =>
      control("faults", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ faults, ...order }),
      }),
    /** Lets a stream armed with `stepped` send its next event. */
    step: () => control("step", { method: "POST" }),
    /** Arms a list of such orders, which are used up in turn. */
    armAll: (orders) =>
      control("faults", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(orders),
      }),
    /** Waits until all conditions hold, `{ closed: 1 }` say; throws after `timeoutMs`. */
    async wait(conditions, timeoutMs = 5000) {
      const query = new URLSearchParams({ ...conditions, timeout_ms: timeoutMs });
      const answer = await control(`wait?${query}`);
      if (!answer.satisfied) {
        throw new Error(
          `not within ${timeoutMs} ms: ${JSON.stringify(conditions)}\n${JSON.stringify(answer, null, 1)}`,
        );
      }
      return answer.requests;
    },
  };
}

/** The first value of a header in a recorded request. */
export const headerOf = (record, name) =>
  record.headers.find(([known]) => known.toLowerCase() === name)?.[1];
