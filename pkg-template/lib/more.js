// The methods that lib/resources.js does not have: the endpoints of the table, and methods that make several calls.

import { json, raw, text } from "./response.js";
import { composed } from "./compose.js";
import { ENDPOINTS, LEFT_OUT } from "./endpoints.js";
import { InvalidOptionError } from "./errors.js";
import { checkParams } from "./json.js";
import { segment } from "./path.js";

export { fetchBelow } from "./below.js";

/** Jobs say nothing for hours. */
const EVENTS = { idleTimeout: 86_400_000 };

/** Methods that are more than one request to an endpoint: ({ client, request }, arguments) → `{ promise, finish }`. */
const OWN = wrapped(composed);

/** Methods that give the promise of a value. */
function wrapped(methods) {
  const wrap =
    (method) =>
    ({ client }, args) => ({ promise: Promise.resolve(method(client, ...args)) });
  return Object.fromEntries(Object.entries(methods).map(([name, own]) => [name, wrap(own)]));
}

/**
 * Calls a method by its name: `{ promise, finish }`.
 *
 * @param request lib/base-client.js `#request`
 * @param host lib/page-client.js
 */
export async function call(path, args, { request, client, host }) {
  if (Object.hasOwn(OWN, path)) return OWN[path]({ client, request }, args);
  if (path.startsWith("streams.")) {
    const { METHODS } = await host.resume();
    if (Object.hasOwn(METHODS, path)) return METHODS[path]({ request }, args);
  }
  const endpoint = ENDPOINTS.get(path);
  if (endpoint) return { promise: plain(request, endpoint, args, path) };
  const webhooks = path.startsWith("webhooks.") && (await host.webhooks?.())?.webhooks;
  if (webhooks && Object.hasOwn(webhooks, path)) return wrapped(webhooks)[path]({ client }, args);
  const group = Object.keys(LEFT_OUT).find((name) => `${path}.`.startsWith(`${name}.`));
  const why = group
    ? `is left out of this package (${LEFT_OUT[group]})`
    : path.startsWith("webhooks.") && !webhooks
      ? "is in openai-wasm/edge alone: a page must not hold the secret of a webhook"
      : "is not a method of this package";
  throw new InvalidOptionError(
    `client.${path}`,
    `${why}; any endpoint can be called by client.post(path, { body }), .get and the like`,
  );
}

function plain(request, { method, path, takes, gives }, args, name) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each);
  const [way, ...fields] = takes.split(/[:,+]/);
  const rest = [...args];
  const last = names.at(-1);
  const values = last ? { [last]: rest.shift() } : {};
  let params = takes || names.length > 1 ? rest.shift() : undefined;
  const [given] = rest;
  const options = path.startsWith("/vector_stores") ? withBeta(given) : given;
  if (names.length > 1) {
    const { ...own } = checkParams(params);
    for (const each of names.slice(0, -1)) {
      values[each] = own[each];
      delete own[each];
    }
    params = takes ? own : undefined;
  }
  const content = {};
  if (way === "query") content.query = params ?? undefined;
  else if (takes) content.body = way === "body?" ? (params ?? {}) : params;
  if (takes === "body+include" && params) {
    const { include, ...body } = checkParams(params);
    Object.assign(content, { body, query: { include } });
  }
  const traits = { list: gives === "list", ...ANSWERS[gives] };
  const form = way === "form" || (way === "form?" && params?.[fields[0]] !== undefined);
  if (form) traits.files = fields;
  if (path === "/audio/speech") traits.accept = "application/octet-stream";
  if (name === "fineTunes.listEvents" && params?.stream === true)
    Object.assign(traits, { list: false, stream: true, defaults: EVENTS });
  const where = () => path.replace(/\{(\w+)\}/g, (_, each) => segment(values[each], each));
  return request(method, where, content, options, traits);
}

/** The header that OpenAI asks for with vector stores. */
function withBeta(options) {
  const { headers = {} } = options ?? {};
  const own = typeof headers[Symbol.iterator] === "function" ? headers : Object.entries(headers);
  return { ...options, headers: [["OpenAI-Beta", "assistants=v2"], ...own] };
}

const ANSWERS = {
  bytes: { accept: "application/binary", parse: raw },
  text: { parse: text },
  none: {
    accept: "*/*",
    parse: async (answer) => (answer.response.status === 204 ? null : text(answer)),
  },
  json: { parse: json },
};
