// A JSON Schema as OpenAI's strict mode takes it, or an error that names the place that strict mode cannot express.

import { InvalidOptionError } from "../lib/errors.js";

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Keywords that strict mode does not take, and that cannot be left out: they say what is valid. */
const REFUSED =
  "$anchor $dynamicAnchor $dynamicRef $recursiveAnchor $recursiveRef additionalItems contains contentEncoding contentMediaType contentSchema dependencies dependentRequired dependentSchemas else if maxContains maxProperties minContains minProperties not patternProperties prefixItems propertyNames then unevaluatedItems unevaluatedProperties uniqueItems".split(
    " ",
  );

const MERGED = ["type", "properties", "required", "additionalProperties", "description", "title"];

/** A copy of the schema, closed and with every property required. */
export function strictSchema(schema) {
  const root = structuredClone(schema);
  for (let seen = new Set(); typeof root.$ref === "string"; ) {
    if (seen.has(root.$ref)) refuse("", `its $ref ${root.$ref} leads back to itself`);
    seen.add(root.$ref);
    const { $ref, ...rest } = root;
    const target = resolve(root, $ref);
    if (!target) refuse("", `its $ref ${$ref} leads nowhere`);
    delete root.$ref;
    Object.assign(root, structuredClone(target), rest);
  }
  const strict = close(root, "", root);
  if (strict.type !== "object") refuse("", "must be of an object, which may hold it as a property");
  if (strict.anyOf) refuse("", "must not be a union, which may be a property of an object");
  return strict;
}

function refuse(path, why) {
  throw new InvalidOptionError(`schema${path}`, `${why} (strict Structured Outputs)`);
}

function close(schema, path, root) {
  if (!isObject(schema)) refuse(path, "must be an object");
  for (const keyword of Object.keys(schema))
    if (schema[keyword] === undefined) delete schema[keyword];
  merge(schema, path, root);
  if (Array.isArray(schema.oneOf)) {
    if (schema.anyOf) refuse(path, "must not have both anyOf and oneOf");
    if (!isExclusive(schema.oneOf, root))
      refuse(path, "has a oneOf whose branches may overlap: use anyOf, or a discriminator");
    schema.anyOf = schema.oneOf;
    delete schema.oneOf;
  }
  const refused = REFUSED.find((keyword) => schema[keyword] !== undefined);
  if (refused) refuse(path, `uses ${refused}, which cannot be represented`);
  const { properties, type, items } = schema;
  if (type === "object" || (type === undefined && properties) || type?.includes?.("object")) {
    const open = schema.additionalProperties ?? false;
    if (open !== false) refuse(path, "must have `additionalProperties: false`: name each property");
    schema.additionalProperties = false;
    const required = schema.required ?? [];
    const missing = required.find((name) => !Object.hasOwn(properties ?? {}, name));
    if (missing !== undefined)
      refuse(path, `requires ${missing}, which is not one of its properties`);
    for (const [name, value] of Object.entries(properties ?? {}))
      if (!required.includes(name) && !isNullable(value, root))
        refuse(
          `${path}.properties.${name}`,
          "is optional: strict mode requires every property, which may be nullable instead",
        );
    if (properties) schema.required = Object.keys(properties);
  }
  if (Array.isArray(items)) refuse(path, "has items in a tuple, which cannot be represented");
  if ((type === "array" || type?.includes?.("array")) && items === undefined)
    refuse(path, "is an array without items");
  for (const map of ["properties", "$defs", "definitions"])
    for (const [name, child] of Object.entries(schema[map] ?? {}))
      close(child, `${path}.${map}.${name}`, root);
  if (items !== undefined) close(items, `${path}.items`, root);
  (schema.anyOf ?? []).forEach((child, at) => close(child, `${path}.anyOf[${at}]`, root));
  // There is no difference between null and nothing.
  if (schema.default === null) delete schema.default;
  return schema;
}

/** Puts an intersection of objects together, where their properties differ. */
function merge(schema, path, root) {
  const { allOf } = schema;
  if (allOf === undefined) return;
  if (!Array.isArray(allOf)) refuse(path, "has an allOf that is not an array");
  delete schema.allOf;
  for (const [at, branch] of allOf.entries()) {
    if (branch === true) continue;
    if (!isObject(branch)) refuse(`${path}.allOf[${at}]`, "must be an object");
    const part = structuredClone(branch.$ref ? (resolve(root, branch.$ref) ?? branch) : branch);
    merge(part, `${path}.allOf[${at}]`, root);
    if (allOf.length === 1 && !schema.properties && !schema.type) {
      Object.assign(schema, { ...part, ...schema });
      continue;
    }
    const clash = Object.keys(part).find((keyword) => !MERGED.includes(keyword));
    const twice = Object.keys(part.properties ?? {}).find((name) =>
      Object.hasOwn(schema.properties ?? {}, name),
    );
    if ((part.type !== "object" && !part.properties) || clash || twice)
      refuse(path, "uses allOf for more than objects with different properties");
    schema.type = "object";
    schema.properties = { ...schema.properties, ...part.properties };
    schema.required = [...(schema.required ?? []), ...(part.required ?? [])];
    schema.additionalProperties ??= part.additionalProperties;
  }
}

/** What a local `$ref` leads to. */
function resolve(root, ref) {
  if (typeof ref !== "string" || !/^#(\/|$)/.test(ref)) return undefined;
  let found = root;
  for (const part of ref.split("/").slice(1)) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, name))
      return undefined;
    found = found[name];
  }
  return isObject(found) ? found : undefined;
}

function isNullable(schema, root, seen = []) {
  if (!isObject(schema) || seen.includes(schema)) return false;
  const { type, anyOf, oneOf, $ref } = schema;
  if ($ref) return isNullable(resolve(root, $ref), root, [...seen, schema]);
  return (
    type === "null" ||
    (Array.isArray(type) && type.includes("null")) ||
    schema.const === null ||
    (schema.enum?.includes?.(null) ?? false) ||
    [anyOf, oneOf].some((list) => list?.some?.((each) => isNullable(each, root, [...seen, schema])))
  );
}

/** Whether no value can fit two of the branches: their types differ, or a property that all require. */
function isExclusive(branches, root) {
  const known = branches.map((branch) => (branch?.$ref ? resolve(root, branch.$ref) : branch));
  return known.every((left, at) => known.slice(at + 1).every((right) => differ(left, right, root)));
}

function differ(left, right, root) {
  const [a, b] = [left, right].map((schema) => kindsOf(schema));
  if (!a || !b) return false;
  if (!a.some((kind) => b.includes(kind))) return true;
  const shared = (left.required ?? []).filter((name) => right.required?.includes(name));
  return shared.some((name) => {
    const [one, other] = [left, right].map((schema) => {
      const value = schema.properties?.[name];
      return literalsOf(value?.$ref ? resolve(root, value.$ref) : value);
    });
    return one && other && !one.some((value) => other.includes(value));
  });
}

const literalsOf = (schema) =>
  schema && "const" in schema
    ? [schema.const]
    : Array.isArray(schema?.enum)
      ? schema.enum
      : undefined;

/** The kinds of values that fit; a number may be an integer. */
function kindsOf(schema) {
  const literals = literalsOf(schema);
  const kinds = literals?.map((value) => (value === null ? "null" : typeof value)) ?? schema?.type;
  return kinds && [kinds].flat().map((kind) => (kind === "integer" ? "number" : kind));
}
