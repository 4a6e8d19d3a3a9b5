// What the documents say about parameters, checked before a call is sent: the rows of
// checks-table.js, read as src/validation/rule.rs reads them. Loaded only under a profile.

import rows from "./checks-table.js";
import { InvalidOptionError } from "./errors.js";

const SHOWN_CHARACTERS = 24;

/** Throws an InvalidOptionError for the first row that the parameters of a POST to `path` break. */
export async function check(profile, path, params) {
  if (params instanceof FormData) params = fromForm(params);
  // Bytes, a stream, a text: whatever it says, it is not for us to read.
  if (!isPlain(params)) return;
  const endpoint = path.split("?")[0];
  for (const [profiles, endpoints, param, rule, argument, clause, when] of rows) {
    if (!profiles.includes(profile) || !endpoints.includes(endpoint)) continue;
    for (const place of places(params, param)) {
      if (when && !holds(when, place)) continue;
      const found = await RULES[rule](place.value ?? undefined, argument, place.around);
      if (found === undefined) continue;
      const message = `${clause}${found && `, not ${found}`} (profile ${profile})`;
      throw new InvalidOptionError(place.path, message);
    }
  }
}

/** A form's fields as parameters: `name[]` is a list, and a number is a number. */
function fromForm(form) {
  const params = {};
  for (const key of new Set(form.keys())) {
    const values = form
      .getAll(key)
      .map((value) =>
        typeof value === "string" && value.trim() !== "" && Number.isFinite(+value)
          ? +value
          : value,
      );
    if (key.endsWith("[]")) params[key.slice(0, -2)] = values;
    else params[key] = values.length > 1 ? values : values[0];
  }
  return params;
}

/** Every place of `a.b`, `a[].b` or `a.*`, also one where nothing stands if its object does. */
function places(params, param) {
  let found = [{ path: "", value: params }];
  for (const step of param.replaceAll("[]", ".[]").split("."))
    found = found.flatMap((place) => inside(place, step));
  return found;
}

function inside({ path, value }, step) {
  if (value === null || typeof value !== "object") return [];
  if (step === "[]") {
    return Array.isArray(value)
      ? value.map((item, at) => ({ path: `${path}[${at}]`, value: item }))
      : [];
  }
  if (Array.isArray(value)) return [];
  const names = step === "*" ? Object.keys(value) : [step];
  return names.map((name) => ({
    path: (path && `${path}.`) + (step === "*" ? cut(name) : name),
    value: Object.hasOwn(value, name) ? value[name] : undefined,
    around: value,
  }));
}

const holds = ([param, values, orAbsent], { around }) => {
  const value = around?.[param] ?? undefined;
  return value === undefined ? orAbsent : values.includes(value);
};

const isSet = (value) => value !== undefined && value !== null && value !== false;
const cut = (text) => {
  const characters = [...text];
  return characters.length > SHOWN_CHARACTERS
    ? `${characters.slice(0, SHOWN_CHARACTERS).join("")}…`
    : text;
};

/** A value as an error shows it: short. */
const shown = (value) =>
  typeof value === "string"
    ? JSON.stringify(cut(value))
    : Array.isArray(value)
      ? "an array"
      : typeof value === "object" || typeof value === "function"
        ? "an object"
        : String(value);

const within = (count, [least, most]) =>
  count < least || count > (most ?? Infinity) ? String(count) : undefined;

const number = (value, [least, most, open]) =>
  value === undefined ||
  (typeof value === "number" &&
    (open & 1 ? value > least : value >= least) &&
    (open & 2 ? value < most : value <= (most ?? Infinity)))
    ? undefined
    : shown(value);

const isInt64 = (value) => {
  if (typeof value === "number")
    return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
  if (typeof value === "string" && !/^-?\d{1,19}$/.test(value)) return false;
  return (
    ["string", "bigint"].includes(typeof value) &&
    BigInt(value) === BigInt.asIntN(64, BigInt(value))
  );
};

/** A broken rule's finding; empty if nothing is to be shown. */
const unless = (good, finding = "") => (good ? undefined : finding);

const RULES = {
  required: (value) => unless(value !== undefined),
  number,
  whole: (value, range) =>
    number(value, range) ?? unless(value === undefined || Number.isInteger(value), shown(value)),
  int64: (value) =>
    unless(
      value === undefined || isInt64(value),
      typeof value === "bigint" ? `${value}` : shown(value),
    ),
  oneOf: (value, texts) =>
    unless(
      value === undefined ||
        texts.includes(value) ||
        (typeof value === "object" && !Array.isArray(value)),
      shown(value),
    ),
  name: (value) =>
    unless(
      value === undefined || /^[\w-]{1,64}$/.test(typeof value === "string" ? value : ""),
      shown(value),
    ),
  length: (value, range) =>
    typeof value === "string" ? within([...value].length, range) : undefined,
  items: (value, range) =>
    Array.isArray(value)
      ? within(value.length, range)
      : isPlain(value)
        ? within(Object.keys(value).length, range)
        : undefined,
  keys: (value, range) =>
    isPlain(value)
      ? within(Math.max(0, ...Object.keys(value).map((key) => [...key].length)), range)
      : undefined,
  atLeast: (value, other, around) =>
    unless(
      !(typeof value === "number" && typeof around[other] === "number" && value < around[other]),
      shown(value),
    ),
  needs: (value, others, around) =>
    unless(!isSet(value) || others.some((other) => isSet(around[other]))),
  needsValue: (value, [other, needed], around) => unless(!isSet(value) || around[other] === needed),
  excludes: (value, other, around) => unless(!isSet(value) || !isSet(around[other])),
  excludesValues: (value, [other, values], around) =>
    unless(!isSet(value) || !values.includes(around[other])),
  extension: (value, endings) =>
    each(value, ({ name = "" }) => {
      const [ending] = /\.[^.\\/]*$/.exec(name) ?? [];
      return unless(ending === undefined || endings.includes(ending.toLowerCase()), shown(ending));
    }),
  below: (value, bytes) =>
    each(value, (file) => unless(sizeOf(file) < bytes, `${sizeOf(file)} bytes`)),
  jsonLines: (value) => each(value, async (file) => unless(await isJsonLines(file))),
  png: (value) => each(value, async (file) => unless(await pngSize(file))),
  square: (value) =>
    each(value, async (file) => {
      const size = await pngSize(file);
      return unless(!size || size[0] === size[1], size?.join("x"));
    }),
  sizeOf: (value, other, around) =>
    each(value, async (file) => {
      const [size, wanted] = [await pngSize(file), await pngSize([around[other]].flat()[0])].map(
        (size) => size?.join("x"),
      );
      return unless(!size || !wanted || size === wanted, size);
    }),
  transparent: (value, other, around) =>
    each(value, async (file) => unless(isSet(around[other]) || (await mayBeTransparent(file)))),
};

const isPlain = (value) => Object.prototype.toString.call(value) === "[object Object]";
const isBuffer = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
/** What can be looked into without using it up; a stream or a response cannot. */
const isFile = (value) => value instanceof Blob || isBuffer(value);

const sizeOf = (file) => file.size ?? file.byteLength;

/** The first finding about a file or the files of a list. */
async function each(value, test) {
  for (const file of [value].flat()) {
    const found = isFile(file) ? await test(file) : undefined;
    if (found !== undefined) return found;
  }
}

async function bytesOf(file, end) {
  if (file instanceof Blob) return new Uint8Array(await file.slice(0, end).arrayBuffer());
  const bytes = ArrayBuffer.isView(file)
    ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
    : new Uint8Array(file);
  return bytes.subarray(0, end);
}

/** PNG's signature, and the length and name of its first chunk. */
const HEAD = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** Width and height of a PNG; undefined for anything else. */
async function pngSize(file) {
  if (!isFile(file)) return undefined;
  const bytes = await bytesOf(file, 24);
  if (bytes.length < 24 || latin1(bytes.subarray(0, 16)) !== HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

/** Can a PNG have transparent pixels? By its colour type, or by a chunk tRNS. */
async function mayBeTransparent(file) {
  const bytes = await bytesOf(file);
  if (bytes[25] === 4 || bytes[25] === 6) return true;
  for (let at = bytes.indexOf(0x74); at >= 0; at = bytes.indexOf(0x74, at + 1)) {
    if (latin1(bytes.subarray(at, at + 4)) === "tRNS") return true;
  }
  return false;
}

/** As much of a file as is looked into line by line; the whole may have hundreds of megabytes. */
const HEAD_BYTES = 64 * 1024;

/** Is each whole line of the file's head a JSON object? Blank lines are none. */
async function isJsonLines(file) {
  const lines = new TextDecoder().decode(await bytesOf(file, HEAD_BYTES)).split("\n");
  if (sizeOf(file) > HEAD_BYTES) lines.pop();
  return lines.every((line) => {
    if (line.trim() === "") return true;
    try {
      return isPlain(JSON.parse(line));
    } catch {
      return false;
    }
  });
}
