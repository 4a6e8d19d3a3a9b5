// When something is due in an answer under way. The same as `Limits::look` in src/proxy/response/deadlines.rs;
// tests/fixtures/answer-clock.json has the cases of both.

/** Longer timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * @param limits `{ idleMs, durationMs, heartbeatMs }`; no heartbeat where that is 0
 * @param times `{ began, waiting, quiet }` in milliseconds since 1970: since when the upstream is waited for, and
 *   since when the caller has got nothing while a comment may stand there; undefined where they do not hold
 * @returns `{ broken }`, the limit that is reached, or `{ beat, again }`: whether a heartbeat is due, and after how
 *   many milliseconds to look again
 */
export function look({ idleMs, durationMs, heartbeatMs }, { began, waiting, quiet }, now) {
  // A clock that was set back is no silence, and starts no new one.
  const left = (since, limit) => limit - Math.max(0, now - since);
  const duration = left(began, durationMs);
  if (duration <= 0) return { broken: "duration" };
  const idle = waiting === undefined ? idleMs : left(waiting, idleMs);
  if (idle <= 0) return { broken: "idle" };
  const again = Math.min(duration, idle, LONGEST_TIMER_MS);
  if (!(heartbeatMs > 0)) return { beat: false, again };
  const next =
    waiting === undefined || quiet === undefined ? heartbeatMs : left(quiet, heartbeatMs);
  return { beat: next <= 0, again: Math.min(again, next > 0 ? next : heartbeatMs) };
}
