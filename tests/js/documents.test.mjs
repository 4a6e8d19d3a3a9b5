// Endpoints that the official package no longer has: the documents' own requests and answers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { keyless } from "../support/packed.mjs";
import { essence, startRecorder } from "../support/recorder.mjs";

const { default: OpenAI } = await keyless();
const documents = JSON.parse(
  await readFile(new URL("../fixtures/wire/documents.json", import.meta.url), "utf8"),
);
const document = (path, type) =>
  documents.find(
    (example) => example.source === `API reference 2023-b, ${path}` && example.type === type,
  ).body;

let server;
let client;
before(async () => {
  server = await startRecorder();
  client = new OpenAI({ proxyUrl: server.baseUrl });
});
after(() => server.stop());

const ID = "ft-AF1WoRqd3aJAHsqc9NY7iL8F";
for (const [line, call, body, answer] of [
  [
    "POST /v1/edits",
    (body) => client.edits.create(body),
    document("/edits", "EditRequest"),
    document("/edits", "Edit"),
  ],
  [
    "POST /v1/fine-tunes",
    (body) => client.fineTunes.create(body),
    document("/fine-tunes", "FineTuneRequest"),
    document("/fine-tunes", "FineTune"),
  ],
  [
    "GET /v1/fine-tunes",
    () => client.fineTunes.list(),
    undefined,
    document("/fine-tunes", "FineTuneList"),
  ],
  [
    `GET /v1/fine-tunes/${ID}`,
    () => client.fineTunes.retrieve(ID),
    undefined,
    document("/fine-tunes/{fine_tune_id}", "FineTune"),
  ],
  [
    `POST /v1/fine-tunes/${ID}/cancel`,
    () => client.fineTunes.cancel(ID),
    undefined,
    document("/fine-tunes/{fine_tune_id}/cancel", "FineTune"),
  ],
  [
    `GET /v1/fine-tunes/${ID}/events`,
    () => client.fineTunes.listEvents(ID),
    undefined,
    document("/fine-tunes/{fine_tune_id}/events", "FineTuneEventList"),
  ],
  ["GET /v1/engines", () => client.engines.list(), undefined, document("/engines", "EngineList")],
  [
    "GET /v1/engines/text-davinci-003",
    () => client.engines.retrieve("text-davinci-003"),
    undefined,
    document("/engines/{engine_id}", "Engine"),
  ],
  [
    "DELETE /v1/models/curie:ft-acmeco-2021-03-03-21-44-20",
    () => client.models.delete("curie:ft-acmeco-2021-03-03-21-44-20"),
    undefined,
    document("/models/{model}", "ModelDeleted"),
  ],
]) {
  test(`${line}: the documents' request, and their answer whole`, async () => {
    server.answer({ body: { ...answer, from_tomorrow: [null] } });
    const result = await call(body);
    const { method, url, type, content } = await essence(server.requests[0]);
    assert.equal(`${method} ${url}`, line);
    assert.deepEqual(content, body);
    assert.equal(type, body === undefined ? "" : "application/json");
    assert.deepEqual(JSON.parse(JSON.stringify(result)), { ...answer, from_tomorrow: [null] });
    if (!Array.isArray(answer.data)) return;
    const items = [];
    for await (const item of await call(body)) items.push(item);
    assert.deepEqual(items, answer.data);
  });
}
