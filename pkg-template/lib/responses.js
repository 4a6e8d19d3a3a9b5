// client.responses: answers whole and in events, `output_text`, and answers that are parsed.

import { json } from "./response.js";
import { isFormat, isTool, valueOf } from "./parse.js";
import { segment } from "./path.js";

/** `[DONE]` alone ends no such stream. */
const EVENTS = { endsByEvent: true };

/** The response with the text of its messages as `output_text`. */
export function withText(response) {
  if (response?.object !== "response" || !Array.isArray(response.output)) return response;
  if (response.output_text == null) {
    const parts = response.output.flatMap((item) => (item?.type === "message" ? item.content : []));
    response.output_text = parts
      .filter((part) => part?.type === "output_text")
      .map(({ text }) => text)
      .join("");
  }
  return response;
}

const parse = async (answer) => withText(await json(answer));

/** The methods as (request, arguments) → promise. */
export const responses = {
  create: (request, [params, options]) =>
    request("POST", "/responses", { body: params }, options, { parse, defaults: EVENTS }),

  retrieve(request, [id, query, options]) {
    const where = () => `/responses/${segment(id, "response_id")}`;
    const traits = { parse, defaults: EVENTS, stream: query?.stream === true };
    return request("GET", where, { query: query ?? undefined }, options, traits);
  },
};

/** What these parameters say of a response: `{ format, tools }`, the tools by namespace and name. */
function parserOf(params) {
  const tools = new Map();
  const take = (list, namespace = "") => {
    for (const tool of Array.isArray(list) ? list : []) {
      if (tool?.type === "namespace") take(tool.tools, tool.name);
      else if (tool?.type === "function" && (isTool(tool) || tool.strict === true))
        tools.set(`${namespace}/${tool.name}`, tool);
    }
  };
  take(params?.tools);
  return { format: params?.text?.format, tools };
}

/** The response with `parsed` on its texts, `parsed_arguments` on its calls, and `output_parsed`. */
export function parsedResponse(response, params) {
  const { format, tools } = parserOf(params);
  // An answer that was cut off stays unparsed: its status says so.
  const whole = !response.status || response.status === "completed";
  const content = (item) => (part) => {
    if (part?.type !== "output_text") return part;
    const final = item.phase == null || item.phase === "final_answer";
    const parses = whole && final && isFormat(format);
    return { ...part, parsed: parses ? valueOf(format, part.text) : null };
  };
  const output = (response.output ?? []).map((item) => {
    if (item?.type === "message" && Array.isArray(item.content))
      return { ...item, content: item.content.map(content(item)) };
    if (item?.type !== "function_call") return item;
    const tool = tools.get(`${item.namespace ?? ""}/${item.name}`);
    const parsed = tool && whole ? valueOf(tool, item.arguments, item.name) : null;
    return { ...item, parsed_arguments: parsed };
  });
  const texts = output.flatMap((item) => (item?.type === "message" ? item.content : []));
  const said = texts.find((part) => part?.type === "output_text" && part.parsed !== null);
  // What the headers said stays where it is: not enumerable.
  const own = Object.getOwnPropertyDescriptors(response);
  return Object.defineProperties(
    {},
    {
      ...own,
      output: { ...own.output, value: output },
      output_parsed: { value: said?.parsed ?? null, enumerable: true, configurable: true },
    },
  );
}
