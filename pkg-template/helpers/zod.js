// `openai-wasm/helpers/zod`: schemas of Zod 4, or of `zod/v4` in Zod 3.25 and later, as formats and tools.

import * as z4 from "zod/v4/core";

import { InvalidOptionError } from "../lib/errors.js";
import { chatTool, responseFormat, responseTool, textFormat } from "./formats.js";
import { strictSchema } from "./strict-schema.js";

/** `response_format` of chat completions: `.parse()` and `.stream()` give the validated value. */
export function zodResponseFormat(zodObject, name, props) {
  const { schemaDefinitions, ...more } = props ?? {};
  return responseFormat(name, schemaOf(zodObject, schemaDefinitions), parserOf(zodObject), more);
}

/** `text.format` of responses. */
export function zodTextFormat(zodObject, name, props) {
  return textFormat(name, schemaOf(zodObject), parserOf(zodObject), props);
}

/** A tool of chat completions; `runTools()` calls its `function`. */
export function zodFunction(options) {
  const { parameters } = options;
  return chatTool(options, schemaOf(parameters), parserOf(parameters));
}

/** A tool of responses. */
export function zodResponsesFunction(options) {
  const { parameters } = options;
  return responseTool(options, schemaOf(parameters), parserOf(parameters));
}

/** What a text says, validated; Zod's own error otherwise, which has the issues. */
const parserOf = (schema) => (text) => z4.parse(schema, JSON.parse(text));

function schemaOf(schema, definitions) {
  if (!schema?._zod)
    throw new InvalidOptionError(
      "schema",
      "must be of Zod 4, or of `zod/v4`; give a schema of another library to openai-wasm/helpers/standard-schema",
    );
  const metadata = definitions && z4.registry();
  const names = new Map();
  for (const [name, definition] of Object.entries(definitions ?? {})) {
    const id = encodeURIComponent(name).replaceAll("~", "%7E");
    names.set(id, name);
    metadata.add(definition, { id });
  }
  const json = z4.toJSONSchema(schema, {
    target: "draft-7",
    ...(metadata && { metadata }),
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      // A discriminator's values exclude each other.
      if (def.type === "union" && "discriminator" in def && jsonSchema.oneOf) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
    },
  });
  if (json.definitions && names.size > 0)
    json.definitions = Object.fromEntries(
      Object.entries(json.definitions).map(([id, own]) => [names.get(id) ?? id, own]),
    );
  return strictSchema(json);
}
