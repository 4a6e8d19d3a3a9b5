// Server-sent events of any server, by the WHATWG rules to the letter: no OpenAI leniency here.

import { InvalidOptionError, StreamLimitError } from "./errors.js";
import { bytesOf } from "./stream-reader.js";
import { FOUND, INPUT, INPUT_BYTES, OUT, TEXT_LEN, TOO_LARGE, WORDS } from "./words.js";

const DEFAULT_MAX_EVENT_BYTES = 64 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param runtime of the entry */
export function eventStreams(runtime) {
  /**
   * The events of a readable stream of bytes, or of a response's body, as `{ event, data, id, retry }`. An event without a
   * name is a "message"; `id` and `retry` (milliseconds) are the last ones that the stream set, ""
   * and undefined before that. Leaving early cancels the stream.
   */
  return function decodeEventStream(source, { maxEventBytes = DEFAULT_MAX_EVENT_BYTES } = {}) {
    const readable = source?.getReader ? source : source?.body;
    if (typeof readable?.getReader !== "function" || readable.locked) {
      const wrong = readable
        ? "must be a ReadableStream or a Response that nobody reads"
        : "has no body that could be read";
      throw new InvalidOptionError("readable", wrong);
    }
    if (!(maxEventBytes > 0))
      throw new InvalidOptionError("maxEventBytes", "must be a number above 0");
    return events(runtime, readable, Math.min(maxEventBytes, 0xffffffff));
  };
}

async function* events(runtime, readable, maxEventBytes) {
  const reader = readable.getReader();
  let decoder;
  let eventIndex = 0;
  try {
    const { exports, memory } = await runtime.instance();
    decoder = new exports.EventDecoder(maxEventBytes);
    const head = decoder.head();
    const look = () => new Uint32Array(memory.buffer, head, WORDS);
    const input = look()[INPUT];
    for (;;) {
      const { done, value } = await reader.read();
      // An event without its blank line is not dispatched.
      if (done) return;
      for (let rest = bytesOf(value); rest?.length > 0; rest = rest.subarray(INPUT_BYTES)) {
        const piece = rest.subarray(0, INPUT_BYTES);
        new Uint8Array(memory.buffer).set(piece, input);
        decoder.decode(piece.length);
        const words = look();
        const array = JSON.parse(
          utf8.decode(new Uint8Array(memory.buffer, words[OUT], words[TEXT_LEN])),
        );
        const refused = words[FOUND] & TOO_LARGE;
        for (let at = 0; at < array.length; at += 4) {
          const [event, data, id, retry] = array.slice(at, at + 4);
          eventIndex += 1;
          yield { event: event || "message", data, id, retry: retry ?? undefined };
        }
        if (refused) {
          throw new StreamLimitError(`event ${eventIndex} is larger than ${maxEventBytes} bytes`, {
            eventIndex,
          });
        }
      }
    }
  } finally {
    decoder?.free();
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
