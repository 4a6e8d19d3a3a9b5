// Bytes of a streamed answer in, chunks out: the meeting point with the WebAssembly decoder.

import { APIError, StreamDecodeError, StreamLimitError, StreamTruncatedError } from "./errors.js";

/** The bits that `decode` and `finish` give: `Found` in src/stream/batch.rs. */
const DONE = 2;
const TOO_LARGE = 4;
const ERROR = 8;
const UNTERMINATED = 16;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

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
  #mark;
  #headers;
  #maxEventBytes;
  #truncation;
  #textOnly;
  /** A chunk said that the answer may end. */
  #finalSeen = false;
  #text = "";
  #recent = [];
  #given = 0;

  /** How many chunks came. */
  eventIndex = 0;
  /** The end, once there is one: after the chunks that the last call gave. */
  end = undefined;

  constructor(instance, { maxEventBytes, truncation, headers, textOnly }) {
    // Random, so that no server can write it: src/stream/batch.rs says why. A small integer.
    this.#mark = (1 << 28) + Math.floor(Math.random() * (1 << 28));
    this.#decoder = new instance.exports.ChunkDecoder(Math.min(maxEventBytes, 0xffffffff), this.#mark);
    this.#memory = instance.memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#headers = headers;
    this.#maxEventBytes = maxEventBytes;
    this.#truncation = truncation;
    this.#textOnly = textOnly;
  }

  /** The text of choice 0 so far. */
  get text() {
    this.#text += this.#recent.join("");
    this.#recent.length = 0;
    return this.#text;
  }

  /** Decodes some bytes and appends what they complete to `queue`. */
  push(bytes, queue) {
    const at = this.#decoder.space(bytes.length);
    this.#view().set(bytes, at);
    this.#take(this.#decoder.decode(), queue);
    if (this.#textOnly) this.#giveText(queue);
  }

  /** The bytes have ended. */
  finish(queue) {
    const truncation = this.#truncation;
    const found = this.#decoder.finish();
    if (found & UNTERMINATED) {
      const chunk = parse(this.#string(0, this.#decoder.out_len));
      if (chunk !== undefined) this.#accept(chunk, queue);
      else if (truncation !== "ignore") this.end ??= new End(this.#truncated());
    } else {
      this.#take(found, queue);
    }
    if (this.#textOnly) this.#giveText(queue);
    if (this.end) return;
    const whole = this.eventIndex > 0 && (this.#finalSeen || truncation === "ignore");
    this.end = whole ? WHOLE : new End(this.#truncated());
  }

  #giveText(queue) {
    const text = this.text.slice(this.#given);
    this.#given = this.#text.length;
    if (text) queue.push(text);
  }

  /** A body of JSON that ought to have been a stream: false if it is none. */
  takeWhole(text, queue) {
    const body = parse(text);
    if (body === undefined) return false;
    this.#accept(body, queue);
    if (this.#textOnly) this.#giveText(queue);
    this.end ??= WHOLE;
    return true;
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

  #take(found, queue) {
    const length = found ? this.#decoder.array_len : 0;
    if (length > 0) this.#takeArray(length, queue);
    if (this.end) return;
    if (found & DONE) {
      this.end = WHOLE;
    } else if (found & TOO_LARGE) {
      this.end = new End(
        this.describe(
          new StreamLimitError(`event ${this.eventIndex} is larger than ${this.#maxEventBytes} bytes`),
        ),
      );
    } else if (found & ERROR) {
      const text = this.#string(length, this.#decoder.out_len);
      const body = parse(text) ?? { message: text };
      this.end = new End(this.#reported(body.error || body));
    }
  }

  #takeArray(length, queue) {
    const mark = this.#mark;
    const spans = this.#decoder.spans();
    const items = parse(this.#string(0, length));
    if (Array.isArray(items) && items.length === spans.length + 1 && items[items.length - 1] === mark) {
      let at = 0;
      while (items[at] === mark && at + 1 < items.length) at += 2;
      if (at === items.length - 1) {
        for (at = 1; at < items.length && !this.end; at += 2) this.#accept(items[at], queue);
        return;
      }
    }
    // Some chunk is no JSON, or only looks so beside its neighbours: one by one.
    for (let at = 0; at < spans.length && !this.end; at += 2) {
      this.#accept(parse(this.#string(spans[at], spans[at + 1])), queue);
    }
  }

  #accept(chunk, queue) {
    if (chunk === null || typeof chunk !== "object" || Array.isArray(chunk)) {
      const error = new StreamDecodeError(`event ${this.eventIndex} is not a JSON object`);
      this.end = new End(this.describe(error));
      return;
    }
    if (chunk.error || chunk.object === "error") {
      this.end = new End(this.#reported(chunk.error || chunk));
      return;
    }
    this.#look(chunk);
    this.eventIndex += 1;
    if (!this.#textOnly) queue.push(chunk);
  }

  /** Keeps the text, and whether the answer may end here. */
  #look(chunk) {
    const { choices } = chunk;
    if (!Array.isArray(choices)) {
      this.#finalSeen ||= typeof chunk.type === "string" && /\.(completed|done)$/.test(chunk.type);
      return;
    }
    for (const choice of choices) {
      if (choice?.finish_reason) this.#finalSeen = true;
    }
    const text = textOf(chunk);
    if (text) {
      this.#recent.push(text);
      if (this.#recent.length > 1024) void this.text;
    }
  }

  #truncated() {
    return this.describe(
      new StreamTruncatedError(
        `the stream ended before event ${this.eventIndex} without [DONE] and without a finish_reason`,
      ),
    );
  }

  /** An error that the server reported inside the stream, in any of the known dialects. */
  #reported(error) {
    const status = Number(error.code);
    const inRange = Number.isInteger(status) && status >= 400 && status < 600;
    return this.describe(
      APIError.generate(inRange ? status : undefined, { error }, undefined, this.#headers),
    );
  }

  #view() {
    // Growing the memory detaches every view of it.
    if (this.#bytes.byteLength === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  #string(start, end) {
    const at = this.#decoder.out;
    return utf8.decode(this.#view().subarray(at + start, at + end));
  }
}

/** The text that a chunk adds to choice 0. */
export function textOf(chunk) {
  const { choices } = chunk;
  if (!Array.isArray(choices)) return "";
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
