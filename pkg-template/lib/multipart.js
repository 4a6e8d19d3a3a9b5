// Parameters as a form, with the names and values of the official client: the platform's FormData,
// or, where a file is a stream and the runtime can upload one, a body that is written as it is read.

import { InvalidOptionError } from "./errors.js";
import { describe } from "./json.js";
import { randomText } from "./random.js";
import { bytesOf } from "./source.js";

const MOST_LEVELS = 32;

const isStream = (value) =>
  typeof value?.getReader === "function" || typeof value?.[Symbol.asyncIterator] === "function";
const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const isResponse = (value) => typeof value?.blob === "function" && typeof value.headers?.get === "function";

/** The name of a file without its folders. A URL's query may hold a signature. */
const nameOf = ({ name, url, filename, path }) =>
  String(name || (typeof url === "string" && url.split(/[?#]/)[0]) || filename || path || "")
    .split(/[\\/]/)
    .pop() || "unknown_file";

/** What a caller gave as a file: its data, name and media type; undefined if it is none. */
function fileOf(value, field) {
  if (value instanceof Blob) return { data: value, name: nameOf(value), type: value.type };
  if (isResponse(value)) {
    if (value.bodyUsed) throw new InvalidOptionError(field, "is a Response whose body was read already");
    return { data: value, name: nameOf(value), type: value.headers.get("content-type") };
  }
  if (isStream(value)) return { data: value, name: nameOf(value), streamed: true };
  if (isStream(value?.data) && value.name) return { ...value, name: nameOf(value), streamed: true };
  return undefined;
}

/**
 * The form's fields in their order, `[name, text or file]`.
 *
 * @param files the fields that hold files, the first of them required
 */
function fieldsOf(params, files) {
  const fields = [];
  const add = (name, value, isFile, level) => {
    if (value === undefined && !(isFile && name === files[0])) return;
    const file = fileOf(value, name);
    if (file) return void fields.push([name, file]);
    if (isFile && Array.isArray(value) && value.length > 0) {
      for (const item of value) add(`${name}[]`, item, true, level + 1);
    } else if (isFile) {
      const what = isBytes(value) ? "bytes without a name: use `toFile(bytes, name)`" : describe(value);
      throw new InvalidOptionError(name, `must be a File, Blob, Response or stream, not ${what}`);
    } else if (value === null) {
      throw new InvalidOptionError(name, 'must not be null in a form; the text "null" could be sent');
    } else if (/^(function|symbol)$/.test(typeof value) || isBytes(value) || level > MOST_LEVELS) {
      throw new InvalidOptionError(name, "has no form that a field could hold");
    } else if (typeof value === "object") {
      const list = Array.isArray(value);
      for (const [key, item] of Object.entries(value)) add(list ? `${name}[]` : `${name}[${key}]`, item, false, level + 1);
    } else {
      fields.push([name, String(value)]);
    }
  };
  for (const name of new Set([...Object.keys(params), files[0]])) add(name, params[name], files.includes(name), 0);
  return fields;
}

/** What `fetch` takes as the form's body, `{ payload, mediaType, streamed }`, or an error that names a field. */
export async function formOf(params, files, base, warn) {
  const fields = fieldsOf(params, files);
  if (fields.some(([, value]) => value.streamed)) {
    if (canStream(base)) return streamOf(fields);
    warn("this runtime cannot stream an upload: the file is read into memory first");
  }
  const payload = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") payload.append(name, value);
    else payload.append(name, await blobOf(value, name), value.name);
  }
  return { payload };
}

async function blobOf({ data, type, streamed }, field) {
  if (!streamed) return data instanceof Blob ? data : data.blob();
  const parts = [];
  for await (const part of reads(data, field, {})) parts.push(part);
  return new Blob(parts, { type: type ?? "" });
}

let streams;

/**
 * Whether a stream can be uploaded as it is read: the runtime asks for `duplex` and makes no text of
 * the stream, and the connection may be HTTP/2, which Chromium wants. Workers do without `duplex`.
 */
function canStream(base) {
  if (streams === undefined) {
    let asked = "WebSocketPair" in globalThis;
    const init = {
      method: "POST",
      body: new ReadableStream(),
      get duplex() {
        asked = true;
        return "half";
      },
    };
    try {
      streams = !new Request("https://localhost", init).headers.has("content-type") && asked;
    } catch {
      streams = false;
    }
  }
  const { location } = globalThis;
  return streams && !(location && new URL(base, location).protocol === "http:");
}

function streamOf(fields) {
  const boundary = `form-${randomText()}`;
  const encoder = new TextEncoder();
  const reading = {};
  const parts = (async function* () {
    for (const [name, value] of fields) {
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
      if (typeof value === "string") {
        yield encoder.encode(`${head}\r\n\r\n${value}`);
      } else {
        const type = /^[ -~]+$/.test(value.type ?? "") ? value.type : "application/octet-stream";
        head += `; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
        yield encoder.encode(head);
        for await (const part of reads(value.data, name, reading)) {
          yield part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : bytesOf(part);
        }
      }
      yield encoder.encode("\r\n");
    }
    yield encoder.encode(`--${boundary}--\r\n`);
  })();
  // A read that waits ends with the first; the generator can only end after it. A platform may leave
  // the stream of an aborted request as it is, so whoever sends it calls this as well.
  const release = (reason) => {
    reading.cancel?.(reason)?.catch(() => {});
    parts.return().catch(() => {});
  };
  const pull = async (controller) => {
    const { done, value } = await parts.next();
    if (done) controller.close();
    else controller.enqueue(value ?? new Uint8Array());
  };
  const payload = new ReadableStream({ pull, cancel: release }, { highWaterMark: 0 });
  return { payload, mediaType: `multipart/form-data; boundary=${boundary}`, streamed: true, release };
}

/** As FormData writes names: HTML standard, "multipart/form-data encoding algorithm". */
const quoted = (name) => name.replace(/["\r\n]/g, encodeURIComponent);

/** The parts of a file's data. `reading.cancel` ends a read that waits. */
async function* reads(data, field, reading) {
  const source = data instanceof Blob ? data.stream() : isResponse(data) ? data.body : data;
  if (!source) return;
  const reader = source.getReader?.();
  const iterator = reader ? { next: () => reader.read(), return: () => reader.cancel() } : source[Symbol.asyncIterator]();
  reading.cancel = reader && ((reason) => reader.cancel(reason));
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      if (typeof value !== "string" && !isBytes(value) && !(value instanceof Blob)) {
        throw new InvalidOptionError(field, `gives ${describe(value)} where bytes were expected`);
      }
      yield value;
    }
  } finally {
    await Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/**
 * A File of any content, for parameters that take one: text, bytes, a Blob, a Response, a stream or
 * an async iterable of these, or a promise of one. A File stays as it is.
 */
export async function toFile(value, name, options = {}) {
  const content = await value;
  if (content instanceof File) return content;
  const bare = typeof content === "string" || isBytes(content);
  const file = bare ? { data: new Blob([content]), name: "" } : fileOf(content, "value");
  if (!file) {
    throw new InvalidOptionError("value", `must be text, bytes, a Blob, a Response or a stream, not ${describe(content)}`);
  }
  const blob = await blobOf(file, "value");
  const type = options.type ?? (file.type || blob.type);
  return new File([blob], name || file.name || "unknown_file", { ...options, type });
}
