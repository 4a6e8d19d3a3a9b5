// The tokenizer as JavaScript sees it. Everything that counts is in WebAssembly (src/tokens).

import { Conversations } from "./conversations.js";
import { encodingOf, isEncoding, tableOf } from "./encodings.js";
import { InvalidOptionError, OpenAIError } from "../lib/errors.js";

const encoder = /* @__PURE__ */ new TextEncoder();

/** Up to so many characters a text is written without measuring it first. */
const SHORT = 1 << 14;

/** Writes a text where `holder.room` says; gives the number of bytes. */
function write(instance, holder, text) {
  if (typeof text !== "string")
    throw new InvalidOptionError("text", `must be a string, not ${typeof text}`);
  if (text.length > SHORT) {
    const bytes = encoder.encode(text);
    const address = holder.room(bytes.length);
    new Uint8Array(instance.memory.buffer, address, bytes.length).set(bytes);
    return bytes.length;
  }
  const room = 3 * text.length;
  const address = holder.room(room);
  return encoder.encodeInto(text, new Uint8Array(instance.memory.buffer, address, room)).written;
}

/** Counts, encodes and decodes by one encoding. */
export class Tokenizer extends Conversations {
  #instance;
  #engine;

  constructor({ instance, engine }, encoding, options) {
    super(options);
    this.#instance = instance;
    this.#engine = engine;
    this.encoding = encoding;
  }

  count(text) {
    return this.#engine.count(write(this.#instance, this.#engine, text));
  }

  encode(text) {
    return this.#engine.encode(write(this.#instance, this.#engine, text));
  }

  decode(tokens) {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.decodeBytes(tokens));
  }

  decodeBytes(tokens) {
    const numbers = numbersOf(tokens);
    const bytes = this.#engine.decode(numbers);
    if (bytes) return bytes;
    const at = this.#engine.fault(numbers);
    throw new InvalidOptionError(`tokens[${at}]`, `${this.encoding} has no token ${numbers[at]}`);
  }

  /** Counts a text that grows: an appended part costs what it has itself. */
  counter() {
    const [instance, engine] = [this.#instance, this.#engine];
    const growing = new instance.exports.Growing();
    let tokens = 0;
    return {
      append: (text) => (tokens = engine.append(growing, write(instance, engine, text))),
      get tokens() {
        return tokens;
      },
    };
  }
}

function numbersOf(tokens) {
  if (tokens instanceof Uint32Array) return tokens;
  return Uint32Array.from(tokens, (token, at) => {
    if (token >>> 0 !== token)
      throw new InvalidOptionError(
        `tokens[${at}]`,
        `must be a whole number from 0 on, not ${String(token)}`,
      );
    return token;
  });
}

/** Gives `tokenizer(name)`: tables are opened once for each encoding. */
export function defineTokenizer(runtime) {
  const made = new Map();
  return async (name, options) => {
    const { models } = options ?? {};
    const encoding = encodingOf(name, models);
    const model = isEncoding(name) ? undefined : name;
    const before = made.get(encoding);
    const known = await before?.catch(() => {});
    // Of several calls at once the first opens it.
    if ((!known || known.instance.dead) && made.get(encoding) === before)
      made.set(encoding, open(runtime, encoding));
    const opened = await made.get(encoding);
    if (model !== undefined || models) return new Tokenizer(opened, encoding, { model, models });
    return (opened.plain ??= new Tokenizer(opened, encoding));
  };
}

async function open(runtime, encoding) {
  const [instance, table] = await Promise.all([runtime.instance(), tableOf(encoding)]);
  const input = new instance.exports.Input();
  const address = input.room(table.length);
  encoder.encodeInto(table, new Uint8Array(instance.memory.buffer, address, table.length));
  const engine = input.open(encoding, table.length);
  if (!engine)
    throw new OpenAIError(
      `A bundler or server changed the table of ${encoding}: leave strings as they are.`,
    );
  return { instance, engine };
}
