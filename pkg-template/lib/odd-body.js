// A body that is not called an event stream, though one was asked for. It is no part to load on demand:
// a captive portal, which sends such bodies, would answer for the part as well.

import { ResponseError, StreamLimitError } from "./errors.js";
import { parseAnswer, snippet } from "./response-error.js";

/** How much is looked at to tell what a body is: `HEAD_BYTES` in src/wire/sniff.rs. */
const HEAD = 1024;
/** How much of a body is read that is no stream and no JSON. */
const SNIPPET_BYTES = 4096;

const FIELD = /^(data|event|id|retry):/;
const BEGINNINGS = ["data:", "event:", "id:", "retry:", "\xEF\xBB\xBF"];

/**
 * What a body is: "events", "json" or "other"; undefined if more is needed. The same as
 * src/wire/sniff.rs.
 * @param type the media type, without parameters
 * @param text the body's beginning, a character for each byte
 * @param ended whether that is all
 */
export function contentOf(type, text, ended) {
  if (type === "text/event-stream") return "events";
  // A page may hold whatever its author wrote.
  if (/html|svg/.test(type)) return "other";
  const head = text.replace(/^(\xEF\xBB\xBF)?[\r\n]*/, "");
  if (FIELD.test(head) || /^:[^]*[\r\n](data|event|id|retry):/.test(head.slice(0, HEAD)))
    return "events";
  const rest = head.replace(/^[ \t\r\n\f]+/, "");
  const begun = rest === "" || head[0] === ":" || BEGINNINGS.some((name) => name.startsWith(head));
  if (!ended && begun && head.length < HEAD) return undefined;
  if (/^[[{]/.test(rest) || type.endsWith("json")) return "json";
  return type ? "other" : "events";
}

/**
 * Reads until the body is known: `{ rest }` of a stream, its first bytes, or one whole `{ answer }` and
 * the `chunks` that it is as a stream.
 */
export async function readOdd(read, type, { response, maxEventBytes }) {
  const { status, headers } = response;
  let parts = [];
  let length = 0;
  let head = "";
  let content;
  let limit;
  for (;;) {
    const bytes = await read();
    if (bytes) parts.push(bytes);
    length += bytes?.length ?? 0;
    if (!content) {
      head += String.fromCharCode(...(bytes?.subarray(0, SNIPPET_BYTES) ?? []));
      content = contentOf(type, head, !bytes);
      // Line ends say nothing, and looking at them again at each read would be quadratic.
      if (/^[\r\n]+$/.test(head)) [head, parts] = ["", []];
      limit = content === "json" ? maxEventBytes : SNIPPET_BYTES;
      if (content === "events")
        return { rest: new Uint8Array(await new Blob(parts).arrayBuffer()) };
    }
    if (!bytes || (content && length > limit)) break;
  }
  if (content === "json" && length > limit)
    throw new StreamLimitError(`the body is larger than ${limit} bytes`);
  const text = await new Blob(parts).text();
  const answer = content === "json" ? parseAnswer(text) : undefined;
  if (answer !== undefined) return { answer, chunks: chunksOf(answer) };
  const what = text
    ? `${type || "no type"} (${snippet(text.slice(0, SNIPPET_BYTES), headers)})`
    : "an empty body";
  throw new ResponseError(`${status} with ${what} where an event stream was expected`, {
    status,
    headers,
  });
}

const listOf = (value) => (Array.isArray(value) ? value : []);

/**
 * Makes a whole answer the chunks of a stream. A response becomes an event for each of its texts and
 * one that closes it; any other answer is one chunk, in which each choice gets a `delta` next to its
 * `message`.
 */
function chunksOf(answer) {
  if (answer?.object !== "response") return [makeChunk(answer)];
  const events = listOf(answer.output).flatMap((item, output_index) =>
    listOf(item?.content).flatMap((part, content_index) => {
      if (part?.type !== "output_text" || typeof part.text !== "string") return [];
      const type = "response.output_text.delta";
      return { type, item_id: item.id ?? null, output_index, content_index, delta: part.text };
    }),
  );
  // One that is still worked at does not end the stream.
  const { status } = answer;
  const type = `response.${typeof status === "string" ? status : "completed"}`;
  return [...events, { type, response: answer }];
}

function makeChunk(answer) {
  for (const choice of Array.isArray(answer?.choices) ? answer.choices : []) {
    if (choice === null || typeof choice !== "object" || "text" in choice || choice.delta) continue;
    const { message } = choice;
    const delta = message && typeof message === "object" ? { ...message } : {};
    // Pieces of calls are told by their index, which whole calls do not have.
    if (Array.isArray(delta.tool_calls))
      delta.tool_calls = delta.tool_calls.map((call, index) => ({ index, ...call }));
    choice.delta = delta;
  }
  return answer;
}
