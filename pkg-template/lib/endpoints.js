// The endpoints that lib/resources.js does not have, one a line: what a method is called in the official
// package, its request, and what it takes and gives. lib/more.js reads it, and so do the tests.
//
// Of the path's names in braces the last one is the method's first argument, earlier ones are members of
// its parameters. Then come, if the line says so, the parameters: `body`, or `body?` where they may be left
// out; `query`; `form:a,b`, a form whose fields a and b hold files; `form?:a`, a form if a is given, else
// JSON. `include` among a body's members goes into the query with `body+include`. Last come the options.
// The answer is JSON, or: `list`, pages; `bytes`, the response with its body unread; `text`, JSON or text
// as the server says; `none`, often nothing.

const LINES = `
audio.speech.create POST /audio/speech body bytes
audio.transcriptions.create POST /audio/transcriptions form:file text
audio.translations.create POST /audio/translations form:file text
batches.cancel POST /batches/{batch_id}/cancel
batches.create POST /batches body
batches.list GET /batches query list
batches.retrieve GET /batches/{batch_id}
chat.completions.delete DELETE /chat/completions/{completion_id}
chat.completions.list GET /chat/completions query list
chat.completions.messages.list GET /chat/completions/{completion_id}/messages query list
chat.completions.retrieve GET /chat/completions/{completion_id}
chat.completions.update POST /chat/completions/{completion_id} body
containers.create POST /containers body
containers.delete DELETE /containers/{container_id} none
containers.files.content.retrieve GET /containers/{container_id}/files/{file_id}/content bytes
containers.files.create POST /containers/{container_id}/files form?:file
containers.files.delete DELETE /containers/{container_id}/files/{file_id} none
containers.files.list GET /containers/{container_id}/files query list
containers.files.retrieve GET /containers/{container_id}/files/{file_id}
containers.list GET /containers query list
containers.retrieve GET /containers/{container_id}
conversations.create POST /conversations body?
conversations.delete DELETE /conversations/{conversation_id}
conversations.items.create POST /conversations/{conversation_id}/items body+include
conversations.items.delete DELETE /conversations/{conversation_id}/items/{item_id}
conversations.items.list GET /conversations/{conversation_id}/items query list
conversations.items.retrieve GET /conversations/{conversation_id}/items/{item_id} query
conversations.retrieve GET /conversations/{conversation_id}
conversations.update POST /conversations/{conversation_id} body
edits.create POST /edits body
engines.list GET /engines list
engines.retrieve GET /engines/{engine_id}
files.content GET /files/{file_id}/content bytes
files.create POST /files form:file
files.del DELETE /files/{file_id}
files.delete DELETE /files/{file_id}
files.list GET /files query list
files.retrieve GET /files/{file_id}
fineTunes.cancel POST /fine-tunes/{fine_tune_id}/cancel
fineTunes.create POST /fine-tunes body
fineTunes.list GET /fine-tunes list
fineTunes.listEvents GET /fine-tunes/{fine_tune_id}/events query list
fineTunes.retrieve GET /fine-tunes/{fine_tune_id}
fineTuning.jobs.cancel POST /fine_tuning/jobs/{fine_tuning_job_id}/cancel
fineTuning.jobs.checkpoints.list GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints query list
fineTuning.jobs.create POST /fine_tuning/jobs body
fineTuning.jobs.list GET /fine_tuning/jobs query list
fineTuning.jobs.listEvents GET /fine_tuning/jobs/{fine_tuning_job_id}/events query list
fineTuning.jobs.pause POST /fine_tuning/jobs/{fine_tuning_job_id}/pause
fineTuning.jobs.resume POST /fine_tuning/jobs/{fine_tuning_job_id}/resume
fineTuning.jobs.retrieve GET /fine_tuning/jobs/{fine_tuning_job_id}
images.createVariation POST /images/variations form:image
images.edit POST /images/edits form:image,mask
models.del DELETE /models/{model}
models.delete DELETE /models/{model}
models.list GET /models list
models.retrieve GET /models/{model}
responses.cancel POST /responses/{response_id}/cancel
responses.compact POST /responses/compact body
responses.delete DELETE /responses/{response_id} none
responses.inputItems.list GET /responses/{response_id}/input_items query list
responses.inputTokens.count POST /responses/input_tokens body?
uploads.cancel POST /uploads/{upload_id}/cancel
uploads.complete POST /uploads/{upload_id}/complete body
uploads.create POST /uploads body
uploads.parts.create POST /uploads/{upload_id}/parts form:data
vectorStores.create POST /vector_stores body
vectorStores.delete DELETE /vector_stores/{vector_store_id}
vectorStores.fileBatches.cancel POST /vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel
vectorStores.fileBatches.create POST /vector_stores/{vector_store_id}/file_batches body
vectorStores.fileBatches.listFiles GET /vector_stores/{vector_store_id}/file_batches/{batch_id}/files query list
vectorStores.fileBatches.retrieve GET /vector_stores/{vector_store_id}/file_batches/{batch_id}
vectorStores.files.content GET /vector_stores/{vector_store_id}/files/{file_id}/content list
vectorStores.files.create POST /vector_stores/{vector_store_id}/files body
vectorStores.files.delete DELETE /vector_stores/{vector_store_id}/files/{file_id}
vectorStores.files.list GET /vector_stores/{vector_store_id}/files query list
vectorStores.files.retrieve GET /vector_stores/{vector_store_id}/files/{file_id}
vectorStores.files.update POST /vector_stores/{vector_store_id}/files/{file_id} body
vectorStores.list GET /vector_stores query list
vectorStores.retrieve GET /vector_stores/{vector_store_id}
vectorStores.search POST /vector_stores/{vector_store_id}/search body list
vectorStores.update POST /vector_stores/{vector_store_id} body
`;

/** What is left out on purpose: each group or method, and why. docs/differences.md has the same list. */
export const LEFT_OUT = {
  admin: "it needs an administrator's key, which no page and no proxy should hold",
  "audio.voiceConsents": "custom voices are for accounts that OpenAI has approved",
  "audio.voices": "custom voices are for accounts that OpenAI has approved",
  beta: "its groups change from month to month, and assistants and threads are deprecated",
  contentProvenanceChecks: "it is too new",
  decisions: "it is too new",
  evals: "OpenAI ends it in November 2026",
  "fineTuning.alpha": "its methods are not stable",
  "fineTuning.checkpoints":
    "it needs an administrator's key, which no page and no proxy should hold",
  graders: "it is of use with fine-tuning and evals alone",
  live: "it is too new",
  realtime: "it needs WebSockets or WebRTC, and its keys escape the proxy's budget",
  safety: "it is too new",
  skills: "it is too new",
  videos: "it is too new",
  "webhooks.create": "where webhooks go is set in the dashboard, once",
  "webhooks.delete": "where webhooks go is set in the dashboard, once",
  "webhooks.eventTypes": "where webhooks go is set in the dashboard, once",
  "webhooks.list": "where webhooks go is set in the dashboard, once",
  "webhooks.retrieve": "where webhooks go is set in the dashboard, once",
  "webhooks.rotateSecret": "where webhooks go is set in the dashboard, once",
  "webhooks.test": "where webhooks go is set in the dashboard, once",
  "webhooks.update": "where webhooks go is set in the dashboard, once",
};

/** Each method's `{ method, path, takes, gives }` by its name. */
export const ENDPOINTS = new Map(
  LINES.trim()
    .split("\n")
    .map((line) => {
      const [name, method, path, ...rest] = line.split(" ");
      const takes = rest.find((word) => /^(body|query|form)/.test(word)) ?? "";
      const gives = rest.find((word) => word !== takes) ?? "json";
      return [name, { method, path, takes, gives }];
    }),
);
