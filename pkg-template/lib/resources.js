// Every endpoint by its names in the official package: how a call is sent, how its answer is read.

import { json, raw, text } from "./response.js";
import { vectors } from "./embeddings.js";
import { InvalidOptionError } from "./errors.js";
import { describe } from "./json.js";

/** Jobs say nothing for hours. */
const EVENTS = { idleTimeout: 86_400_000 };

/**
 * @param request lib/base-client.js `#request`
 * @param official whether the server is known to be OpenAI's own
 * @param host lib/page-client.js
 */
export function resources(request, official, host) {
  const post = (path, kind) => (params, options) =>
    request("POST", path, { body: params }, options, kind);
  const list = (path) => (options) => request("GET", path, {}, options, { list: true });
  const one =
    (method, path, name, tail = "", kind) =>
    (id, options) =>
      request(method, () => `${path}/${segment(id, name)}${tail}`, {}, options, kind);

  const completions = {
    create: post("/chat/completions"),
    stream: (params, options) => host.ChatCompletionStream.create(completions, params, options),
  };
  const deleteModel = one("DELETE", "/models", "model");
  const deleteFile = one("DELETE", "/files", "file_id");
  return {
    chat: { completions },
    completions: { create: post("/completions") },
    edits: { create: post("/edits") },
    embeddings: {
      create(params, options) {
        const asked = params?.encoding_format;
        const body = official && !asked ? { ...params, encoding_format: "base64" } : params;
        const parse = asked ? json : async (answer) => vectors(await json(answer), answer.response);
        return request("POST", "/embeddings", { body: params && body }, options, { parse });
      },
    },
    images: {
      generate: post("/images/generations"),
      edit: post("/images/edits", { files: ["image", "mask"] }),
      createVariation: post("/images/variations", { files: ["image"] }),
    },
    audio: {
      transcriptions: { create: post("/audio/transcriptions", { files: ["file"], parse: text }) },
      translations: { create: post("/audio/translations", { files: ["file"], parse: text }) },
    },
    files: {
      create: post("/files", { files: ["file"] }),
      list: (query, options) => request("GET", "/files", { query }, options, { list: true }),
      retrieve: one("GET", "/files", "file_id"),
      delete: deleteFile,
      del: deleteFile,
      content: one("GET", "/files", "file_id", "/content", {
        accept: "application/binary",
        parse: raw,
      }),
    },
    fineTunes: {
      create: post("/fine-tunes"),
      list: list("/fine-tunes"),
      retrieve: one("GET", "/fine-tunes", "fine_tune_id"),
      cancel: one("POST", "/fine-tunes", "fine_tune_id", "/cancel"),
      listEvents(id, query, options) {
        const kind = query?.stream === true ? { stream: true, defaults: EVENTS } : { list: true };
        return request(
          "GET",
          () => `/fine-tunes/${segment(id, "fine_tune_id")}/events`,
          { query },
          options,
          kind,
        );
      },
    },
    models: {
      list: list("/models"),
      retrieve: one("GET", "/models", "model"),
      delete: deleteModel,
      del: deleteModel,
    },
    moderations: { create: post("/moderations") },
    engines: { list: list("/engines"), retrieve: one("GET", "/engines", "engine_id") },
  };
}

/**
 * One path segment that holds an identifier, or an error that names it: whatever it is, no other
 * endpoint is called. Characters stay that may stand in a segment (RFC 3986, section 3.3).
 */
function segment(id, name) {
  if (typeof id !== "string")
    throw new InvalidOptionError(name, `must be a string, not ${describe(id)}`);
  // A URL's parser removes dot segments, and joins what stands around an empty one.
  if (/^\.{0,2}$/.test(id)) throw new InvalidOptionError(name, `must not be "${id}"`);
  try {
    return id.replace(/[^\w\-.~!$&'()*+,;=:@]+/g, encodeURIComponent);
  } catch {
    throw new InvalidOptionError(name, "is not well-formed Unicode");
  }
}
