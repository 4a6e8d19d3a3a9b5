// Bytes of a streamed answer in, chunks out: the meeting point with the WebAssembly decoder.

import {
  StreamDecodeError,
  StreamIdleTimeoutError,
  StreamLimitError,
  StreamTruncatedError,
} from "./errors.js";
import { reportedError } from "./response-error.js";
import { errorIn, isLast, isOfResponse } from "./report.js";
import { compile, saysText } from "./template.js";
import {
  CHUNKS,
  FIT_ITEMS,
  FITS,
  FOUND,
  INPUT,
  OUT,
  OUT_LEN,
  SLOT,
  SPANS,
  TEXT_LEN,
} from "./words.js";
import {
  DONE,
  ERROR,
  ESCAPED,
  INPUT_BYTES,
  PLAIN,
  SLOTS,
  TOO_LARGE,
  UNTERMINATED,
} from "./words.js";

/** Below this many bytes a loop over ASCII is quicker than a call of TextDecoder. */
const SHORT = 24;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** How our own proxy says that the answer of the server behind it broke off: by these codes. */
const BROKEN_OFF = new Map([
  ["upstream_truncated", StreamTruncatedError],
  ["upstream_timeout", StreamIdleTimeoutError],
]);

/** How a stream ended: `error` is undefined after a whole answer. */
class End {
  constructor(error) {
    this.error = error;
  }
}
const WHOLE = new End(undefined);

export class ChunkReader {
  #decoder;
  #memory;
  #bytes;
  #words;
  #input;
  #head;
  #mark;
  #templates = [];
  #headers;
  #maxEventBytes;
  #truncation;
  #textOnly;
  /** A chunk said that the answer may end. */
  #finalSeen = false;
  /** Only an event ends the stream: `[DONE]` alone does not. */
  #endsByEvent;
  #text = "";
  #recent = [];
  /** With `textOnly`: what the last bytes said. */
  #said = "";

  /** How many chunks came. */
  eventIndex = 0;
  /** The end, once there is one: after the chunks that the last call gave. */
  end = undefined;

  /** @param options those of the stream; `endsByEvent` says that it is one of the Responses API */
  constructor(instance, { maxEventBytes, truncation, headers, textOnly, endsByEvent = false }) {
    // Random, so that no server can write it: src/stream/batch/mod.rs says why. A small integer.
    this.#mark = (1 << 28) + Math.floor(Math.random() * (1 << 28));
    const limit = Math.min(maxEventBytes, 0xffffffff);
    this.#decoder = new instance.exports.ChunkDecoder(limit, this.#mark, textOnly);
    this.#memory = instance.memory;
    this.#head = this.#decoder.head() >>> 2;
    this.#look();
    this.#input = this.#words[this.#head + INPUT];
    this.#headers = headers;
    this.#maxEventBytes = maxEventBytes;
    this.#truncation = truncation;
    this.#textOnly = textOnly;
    this.#endsByEvent = endsByEvent;
  }

  /** The text of choice 0 so far. */
  get text() {
    if (this.#recent.length > 0) {
      this.#text += this.#recent.join("");
      this.#recent = [];
    }
    return this.#text;
  }

  /** Decodes the first bytes, as many as go at once, and appends what they complete to `queue`. */
  push(bytes, queue) {
    const piece = bytes.length > INPUT_BYTES ? bytes.subarray(0, INPUT_BYTES) : bytes;
    if (this.#bytes.byteLength === 0) this.#look();
    this.#bytes.set(piece, this.#input);
    this.#decoder.decode(piece.length);
    this.#take(queue);
    if (this.#textOnly) this.#giveText(queue);
    return piece.length;
  }

  /** The bytes have ended; `cause` says why no more could be had. */
  finish(queue, cause) {
    this.#decoder.finish();
    this.#take(queue);
    if (this.#textOnly) this.#giveText(queue);
    if (!this.end) this.#endHere(cause);
  }

  /** Nothing more comes: the answer is whole, or broke off. */
  #endHere(cause) {
    const whole = this.eventIndex > 0 && (this.#finalSeen || this.#truncation === "ignore");
    this.end = whole ? WHOLE : new End(this.#truncated(cause));
  }

  /** A whole answer that ought to have been a stream: these chunks. */
  takeWhole(answer, chunks, queue) {
    const reported = errorIn(answer, false, true);
    if (reported !== undefined) {
      this.#say(textOf(answer));
      this.#fail(reported);
    }
    for (const chunk of chunks) if (!this.end) this.#accept(chunk, queue, true);
    if (this.#textOnly) this.#giveText(queue);
    if (!this.end) this.#done();
  }

  /** The stream says that it is done. */
  #done() {
    if (this.#endsByEvent) this.#endHere();
    else this.end = WHOLE;
  }

  /** Gives the decoder's memory back. */
  free() {
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  /** Adds what had come until then to an error. */
  describe(error) {
    error.text = this.text;
    error.eventIndex = this.eventIndex;
    return error;
  }

  #take(queue) {
    // The call may have grown the memory, which detaches every view of it.
    if (this.#bytes.byteLength === 0) this.#look();
    const words = this.#words;
    const head = this.#head;
    const found = words[head + FOUND];
    const length = words[head + TEXT_LEN];
    if (!(found & PLAIN)) {
      this.#takeArray(length, queue);
    } else if (words[head + FITS] > 0) {
      if (this.#textOnly) this.#takeText(found, length);
      else this.#takeValues(length, queue);
    }
    if (found === PLAIN || found === 0 || this.end) return;
    if (found & DONE) {
      this.#done();
    } else if (found & TOO_LARGE) {
      const message = `event ${this.eventIndex} is larger than ${this.#maxEventBytes} bytes`;
      this.end = new End(this.describe(new StreamLimitError(message)));
    } else if (found & ERROR) {
      const text = this.#string(length, words[head + OUT_LEN]);
      this.#fail(errorIn(parse(text) ?? text, true));
    } else if (found & UNTERMINATED) {
      const chunk = parse(this.#string(length, words[head + OUT_LEN]));
      if (chunk !== undefined) this.#accept(chunk, queue);
      else if (this.#truncation !== "ignore") this.end = new End(this.#truncated());
    }
  }

  /** Only text is wanted, and all of it was found without parsing. */
  #takeText(found, length) {
    this.eventIndex += this.#words[this.#head + FITS];
    const text = this.#string(0, length);
    this.#say(found & ESCAPED ? JSON.parse(`"${text}"`) : text);
  }

  /** The changing values of chunks of one template, all simple strings. */
  #takeValues(length, queue) {
    const events = this.#words[this.#head + FITS];
    const { build, count, text } = this.#templates[this.#words[this.#head + SLOT]];
    const lines = this.#string(0, length - 1);
    this.eventIndex += events;
    const values = events * count === 1 ? [lines] : lines.split("\n");
    for (let at = 0; at < values.length; at += count) {
      queue.push(build(values, at));
      if (text >= 0) this.#say(values[at + text]);
    }
  }

  #takeArray(length, queue) {
    const items = parse(this.#string(0, length));
    if (items !== undefined && this.#isSound(items)) this.#takeItems(items, queue);
    else this.#takeOneByOne(length, queue);
  }

  /**
   * Whether each mark stands where an item must begin: then each chunk is one JSON value. With
   * `chunks` the places of the chunks are filled with these.
   */
  #isSound(items, chunks) {
    const mark = this.#mark;
    let left = this.#words[this.#head + CHUNKS];
    let fits = this.#words[this.#head + FIT_ITEMS];
    let at = 0;
    // Templates of this very array are known only by their holes yet.
    const counts = this.#templates.map(({ count }) => count);
    while (at < items.length) {
      const item = items[at];
      if (typeof item === "string" && this.#textOnly) {
        fits -= 1;
        at += 2;
      } else if (typeof item !== "number" || item > mark + SLOTS) {
        return false;
      } else if (item >= mark) {
        if (at === items.length - 1) break;
        left -= 1;
        if (item > mark) counts[item - mark - 1] = items[++at]?.length;
        if (chunks) items[at + 1] = chunks.shift();
        at += 2;
      } else {
        fits -= 1;
        at += 1 + (counts[mark - 1 - item] ?? Infinity);
      }
    }
    return left === 0 && fits === 0 && at <= items.length;
  }

  #takeItems(items, queue) {
    const mark = this.#mark;
    for (let at = 0; at < items.length && !this.end; ) {
      const item = items[at];
      if (typeof item === "string") {
        this.#say(item);
        this.eventIndex += items[at + 1];
        at += 2;
      } else if (item < mark) {
        const { build, count, text } = this.#templates[mark - 1 - item];
        queue.push(build(items, at + 1));
        if (text >= 0) this.#say(items[at + 1 + text]);
        this.eventIndex += 1;
        at += 1 + count;
      } else if (item > mark) {
        const chunk = items[at + 2];
        this.#accept(chunk, queue);
        // The template is the reader's own: a consumer may change the chunk that it got.
        if (!this.end)
          this.#templates[item - mark - 1] = compile(structuredClone(chunk), items[at + 1]);
        at += 3;
      } else {
        if (at < items.length - 1) this.#accept(items[at + 1], queue);
        at += 2;
      }
    }
  }

  /** Some chunk is no JSON, or only looks so beside its neighbours. */
  #takeOneByOne(length, queue) {
    const at = this.#words[this.#head + SPANS] >>> 2;
    const spans = this.#words.slice(at, at + 2 * this.#words[this.#head + CHUNKS]);
    const chunks = [];
    let rest = "";
    let from = 0;
    for (let at = 0; at < spans.length; at += 2) {
      chunks.push(parse(this.#string(spans[at], spans[at + 1])));
      rest += `${this.#string(from, spans[at])}null`;
      from = spans[at + 1];
    }
    const items = JSON.parse(rest + this.#string(from, length));
    this.#isSound(items, chunks);
    this.#takeItems(items, queue);
  }

  #accept(chunk, queue, whole) {
    const reported = errorIn(chunk, false, whole);
    if (reported !== undefined) {
      // A server that gives up may still say something with it.
      this.#say(textOf(chunk));
      return this.#fail(reported);
    }
    if (chunk === null || typeof chunk !== "object" || Array.isArray(chunk)) {
      const error = new StreamDecodeError(`event ${this.eventIndex} is not a JSON object`);
      this.end = new End(this.describe(error));
      return;
    }
    const last = isFinal(chunk);
    const byEvent = !Array.isArray(chunk.choices) && isOfResponse(chunk.type);
    this.#finalSeen ||= last;
    this.#endsByEvent ||= byEvent;
    if (last && byEvent) this.end = WHOLE;
    this.#say(textOf(chunk));
    this.eventIndex += 1;
    if (!this.#textOnly) queue.push(chunk);
  }

  #say(text) {
    if (!text || typeof text !== "string") return;
    if (this.#textOnly) this.#said += text;
    if (this.#recent.push(text) > 1024) void this.text;
  }

  #giveText(queue) {
    if (this.#said) queue.push(this.#said);
    this.#said = "";
  }

  #truncated(cause) {
    return this.describe(
      new StreamTruncatedError(
        `the stream ended before event ${this.eventIndex} without [DONE], a finish_reason or a closing event`,
        { cause },
      ),
    );
  }

  /** An error that the server, or our proxy before it, reported inside the stream. */
  #fail(error) {
    const Class =
      error?.type === "server_error" && error.param === null && BROKEN_OFF.get(error.code);
    const failure = Class ? new Class(error.message) : reportedError(error, this.#headers);
    this.end = new End(this.describe(failure));
  }

  #look() {
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }

  #string(start, end) {
    const out = this.#words[this.#head + OUT];
    const bytes = this.#bytes;
    if (end - start <= SHORT) {
      let text = "";
      for (let at = out + start; at < out + end && bytes[at] < 128; at += 1) {
        text += String.fromCharCode(bytes[at]);
      }
      if (text.length === end - start) return text;
    }
    return utf8.decode(bytes.subarray(out + start, out + end));
  }
}

/** Whether the answer may end after this chunk. */
function isFinal({ choices, type }) {
  if (Array.isArray(choices)) return choices.some((choice) => choice?.finish_reason);
  return isLast(type);
}

/** The text that a chunk adds to choice 0. */
export function textOf(chunk) {
  const { choices } = chunk;
  if (!Array.isArray(choices))
    return saysText(chunk) && typeof chunk.delta === "string" ? chunk.delta : "";
  let choice = choices[0];
  if (choice?.index) choice = choices.find((other) => other && !other.index);
  const content = choice?.delta?.content ?? choice?.text ?? choice?.message?.content;
  if (typeof content === "string") return content;
  // Some gateways send an array of parts.
  return Array.isArray(content) ? content.map((part) => part?.text ?? "").join("") : "";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
