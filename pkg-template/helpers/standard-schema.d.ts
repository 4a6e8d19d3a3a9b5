import type {
  AutoParseableResponseFormat,
  AutoParseableResponseTool,
  AutoParseableTextFormat,
  AutoParseableTool,
} from "../lib/parse.js";

/** A schema that follows Standard Schema v1: Zod, Valibot, ArkType and others. */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (...args: never[]) => unknown;
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}
/** What a schema's values are. */
export type InferStandard<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];

/** A JSON Schema, where the library makes none itself. */
export type JSONSchema = Record<string, unknown>;

/**
 * `response_format` of chat completions: `.parse()`, `.stream()` and `.runTools()` give the validated value.
 *
 * Throws an InvalidOptionError that names the place where strict mode cannot hold the schema.
 */
export function standardResponseFormat<Schema extends StandardSchema>(
  standardSchema: Schema,
  name: string,
  props?: { description?: string | undefined; schema?: JSONSchema | undefined },
): AutoParseableResponseFormat<InferStandard<Schema>>;

/** `text.format` of responses: `.parse()` and `.stream()` give the validated value. */
export function standardTextFormat<Schema extends StandardSchema>(
  standardSchema: Schema,
  name: string,
  props?: { description?: string | undefined; schema?: JSONSchema | undefined },
): AutoParseableTextFormat<InferStandard<Schema>>;

export interface StandardFunctionOptions<Schema extends StandardSchema> {
  name: string;
  parameters: Schema;
  schema?: JSONSchema | undefined;
  description?: string | undefined;
}

/** A tool of chat completions; `.runTools()` calls its function with the validated arguments. */
export function standardFunction<Schema extends StandardSchema>(
  options: StandardFunctionOptions<Schema> & {
    function: (args: InferStandard<Schema>) => unknown;
  },
): AutoParseableTool<InferStandard<Schema>, true>;
export function standardFunction<Schema extends StandardSchema>(
  options: StandardFunctionOptions<Schema> & {
    function?: ((args: InferStandard<Schema>) => unknown) | undefined;
  },
): AutoParseableTool<InferStandard<Schema>>;

/** A tool of responses. */
export function standardResponsesFunction<Schema extends StandardSchema>(
  options: StandardFunctionOptions<Schema> & {
    function?: ((args: InferStandard<Schema>) => unknown) | undefined;
    defer_loading?: boolean | undefined;
  },
): AutoParseableResponseTool<InferStandard<Schema>>;
