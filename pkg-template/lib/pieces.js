// How values that come in pieces are put together, whatever a server calls them.
// src/stream/pieces.rs does the same; tests/fixtures/accumulation.json has the cases of both.

import { isObject } from "./json.js";

/** What is nested deeper is replaced by its last piece, so that no answer exhausts the stack. */
const MAX_DEPTH = 64;

/** Texts of these names say what something is: the last one counts. Any other text is joined. */
const LAST = /^(id|type|role|name|index|object|format|status)$|_(id|type|at)$/;

/** For each list: its entries that have an `index`, by that index. */
const numbered = new WeakMap();

/** Null, missing and empty text are no kind. */
function kindOf(value) {
  if (value === undefined || value === null || value === "") return "";
  const type = Array.isArray(value) ? "list" : typeof value;
  return type === "number" || type === "boolean" ? "scalar" : type;
}

/** Adds every member of a piece. On top, null says nothing; further down it stands until more comes. */
export function addAll(object, piece, depth = 0) {
  for (const [name, value] of Object.entries(piece)) add(object, name, value, depth);
  return object;
}

export function add(object, name, value, depth = 0) {
  const known = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value !== null || (depth && known === undefined))
    set(object, name, joined(known, value, depth + 1, LAST.test(name)));
}

/** A field of whatever name, as JSON.parse would set it. */
export function set(object, name, value) {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Of the piece a copy is taken, since more will be added, and it belongs to the reader of the chunks. */
function joined(known, value, depth, last) {
  const kind = kindOf(value);
  if (!kind) return known ?? value;
  if (depth > MAX_DEPTH) return value;
  let before = kindOf(known);
  if (before === "scalar" || (last && before !== kind)) before = "";
  const alike = !before || before === kind;
  if (kind === "object" && alike) return addAll(before ? known : {}, value, depth);
  // Of unlike kinds neither is lost: a list holds both.
  if (kind === "list" || !alike) {
    return append(
      before === "list" ? known : before ? [known] : [],
      kind === "list" ? value : [value],
      depth,
    );
  }
  return before === "string" && !last ? known + value : value;
}

function append(list, entries, depth) {
  if (!numbered.has(list)) numbered.set(list, new Map());
  const places = numbered.get(list);
  for (const entry of entries) {
    const index = depth < MAX_DEPTH && isObject(entry) ? entry.index : undefined;
    const same = places.get(index);
    if (same) {
      addAll(same, entry, depth + 1);
      continue;
    }
    const fresh = joined(undefined, entry, depth + 1);
    list.push(fresh);
    if (typeof index === "number") places.set(index, fresh);
  }
  return list;
}
