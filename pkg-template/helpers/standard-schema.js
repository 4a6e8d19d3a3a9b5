// `openai-wasm/helpers/standard-schema`: schemas of any library that follows Standard Schema (Zod, Valibot,
// ArkType and others) as formats and tools. It needs no library itself.

import { InvalidOptionError } from "../lib/errors.js";
import { chatTool, responseFormat, responseTool, textFormat } from "./formats.js";
import { strictSchema } from "./strict-schema.js";

/** `response_format` of chat completions: `.parse()` and `.stream()` give the validated value. */
export function standardResponseFormat(standardSchema, name, props) {
  const { schema, ...more } = props ?? {};
  return responseFormat(name, schemaOf(standardSchema, schema), parserOf(standardSchema), more);
}

/** `text.format` of responses. */
export function standardTextFormat(standardSchema, name, props) {
  const { schema, ...more } = props ?? {};
  return textFormat(name, schemaOf(standardSchema, schema), parserOf(standardSchema), more);
}

/** A tool of chat completions; `runTools()` calls its `function`. */
export function standardFunction(options) {
  const { parameters, schema } = options;
  return chatTool(options, schemaOf(parameters, schema), parserOf(parameters));
}

/** A tool of responses. */
export function standardResponsesFunction(options) {
  const { parameters, schema } = options;
  return responseTool(options, schemaOf(parameters, schema), parserOf(parameters));
}

/** A schema that the author gives, or the one that the library makes. */
function schemaOf(standardSchema, schema) {
  const standard = standardSchema?.["~standard"];
  if (typeof standard?.validate !== "function")
    throw new InvalidOptionError("schema", "must be a schema that follows Standard Schema v1");
  const json = schema ?? standard.jsonSchema?.input({ target: "draft-07" });
  if (!json)
    throw new InvalidOptionError(
      "schema",
      "has no JSON Schema of its own (`~standard.jsonSchema.input()`): pass one as `schema`",
    );
  return strictSchema(json);
}

const parserOf = (standardSchema) => (text) => {
  const standard = standardSchema["~standard"];
  const result = standard.validate(JSON.parse(text));
  if (typeof result?.then === "function") {
    result.then(undefined, () => {});
    throw new InvalidOptionError("schema", "must validate at once, and not give a promise");
  }
  if (result.issues)
    throw Object.assign(new Error(result.issues[0]?.message ?? "refused"), {
      issues: result.issues,
    });
  return result.value;
};
