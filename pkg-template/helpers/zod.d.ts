import type {
  AutoParseableResponseFormat,
  AutoParseableResponseTool,
  AutoParseableTextFormat,
  AutoParseableTool,
} from "../lib/parse.js";

/** A schema of Zod 4, or of `zod/v4` in Zod 3.25 and later; Zod Mini's too. */
export interface ZodSchema {
  _zod: { output: unknown };
}
/** What a schema's values are. */
export type InferZod<Schema extends ZodSchema> = Schema["_zod"]["output"];

/**
 * `response_format` of chat completions: `.parse()`, `.stream()` and `.runTools()` give the validated value.
 *
 * Throws an InvalidOptionError that names the place where strict mode cannot hold the schema.
 *
 * @param name what the model reads as the schema's name
 */
export function zodResponseFormat<Schema extends ZodSchema>(
  zodObject: Schema,
  name: string,
  props?: {
    description?: string | undefined;
    /** Schemas that the JSON Schema defines once, by name, however often they are used. */
    schemaDefinitions?: Record<string, ZodSchema> | undefined;
  },
): AutoParseableResponseFormat<InferZod<Schema>>;

/** `text.format` of responses: `.parse()` and `.stream()` give the validated value. */
export function zodTextFormat<Schema extends ZodSchema>(
  zodObject: Schema,
  name: string,
  props?: { description?: string | undefined },
): AutoParseableTextFormat<InferZod<Schema>>;

export interface ZodFunctionOptions<Schema extends ZodSchema> {
  name: string;
  parameters: Schema;
  description?: string | undefined;
}

/** A tool of chat completions; `.runTools()` calls its function with the validated arguments. */
export function zodFunction<Schema extends ZodSchema>(
  options: ZodFunctionOptions<Schema> & { function: (args: InferZod<Schema>) => unknown },
): AutoParseableTool<InferZod<Schema>, true>;
export function zodFunction<Schema extends ZodSchema>(
  options: ZodFunctionOptions<Schema> & {
    function?: ((args: InferZod<Schema>) => unknown) | undefined;
  },
): AutoParseableTool<InferZod<Schema>>;

/** A tool of responses. */
export function zodResponsesFunction<Schema extends ZodSchema>(
  options: ZodFunctionOptions<Schema> & {
    function?: ((args: InferZod<Schema>) => unknown) | undefined;
    /** The model finds it by a search of tools, and only then loads it. */
    defer_loading?: boolean | undefined;
  },
): AutoParseableResponseTool<InferZod<Schema>>;
