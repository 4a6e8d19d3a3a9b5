// OpenAI's OpenAPI description of June 2023 as validators: tests/fixtures/openapi.

import { readFile } from "node:fs/promises";

import { Ajv } from "ajv";

const fixture = async (name) =>
  JSON.parse(await readFile(new URL(`../fixtures/openapi/${name}`, import.meta.url), "utf8"));

const description = await fixture("2023-06.json");
export const { operations } = description;

/** What the Rust types write: `[{ operation, json }]` or `[{ operation, form: [[name, value]] }]`. */
export const rustRequests = await fixture("requests.json");

// `properties` beside a `required` that names more, and unions of types, are the description's own.
const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
});
ajv.addSchema({ $id: "openapi", $defs: description.$defs });

/** A schema as a function: value → what is wrong with it, as texts. */
function compile(ajv, schema) {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"openapi#/$defs/'));
  const validate = ajv.compile(absolute);
  return (value) =>
    validate(value)
      ? []
      : validate.errors.map((error) => `${error.instancePath || "/"} ${error.message}`);
}
export const validator = (schema) => compile(ajv, schema);

/** The description of August 2026, for responses and conversations. */
export async function today() {
  const { operations, $defs } = await fixture("2026-08.json");
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "openapi", $defs });
  return {
    operations,
    resolved: (schema) => (schema.$ref ? $defs[schema.$ref.replace("#/$defs/", "")] : schema),
    validator: (schema) => compile(ajv, schema),
  };
}

/** The schema itself, where it is a reference. */
export const resolved = (schema) =>
  schema.$ref ? description.$defs[schema.$ref.replace("#/$defs/", "")] : schema;

/** What is wrong with a request: by its schema, and fields that the schema does not have. */
export function requestFaults(value, schema) {
  const known = Object.keys(resolved(schema).properties);
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  return [
    ...validator(schema)(value),
    ...unknown.map((name) => `/${name} is not a field of the description`),
  ];
}

/** A form's fields as the object that the schema describes: texts get the types that it names. */
export function formObject(fields, schema) {
  const { properties } = resolved(schema);
  const object = {};
  for (const [name, value] of fields) {
    const type = [properties[name]?.type].flat()[0];
    const number = type === "integer" || type === "number";
    if (name in object) throw new Error(`the form has ${name} twice`);
    object[name] =
      number && value.trim() !== "" && !Number.isNaN(+value)
        ? Number(value)
        : type === "boolean"
          ? value === "true"
          : value;
  }
  return object;
}

/** The operation of a request, by method and path below `/v1`. */
export function operationOf(method, path) {
  const [id] =
    Object.entries(operations).find(([, operation]) => {
      const pattern = operation.path.replace(/\{\w+\}/g, "[^/]+");
      return operation.method === method && new RegExp(`^${pattern}$`).test(path.split("?")[0]);
    }) ?? [];
  return id;
}

/** A value that is wrong in one place, for each place of the top level: `[what, value]`. */
export function* spoilt(value, schema) {
  const { properties = {}, required = [] } = resolved(schema);
  for (const name of required) {
    const { [name]: _, ...rest } = value;
    yield [`without ${name}`, rest];
  }
  for (const name of Object.keys(value)) {
    // An object without properties of its own takes any object.
    if (properties[name] === undefined) continue;
    yield [`${name} of another type`, { ...value, [name]: [[{ wrong: [] }]] }];
  }
}
