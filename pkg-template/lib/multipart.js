// Parameters as a form, with the names and values of the official client: the platform's FormData,
// or, where a file is a stream and the runtime can upload one, a body that is written as it is read.

import { InvalidOptionError } from "./errors.js";
import { describe, randomText } from "./json.js";
import { bytesOf } from "./stream-reader.js";

const MOST_LEVELS = 32;

const isStream = (value) =>
  typeof value?.getReader === "function" || typeof value?.[Symbol.asyncIterator] === "function";
const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const isResponse = (value) =>
  typeof value?.blob === "function" && typeof value.headers?.get === "function";

/** Another realm's Blob or File. */
const isBlob = (value) =>
  value instanceof Blob ||
  (typeof value?.arrayBuffer === "function" && typeof value.slice === "function");

/** Endings that are not the media type's own last word. */
const ENDINGS = {
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/wave": "wav",
  "audio/vnd.wave": "wav",
  "audio/3gpp": "3gp",
  "video/quicktime": "mov",
  "image/svg+xml": "svg",
  "text/plain": "txt",
  "text/markdown": "md",
  "text/javascript": "js",
  "application/ndjson": "jsonl",
  "application/jsonlines": "jsonl",
};

/** The name of a file that has none: servers go by its ending. */
function unnamed(type) {
  const media = (type ?? "").split(";")[0].trim().toLowerCase().replace("/x-", "/");
  const word = ENDINGS[media] ?? media.split("/")[1] ?? "";
  return `unknown_file${/^[a-z0-9]{2,5}$/.test(word) ? `.${word}` : ""}`;
}

/** The name of a file without its folders, or nothing. A URL's query may hold a signature. */
const nameOf = ({ name, url, filename, path }) =>
  String(name || (typeof url === "string" && url.split(/[?#]/)[0]) || filename || path || "")
    .split(/[\\/]/)
    .pop();

/** What a caller gave as a file: its data, name, media type and time; undefined if it is not a file. */
function fileOf(value, field) {
  if (isBlob(value))
    return { data: value, name: nameOf(value), type: value.type, lastModified: value.lastModified };
  if (isResponse(value)) {
    if (value.bodyUsed)
      throw new InvalidOptionError(field, "is a Response whose body was read already");
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
      const what = isBytes(value)
        ? "bytes without a name: use `toFile(bytes, name)`"
        : describe(value);
      throw new InvalidOptionError(name, `must be a File, Blob, Response or stream, not ${what}`);
    } else if (value === null) {
      throw new InvalidOptionError(
        name,
        'must not be null in a form; the text "null" could be sent',
      );
    } else if (/^(function|symbol)$/.test(typeof value) || isBytes(value) || level > MOST_LEVELS) {
      throw new InvalidOptionError(name, "has no form that a field could hold");
    } else if (typeof value === "object") {
      const list = Array.isArray(value);
      for (const [key, item] of Object.entries(value))
        add(list ? `${name}[]` : `${name}[${key}]`, item, false, level + 1);
    } else {
      fields.push([name, String(value)]);
    }
  };
  for (const name of new Set([...Object.keys(params), files[0]]))
    add(name, params[name], files.includes(name), 0);
  return fields;
}

/**
 * What `fetch` takes as the form's body, `{ payload, mediaType, streamed }`, or an error that names a field.
 *
 * @param upload `{ base, reading, warn }`: where streams may go as they are read, or undefined where files
 *   are read first; what ends that, see `reads`; and who is told that this runtime cannot stream
 */
export async function formOf(params, files, upload) {
  const fields = fieldsOf(params, files);
  if (fields.some(([, value]) => value.streamed) && canStream(upload)) return streamOf(fields);
  const payload = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") {
      payload.append(name, value);
    } else {
      const blob = await blobOf(value, name, upload.reading);
      payload.append(name, blob, value.name || unnamed(blob.type));
    }
  }
  return { payload };
}

/** The same of a body that is a stream. */
export async function bodyOf(data, upload) {
  if (!canStream(upload))
    return { payload: await blobOf({ data, streamed: true }, "body", upload.reading) };
  if (typeof data.getReader === "function") return { payload: data, streamed: true };
  const reading = {};
  return streamed(reads(data, "body", reading), reading);
}

async function blobOf({ data, type, streamed }, field, reading = {}) {
  if (data instanceof Blob) return data;
  if (!streamed)
    return isResponse(data)
      ? data.blob()
      : new Blob([await data.arrayBuffer()], { type: type ?? "" });
  const parts = [];
  for await (const part of reads(data, field, reading)) parts.push(part);
  return new Blob(parts, { type: type ?? parts.find((part) => part.type)?.type ?? "" });
}

let streams;

/**
 * Whether a stream can be uploaded as it is read: the runtime asks for `duplex` and makes no text of
 * the stream, and the connection may be HTTP/2, which Chromium wants. Workers do without `duplex`.
 */
function canStream({ base, warn }) {
  if (base === undefined) return false;
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
  const can = streams && !(location && new URL(base, location).protocol === "http:");
  if (!can) warn("this runtime cannot stream an upload: it is read into memory first");
  return can;
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
        head += `; filename="${quoted(value.name || unnamed(type))}"\r\nContent-Type: ${type}\r\n\r\n`;
        yield encoder.encode(head);
        yield* reads(value.data, name, reading);
      }
      yield encoder.encode("\r\n");
    }
    yield encoder.encode(`--${boundary}--\r\n`);
  })();
  return { ...streamed(parts, reading), mediaType: `multipart/form-data; boundary=${boundary}` };
}

/** A body of these parts, read as it is sent. */
function streamed(parts, reading) {
  // A read that waits ends with the first; the generator can only end after it. A platform may leave
  // the stream of an aborted request as it is, so the code that sends it calls this as well.
  const release = (reason) => {
    reading.cancel?.(reason)?.catch(() => {});
    parts.return().catch(() => {});
  };
  const pull = async (controller) => {
    const { done, value } = await parts.next();
    if (done) return controller.close();
    const bytes =
      value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : bytesOf(value);
    controller.enqueue(bytes ?? new Uint8Array());
  };
  const payload = new ReadableStream({ pull, cancel: release }, { highWaterMark: 0 });
  return { payload, streamed: true, release };
}

/** As FormData writes names: HTML standard, "multipart/form-data encoding algorithm". */
const quoted = (name) => name.replace(/["\r\n]/g, encodeURIComponent);

/** The parts of a file's data. `reading.cancel` ends a read that waits, `reading.over` forbids another one. */
async function* reads(data, field, reading) {
  const source = isBlob(data) ? data.stream() : isResponse(data) ? data.body : data;
  if (!source) return;
  const reader = source.getReader?.();
  const iterator = reader
    ? { next: () => reader.read(), return: () => reader.cancel() }
    : source[Symbol.asyncIterator]();
  reading.cancel = reader && ((reason) => reader.cancel(reason));
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done || reading.over) return;
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
 * an async iterable of these, or a promise of one. A File stays as it is unless another name, type or
 * time is given.
 */
export async function toFile(value, name, options) {
  const content = await value;
  const { type, lastModified } = options ?? {};
  if (content instanceof File && !name && (type ?? lastModified) === undefined) return content;
  const bare = typeof content === "string" || isBytes(content);
  const file = bare ? { data: new Blob([content]) } : fileOf(content, "value");
  if (!file) {
    throw new InvalidOptionError(
      "value",
      `must be text, bytes, a Blob, a Response or a stream, not ${describe(content)}`,
    );
  }
  const blob = await blobOf(file, "value");
  const kind = type ?? (file.type || blob.type);
  return new File([blob], name || file.name || unnamed(kind), {
    ...options,
    type: kind,
    lastModified: lastModified ?? file.lastModified,
  });
}
