// The endpoints by their names in the official package: those that chat pages call. lib/more.js has the others.

import { json } from "./response.js";
import { vectors } from "./embeddings.js";
import { group } from "./group.js";
import { atEnd, HelperStream } from "./helper-stream.js";

/** Groups that are loaded with their first call, and those that are left out, which lib/more.js says by name. */
const MORE =
  "admin audio batches beta containers contentProvenanceChecks conversations decisions edits engines evals files fineTunes fineTuning graders live models realtime safety skills streams uploads vectorStores videos webhooks";

/** client.responses.stream(). */
const ResponseStream = /* @__PURE__ */ atEnd(class extends HelperStream {}, "finalResponse");

/**
 * @param request lib/base-client.js `#request`
 * @param official whether the server is known to be OpenAI's own
 * @param host lib/page-client.js
 * @param client whose methods these are
 */
export function resources(request, official, host, client) {
  const call = async (path, args) => {
    const context = { request, client, host };
    const method = /^(chat|responses)/.test(path) && (await host.responseRun()).METHODS[path];
    return method ? method(context, args) : (await host.more()).call(path, args, context);
  };
  const open = (path, own) => group(call, path, own);
  const post = (path) => (params, options) => request("POST", path, { body: params }, options);
  const { ChatCompletionStream } = host;
  const completions = open("chat.completions", {
    create: post("/chat/completions"),
    stream: (params, options) => ChatCompletionStream.create(completions, params, options),
    runTools: (params, options) =>
      new ChatCompletionStream().start(host.toolRun, {
        ...{ completions, params, options },
        chatRun: host.chatRun,
      }),
  });
  const responses = open("responses", {
    stream: (params, options) =>
      new ResponseStream().start(host.responseRun, { responses, params, options }),
  });
  return {
    responses,
    ...Object.fromEntries(MORE.split(" ").map((name) => [name, open(name)])),
    chat: { completions },
    completions: { create: post("/completions") },
    embeddings: {
      create(params, options) {
        const asked = params?.encoding_format;
        const body = official && !asked ? { ...params, encoding_format: "base64" } : params;
        const parse = asked ? json : async (answer) => vectors(await json(answer), answer.response);
        return request("POST", "/embeddings", { body: params && body }, options, { parse });
      },
    },
    images: open("images", { generate: post("/images/generations") }),
    moderations: { create: post("/moderations") },
  };
}
