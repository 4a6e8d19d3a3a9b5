// What a client tells its logger: where calls go and how they end. Never a body or a query.

export const LEVELS = ["off", "error", "warn", "info", "debug"];

/** Headers whose values are shown; any other may hold a credential or a person's data. */
const SHOWN =
  /^(accept|content-(type|length|encoding)|date|retry-after(-ms)?|server|x-(should-retry|request-id|ratelimit-.+)|openai-(processing-ms|version|model))$/;

export const shown = (headers) =>
  Object.fromEntries([...headers].map(([name, value]) => [name, SHOWN.test(name) ? value : "***"]));

/** A function `(level, message, details)`; `details` is called if the level is wanted. */
export function logFor({ logger = console, logLevel = "warn" }) {
  const most = LEVELS.indexOf(logLevel);
  return (level, message, details) => {
    if (LEVELS.indexOf(level) > most) return;
    try {
      logger[level](message, ...(details ? [details()] : []));
    } catch {
      // An exception in the logger must not fail the call.
    }
  };
}

/** The same for one call, whose lines begin alike. A path holds no parameter of a query. */
export function logOfCall(log, { method, path }) {
  const start = `[call_${Math.floor(Math.random() * 2 ** 32).toString(36)}] ${method} ${path.split("?")[0]}`;
  return (level, message, details) => log(level, `${start} ${message}`, details);
}
