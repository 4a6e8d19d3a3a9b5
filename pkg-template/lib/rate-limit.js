// What the headers `x-ratelimit-*` say.

const UNITS = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/**
 * What is left of the limits that the server counts, `{ requests: { limit, remaining, resetMs } }` and
 * so for tokens, or undefined if it told none. `resetMs` is the time until the whole is there again.
 */
export function rateLimitOf(headers) {
  const counted = {};
  for (const what of ["requests", "tokens"]) {
    const header = (name) => headers?.get(`x-ratelimit-${name}-${what}`) || undefined;
    const [limit, remaining, reset] = [header("limit"), header("remaining"), header("reset")];
    if (limit ?? remaining ?? reset) {
      counted[what] = {
        limit: number(limit),
        remaining: number(remaining),
        resetMs: reset && milliseconds(reset),
      };
    }
  }
  return Object.keys(counted).length > 0 ? counted : undefined;
}

/** NaN alone is not equal to itself. */
const number = (text) => (+text === +text ? +text : undefined);

/** `6m0s`, `1.5s`, `20ms`, or seconds without a unit. */
function milliseconds(text) {
  if (!/^([\d.]+(ms|[smhd]))+$|^[\d.]+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit = "s"] of text.matchAll(/([\d.]+)(ms|[smhd])?/g))
    sum += amount * UNITS[unit];
  return number(Math.round(sum));
}
