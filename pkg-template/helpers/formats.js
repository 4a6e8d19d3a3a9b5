// What the helpers make: formats and tools that carry what parses their answers, unseen by JSON.

const hidden = (object, members) => {
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(object, name, { value, enumerable: false });
  return object;
};

const format = (fields, parse) =>
  hidden(fields, { $brand: "auto-parseable-response-format", $parseRaw: parse });

const tool = (fields, parse, callback) =>
  hidden(fields, { $brand: "auto-parseable-tool", $parseRaw: parse, $callback: callback });

/** `response_format` of chat completions. */
export const responseFormat = (name, schema, parse, props) =>
  format({ type: "json_schema", json_schema: { ...props, name, strict: true, schema } }, parse);

/** `text.format` of responses. */
export const textFormat = (name, schema, parse, props) =>
  format({ type: "json_schema", ...props, name, strict: true, schema }, parse);

/** A tool of chat completions. */
export const chatTool = ({ name, description, function: callback }, parameters, parse) => {
  const own = { name, parameters, strict: true, ...(description && { description }) };
  return tool({ type: "function", function: own }, parse, callback);
};

/** A tool of responses. */
export const responseTool = (options, parameters, parse) => {
  const { name, description, defer_loading, function: callback } = options;
  const fields = {
    type: "function",
    name,
    parameters,
    strict: true,
    ...(defer_loading !== undefined && { defer_loading }),
    ...(description && { description }),
  };
  return tool(fields, parse, callback);
};
