// The files to scan, and what they hold. A file is read in pieces, so its size does not matter.

import { createReadStream } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";

import { ScanError } from "./error.js";
import { bytesSource, scanLayers } from "./unpack.js";

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
      if (!excluded(inside)) files.set(await realpath(file), [file, inside || basename(file)]);
    }
  }
  if (files.size === 0) {
    throw new ScanError(
      "nothing_to_scan",
      `there is no file to scan in ${paths.join(", ")}: was the app built?`,
    );
  }
  return scanFiles(scanner, [...files.values()], cwd);
}

async function scanFiles(scanner, files, cwd) {
  const total = new Report();
  for (const [file, inside] of files) {
    const shown = relative(cwd, file) || file;
    const name = total.named(
      scanner,
      inside,
      shown.endsWith(inside) ? shown.slice(0, -inside.length) : "",
    );
    try {
      const { size } = await stat(file);
      await scanLayers(scanner, inside, fileSource(file, size), total.of(name));
      if (total.leaky(name) && file.endsWith(".map") && size <= LARGEST_MAP_BYTES) {
        await nameSources(scanner, await readFile(file, "utf8"), total.findingsOf(name));
      }
    } catch (error) {
      throw unreadable(name, error);
    }
  }
  return total.result();
}

const fileSource = (file, size) => ({
  size,
  read: (start = 0, end = Infinity) =>
    createReadStream(file, { highWaterMark: READ_BYTES, start, end: end - 1 }),
});

/**
 * Scans contents that no file holds yet: `[[name, text or bytes]]`.
 *
 * @param exclude globs over their names
 */
export async function scanContents(scanner, contents, { exclude = [] } = {}) {
  const excluded = excluding(exclude);
  const total = new Report();
  for (const [path, content] of contents) {
    if (excluded(path)) continue;
    const bytes =
      typeof content === "string"
        ? Buffer.from(content)
        : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const name = total.named(scanner, path);
    try {
      await scanLayers(scanner, path, bytesSource(bytes), total.of(name));
    } catch (error) {
      throw unreadable(name, error);
    }
    if (total.leaky(name) && path.endsWith(".map"))
      await nameSources(scanner, bytes.toString(), total.findingsOf(name));
  }
  return total.result();
}

const unreadable = (name, error) =>
  new ScanError("unreadable", `${name} cannot be scanned: ${error.code ?? error.message}`);

class Report {
  #findings = [];
  #files = 0;
  #bytes = 0;
  #ignored = 0;

  /** The name of a file as it may be shown. A key in it is a finding: it is published with every address. */
  named(scanner, path, before = "") {
    const redacted = scanner.redacted(path);
    if (!redacted) return before + path;
    const file = before + redacted.text;
    const { kind, name, provider, excerpt } = redacted.findings[0];
    this.#findings.push({
      file,
      kind,
      ...(name && { name }),
      ...(provider && { provider }),
      coding: "file name",
      excerpt,
    });
    return file;
  }

  /** What `scanLayers` reports to. */
  of(file) {
    return {
      add: ({ findings, bytes, ignored }, depth, inner) => {
        const name = depth === 0 ? file : `${file} (unpacked${inner ? `: ${inner}` : ""})`;
        for (const finding of findings) this.#findings.push({ file: name, ...finding });
        this.#ignored += ignored;
        if (depth > 0) return;
        this.#files++;
        this.#bytes += bytes;
      },
      refuse: (why) =>
        this.#findings.push({ file, kind: "not-scanned", coding: "raw", excerpt: why }),
    };
  }

  findingsOf(file) {
    return this.#findings.filter((finding) => finding.file === file);
  }

  leaky(file) {
    return this.findingsOf(file).length > 0;
  }

  result() {
    return {
      findings: this.#findings,
      files: this.#files,
      bytes: this.#bytes,
      ignored: this.#ignored,
    };
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
          (one) =>
            !one.source &&
            one.kind === kind &&
            one.name === name &&
            one.provider === provider &&
            one.excerpt === excerpt,
        );
        const source =
          Array.isArray(sources) && typeof sources[index] === "string" ? sources[index] : "?";
        if (same) same.source = `${source}:${line}`;
      }
    }
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
  for (const entry of entries.sort())
    yield* filesUnder(join(path, entry), `${name}/${entry}`, seen);
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
