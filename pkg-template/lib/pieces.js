// How values that come in pieces are put together, whatever a server calls them.
// src/stream/pieces.rs does the same; tests/fixtures/accumulation.json has the cases of both.

/** What is nested deeper is replaced by its last piece, so that no answer exhausts the stack. */
const MAX_DEPTH = 64;

/** Texts of these names say what something is: the last one counts. Any other text is joined. */
const LAST = /^(id|type|role|name|index|object|format|status)$|_(id|type|at)$/;

/** For each list: its entries that have an `index`, by that index. */
const numbered = new WeakMap();

export const isObject = (value) => kindOf(value) === "object";

/** Adds every member of a piece. On top, null says nothing; further down it stands until more comes. */
export function addAll(object, piece, depth = 0) {
  for (const [name, value] of Object.entries(piece)) add(object, name, value, depth);
  return object;
}

export function add(object, name, value, depth = 0) {
  const known = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value !== null) set(object, name, joined(known, value, name, depth + 1));
  else if (depth > 0 && known === undefined) set(object, name, null);
}

/** A field of whatever name, as JSON.parse would set it. */
export function set(object, name, value) {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function kindOf(value) {
  if (value === undefined || value === null || value === "") return "nothing";
  if (Array.isArray(value)) return "list";
  const type = typeof value;
  return type === "string" || type === "object" ? type : "scalar";
}

function joined(known, value, name, depth) {
  const kind = kindOf(value);
  let before = kindOf(known);
  if (kind === "nothing") return known ?? value;
  const last = LAST.test(name);
  if (before === "scalar" || depth > MAX_DEPTH || (last && before !== kind)) before = "nothing";
  if (before === "nothing") return copied(value, depth);
  if (kind === before) {
    if (kind === "object") return addAll(known, value, depth);
    if (kind === "string") return last ? value : known + value;
  }
  // Of unlike kinds neither is lost: a list holds both.
  return append(before === "list" ? known : [known], kind === "list" ? value : [value], depth);
}

/** A copy, since more will be added to it and the piece belongs to whoever reads the chunks. */
function copied(value, depth) {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return append([], value, depth);
  return isObject(value) ? addAll({}, value, depth) : value;
}

function append(list, entries, depth) {
  for (const entry of entries) {
    const index = depth < MAX_DEPTH && isObject(entry) && typeof entry.index === "number" ? entry.index : undefined;
    const same = index !== undefined && numbered.get(list)?.get(index);
    if (same) {
      addAll(same, entry, depth + 1);
      continue;
    }
    const fresh = copied(entry, depth + 1);
    list.push(fresh);
    if (index === undefined) continue;
    if (!numbered.has(list)) numbered.set(list, new Map());
    numbered.get(list).set(index, fresh);
  }
  return list;
}
