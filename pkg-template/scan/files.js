// The files to scan, and what they hold. A file is read in pieces, so its size does not matter.

import { createReadStream } from "node:fs";
import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";

import { ScanError } from "./error.js";

const READ_BYTES = 2 ** 20;
/** A larger source map is scanned like any file, but not taken apart to name the source. */
const LARGEST_MAP_BYTES = 64 * 2 ** 20;

/**
 * Scans files and folders.
 *
 * @param paths that must exist
 * @param exclude globs over paths below the folder that was named; `*` within a name, `**` across names
 * @returns `{ findings, files, bytes, ignored }`
 */
export async function scanPaths(scanner, paths, { exclude = [], cwd = process.cwd() } = {}) {
  const excluded = excluding(exclude);
  const files = new Map();
  for (const path of paths) {
    for await (const file of filesUnder(resolve(cwd, path), path)) {
      const inside = relative(resolve(cwd, path), file).split(sep).join("/");
      if (!excluded(inside)) files.set(await realpath(file), file);
    }
  }
  if (files.size === 0) {
    throw new ScanError("nothing_to_scan", `there is no file to scan in ${paths.join(", ")}: was the app built?`);
  }
  return scanFiles(scanner, [...files.values()], cwd);
}

async function scanFiles(scanner, files, cwd) {
  const total = new Report();
  for (const file of files) {
    const name = relative(cwd, file) || file;
    try {
      total.add(name, await scanner.scan(createReadStream(file, { highWaterMark: READ_BYTES })));
      await addUnpacked(total, scanner, name, await firstBytes(file), () => createReadStream(file));
      if (total.leaky(name) && file.endsWith(".map") && (await stat(file)).size <= LARGEST_MAP_BYTES) {
        await nameSources(scanner, await readFile(file, "utf8"), total.of(name));
      }
    } catch (error) {
      throw unreadable(name, error);
    }
  }
  return total.result();
}

/**
 * Scans contents that no file holds yet: `[[name, text or bytes]]`.
 *
 * @param exclude globs over their names
 */
export async function scanContents(scanner, contents, { exclude = [] } = {}) {
  const excluded = excluding(exclude);
  const total = new Report();
  for (const [name, content] of contents) {
    if (excluded(name)) continue;
    const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    total.add(name, await scanner.scan([bytes]));
    try {
      await addUnpacked(total, scanner, name, bytes, () => Readable.from([bytes]));
    } catch (error) {
      throw unreadable(name, error);
    }
    if (total.leaky(name) && name.endsWith(".map")) await nameSources(scanner, bytes.toString(), total.of(name));
  }
  return total.result();
}

const unreadable = (name, error) => new ScanError("unreadable", `${name} cannot be scanned: ${error.code ?? error.message}`);

class Report {
  #findings = [];
  #files = 0;
  #bytes = 0;
  #ignored = 0;

  add(file, { findings, bytes, ignored }, { same = false } = {}) {
    this.#findings.push(...findings.map((finding) => ({ file, ...finding })));
    this.#ignored += ignored;
    if (same) return;
    this.#files++;
    this.#bytes += bytes;
  }

  of(file) {
    return this.#findings.filter((finding) => finding.file === file);
  }

  leaky(file) {
    return this.of(file).length > 0;
  }

  result() {
    return { findings: this.#findings, files: this.#files, bytes: this.#bytes, ignored: this.#ignored };
  }
}

/** Says which source of a source map a finding comes from, where it can be told. */
async function nameSources(scanner, text, findings) {
  let map;
  try {
    map = JSON.parse(text);
  } catch {
    return; // Not a source map after all.
  }
  const maps = Array.isArray(map?.sections) ? map.sections.map((section) => section?.map) : [map];
  for (const { sources, sourcesContent } of maps.filter(Boolean)) {
    if (!Array.isArray(sourcesContent)) continue;
    for (const [index, content] of sourcesContent.entries()) {
      if (typeof content !== "string") continue;
      const { findings: inside } = await scanner.scan([Buffer.from(content)]);
      for (const { kind, name, provider, excerpt, line } of inside) {
        const same = findings.find(
          (one) => !one.source && one.kind === kind && one.name === name && one.provider === provider && one.excerpt === excerpt,
        );
        if (same) same.source = `${String(sources?.[index] ?? "?")}:${line}`;
      }
    }
  }
}

/** Scans a precompressed file's content, which is what browsers are sent. Gzip has a mark, Brotli only its name. */
async function addUnpacked(total, scanner, name, first, stream) {
  const gzip = first[0] === 0x1f && first[1] === 0x8b;
  if (!gzip && !name.endsWith(".br")) return;
  const unpacked = stream().pipe(gzip ? createGunzip() : createBrotliDecompress());
  try {
    total.add(`${name} (unpacked)`, await scanner.scan(unpacked), { same: true });
  } catch (error) {
    // Two bytes may be chance, a name is not.
    if (/\.(?:gz|br)$/.test(name)) throw error;
  }
}

async function firstBytes(file) {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Every regular file, links followed, no folder twice. */
async function* filesUnder(path, name, seen = new Set()) {
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    // A link to nothing has nothing to publish.
    if (seen.size > 0 && error.code === "ENOENT") return;
    const what = error.code === "ENOENT" ? "does not exist" : `cannot be read: ${error.code}`;
    throw new ScanError(error.code === "ENOENT" ? "no_such_path" : "unreadable", `${name} ${what}`);
  }
  if (found.isFile()) yield path;
  if (!found.isDirectory()) return;
  const real = await realpath(path);
  if (seen.has(real)) return;
  seen.add(real);
  let entries;
  try {
    entries = await readdir(path);
  } catch (error) {
    throw new ScanError("unreadable", `${name} cannot be read: ${error.code}`);
  }
  for (const entry of entries.sort()) yield* filesUnder(join(path, entry), `${name}/${entry}`, seen);
}

function excluding(globs) {
  const patterns = globs.map(globPattern);
  return (name) => patterns.some((pattern) => pattern.test(name));
}

const WILD = { "*": "[^/]*", "**": ".*", "**/": "(?:.*/)?" };

function globPattern(glob) {
  const source = glob
    .replace(/^\.?\/|\/$/g, "")
    .replace(/[.+^${}()|[\]\\?]/g, "\\$&")
    .replace(/\*\*\/?|\*/g, (stars) => WILD[stars]);
  return new RegExp(`^${source}(?:/.*)?$`);
}
