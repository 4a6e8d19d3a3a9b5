// What a body is where a stream was asked for, by its first bytes: the same as src/wire/sniff.rs.

const HEAD = 1024;
const FIELD = /^(data|event|id|retry):/;
const BEGINNINGS = ["data:", "event:", "id:", "retry:", "\xEF\xBB\xBF"];

/**
 * "events", "json" or "other"; undefined if more is needed.
 * @param type the media type, without parameters
 * @param text the body's beginning, a character for each byte
 * @param ended whether that is all
 */
export function contentOf(type, text, ended) {
  if (type === "text/event-stream") return "events";
  // A page may hold whatever its author wrote.
  if (/html|svg/.test(type)) return "other";
  const head = text.replace(/^(\xEF\xBB\xBF)?[\r\n]*/, "");
  if (FIELD.test(head) || /^:[^]*[\r\n](data|event|id|retry):/.test(head.slice(0, HEAD))) return "events";
  const rest = head.replace(/^[ \t\r\n\f]+/, "");
  const begun = rest === "" || head[0] === ":" || BEGINNINGS.some((name) => name.startsWith(head));
  if (!ended && begun && head.length < HEAD) return undefined;
  if (/^[[{]/.test(rest) || type.endsWith("json")) return "json";
  return type ? "other" : "events";
}

/** Makes a whole answer the one chunk of a stream: each choice gets a `delta` beside its `message`. */
export function makeChunk(answer) {
  for (const choice of Array.isArray(answer.choices) ? answer.choices : []) {
    if (choice === null || typeof choice !== "object" || "text" in choice || choice.delta) continue;
    const { message } = choice;
    const delta = message && typeof message === "object" ? { ...message } : {};
    // Pieces of calls are told by their index, which whole calls do not have.
    if (Array.isArray(delta.tool_calls)) delta.tool_calls = delta.tool_calls.map((call, index) => ({ index, ...call }));
    choice.delta = delta;
  }
  return answer;
}
