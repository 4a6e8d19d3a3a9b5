// Opens what is packed, in as many layers as a build has. How much may come out is bounded: a small file
// can unpack to more than any disk holds.

import { Readable } from "node:stream";
import * as zlib from "node:zlib";

import { isZlib, Marks } from "./marks.js";

/** Packed in packed: an archive's file in a tar that was compressed, in an archive. */
const DEEPEST = 5;
const MEBIBYTE = 2 ** 20;
/** What may come out of one file of a build: so much, and so many times its own size. */
const FREE_BYTES = 32 * MEBIBYTE;
const RATIO = 20;
const MOST_BYTES = 512 * MEBIBYTE;
/** Each costs, even if nothing comes out. */
const MOST_ATTEMPTS = 20_000;

const DECODERS = {
  gzip: zlib.createGunzip,
  zlib: zlib.createInflate,
  deflate: zlib.createInflateRaw,
  brotli: zlib.createBrotliDecompress,
  zstd: zlib.createZstdDecompress,
};
const ENDINGS = { gz: "gzip", tgz: "gzip", br: "brotli", zst: "zstd", zz: "zlib", deflate: "zlib" };

/** A source of bytes: `read(start, end)` gives an iterable of Buffers, `size` counts them. */
export const bytesSource = (bytes) => ({
  size: bytes.length,
  read: (start = 0, end = bytes.length) => [bytes.subarray(start, end)],
});

/** What may still be unpacked of a file of that size. */
export const allowance = (size) => ({
  bytes: Math.min(FREE_BYTES + RATIO * size, MOST_BYTES),
  attempts: MOST_ATTEMPTS,
});

/**
 * Scans a source and all that is packed in it.
 *
 * @param add is called with what `Scanner.scan` gives, and the packed part's name if it is one
 * @param refuse is called with why a part could not be scanned
 */
export async function scanLayers(
  scanner,
  name,
  source,
  { add, refuse },
  left = allowance(source.size),
  depth = 0,
  inner = undefined,
) {
  const marks = new Marks();
  add(await scanner.scan(source.read(), (text) => marks.push(text)), depth, inner);
  await openLayers(scanner, name, source, { add, refuse }, left, depth, marks.finish());
}

async function openLayers(scanner, name, source, { add, refuse }, left, depth, marks) {
  if (marks.tooMany) refuse("it seems to hold more than 50,000 packed parts");
  let opened = 0;
  for (const mark of partsOf(name, marks)) {
    if (mark.offset < opened) continue;
    if (depth >= DEEPEST)
      return mark.kind === "text" ? undefined : refuse(`it is packed more than ${DEEPEST} times`);
    if (mark.kind === "text" || (mark.kind === "zip" && mark.base64 !== undefined)) {
      await lookIntoText(scanner, source, { add, refuse }, left, depth, mark);
      continue;
    }
    const part = mark.kind === "zip" ? await zipEntry(source, mark) : mark;
    if (part === undefined) continue;
    if (part.method !== undefined) {
      if (mark.offset === 0) refuse(`it holds a file that is packed by method ${part.method}`);
      continue;
    }
    if (!DECODERS[part.kind]) {
      refuse("Node.js 22.15 or later is needed to open Zstandard");
      return;
    }
    if (left.attempts-- <= 0) return refuse(`it holds more than ${MOST_ATTEMPTS} packed parts`);
    let result;
    try {
      result = await unpack(source, part, left);
    } catch (error) {
      if (error instanceof TooLarge) {
        refuse(`it unpacks to more than ${Math.floor(error.most / MEBIBYTE)} MiB`);
        return;
      }
      // A few bytes may be chance, a name is not.
      if (mark.named && depth === 0) throw error;
      continue;
    }
    if (mark.base64 === undefined) opened = (part.start ?? mark.offset) + result.consumed;
    const inside = part.name ?? "";
    await scanLayers(
      scanner,
      inside,
      bytesSource(result.bytes),
      { add, refuse },
      left,
      depth + 1,
      inside,
    );
  }
}

/** Base64 of a text, which the scan of the whole has read already, may hold packed base64, and that of an archive does. */
async function lookIntoText(scanner, source, report, left, depth, mark) {
  const bytes = [];
  for await (const piece of decodedBase64(source.read(mark.offset, mark.offset + mark.base64)))
    bytes.push(piece);
  const text = Buffer.concat(bytes);
  left.bytes -= text.length;
  if (left.bytes < 0) return report.refuse("it holds too much base64");
  const marks = new Marks();
  marks.push(text.toString("latin1"));
  return openLayers(scanner, "", bytesSource(text), report, left, depth + 1, marks.finish());
}

/** What to open: by the marks, and by the name or the first bytes, which say it of the whole. */
function partsOf(name, { found, head }) {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1].toLowerCase();
  const named = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  const bytes = Buffer.from(head, "latin1");
  const whole = { offset: 0, named: named !== undefined };
  if (found[0]?.offset === 0 && found[0].base64 === undefined)
    return [{ ...found[0], ...whole }, ...found.slice(1)];
  if (isZlib(bytes) && bytes.length > 2)
    return [{ ...whole, kind: "zlib", named: named === "zlib" }, ...found];
  // Without a mark only the name can say so. Servers and tools differ in whether deflate has a head.
  if (named === "brotli" || named === "zlib")
    return [{ ...whole, kind: named === "zlib" ? "deflate" : named }, ...found];
  return found;
}

class TooLarge extends Error {
  constructor(most) {
    super("too large");
    this.most = most;
  }
}

/** `{ bytes, consumed }` of a part. */
async function unpack(source, { kind, offset, start = offset, base64 }, left) {
  const coded = source.read(start, base64 === undefined ? undefined : offset + base64);
  const input = Readable.from(base64 === undefined ? coded : decodedBase64(coded));
  const decoder = DECODERS[kind]();
  input.on("error", (error) => decoder.destroy(error));
  const most = left.bytes;
  const chunks = [];
  try {
    for await (const chunk of input.pipe(decoder)) {
      left.bytes -= chunk.length;
      if (left.bytes < 0) throw new TooLarge(most);
      chunks.push(chunk);
    }
  } finally {
    input.destroy();
    decoder.destroy();
  }
  return { bytes: Buffer.concat(chunks), consumed: decoder.bytesWritten };
}

async function* decodedBase64(chunks) {
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + chunk.toString("latin1");
    const whole = text.length - (text.length % 4);
    yield Buffer.from(text.slice(0, whole), "base64");
    rest = text.slice(whole);
  }
  yield Buffer.from(rest, "base64");
}

/**
 * The entry of a zip whose local header (APPNOTE.TXT, section 4.3.7) stands at a mark: how to open it, or its
 * `method` if nothing here can; nothing for what is stored as it is, and was scanned with the archive.
 */
async function zipEntry(source, { offset }) {
  let header = Buffer.alloc(0);
  for await (const chunk of source.read(offset, offset + 30 + 2 * 0xffff)) {
    header = Buffer.concat([header, chunk]);
    if (header.length >= 30 && header.length >= 30 + header.readUInt16LE(26)) break;
  }
  if (header.length < 30) return undefined;
  const [flags, method, size, nameLength, extraLength] = [
    header.readUInt16LE(6),
    header.readUInt16LE(8),
    header.readUInt32LE(18),
    header.readUInt16LE(26),
    header.readUInt16LE(28),
  ];
  const name = header.toString("utf8", 30, 30 + nameLength);
  const start = offset + 30 + nameLength + extraLength;
  if (flags & 1) return { method: `${method}, encrypted` };
  if (method === 8) return { kind: "deflate", offset, start, name };
  if (method === 93) return { kind: "zstd", offset, start, name };
  if (method !== 0) return { method };
  const kind = /\.br$/i.test(name) && size > 0 ? "brotli" : undefined;
  return kind && { kind, offset, start, name };
}
