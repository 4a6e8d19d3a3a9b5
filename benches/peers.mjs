// The peers, as tests/package.json pins them.

export { OpenAI as Official } from "openai";
export { createParser } from "eventsource-parser";
import { jsonSchema, parseJsonEventStream } from "@ai-sdk/provider-utils";

const anything = jsonSchema({}, { validate: (value) => ({ success: true, value }) });

/** The AI SDK's way: a stream of results. */
export const aiParse = (stream) => parseJsonEventStream({ stream, schema: anything });
