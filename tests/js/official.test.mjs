// Side by side: the same call by the official `openai` package and by ours, against one server. The
// requests are the same to the last field, the results are the same to the last member.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import Official, { toFile as officialToFile } from "openai";

import { edge, failure } from "../support/packed.mjs";
import { essence, startRecorder } from "../support/recorder.mjs";

const { default: OpenAI, toFile } = await edge();
const KEY = "sk-proj-0123456789abcdef";
const documents = JSON.parse(
  await readFile(new URL("../fixtures/wire/documents.json", import.meta.url), "utf8"),
);

/** A body from the documents, with members that no document knows. */
const documented = (source, type) => {
  const { body } = documents.find((example) => example.source === source && example.type === type);
  return { ...body, from_tomorrow: { at: [1, null, "x"] } };
};
const events = (...list) => ({
  headers: { "content-type": "text/event-stream" },
  body: `${list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`,
});
const base64Of = (...numbers) => Buffer.from(new Float32Array(numbers).buffer).toString("base64");
const vectors = (embedding) => ({
  object: "list",
  data: [{ object: "embedding", index: 0, embedding, unknown: true }],
  model: "m",
  usage: { prompt_tokens: 8, total_tokens: 8 },
});
const png = () => new File([new Uint8Array([137, 80, 78, 71])], "otter.png", { type: "image/png" });
const speech = () => new File(["RIFF"], "speech.wav", { type: "audio/wav" });
const chunk = (more) => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: null }],
  ...more,
});
const chat = { model: "m", messages: [{ role: "user", content: "Hi" }] };

let server;
let official;
let ours;

before(async () => {
  server = await startRecorder();
  const options = {
    apiKey: KEY,
    baseURL: server.baseUrl,
    organization: "org-1",
    project: "proj_1",
    maxRetries: 0,
  };
  official = new Official(options);
  ours = new OpenAI(options);
});
after(() => server.stop());

/** What a caller can see of a result. */
async function visible(result) {
  if (result instanceof Response) return { status: result.status, text: await result.text() };
  if (typeof result?.hasNextPage === "function") {
    return { data: result.data, items: await collect(result) };
  }
  if (typeof result?.[Symbol.asyncIterator] === "function") return collect(result);
  return { result, id: result?._request_id };
}
async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

async function sideBySide(call, answers) {
  const seen = [];
  for (const [client, file] of [
    [official, officialToFile],
    [ours, toFile],
  ]) {
    server.answer(
      ...answers.map((answer) => (answer.body === undefined ? { body: answer } : answer)),
    );
    const result = await visible(await call(client, file));
    seen.push({ requests: await Promise.all(server.requests.map(essence)), result });
  }
  const [expected, actual] = seen;
  assert.ok(expected.requests.length > 0);
  assert.deepEqual(actual.requests, expected.requests);
  assert.deepEqual(actual.result, expected.result);
  return actual;
}

const page = (ids, has_more) => ({
  object: "list",
  data: ids.map((id) => ({ id, object: "file", bytes: 1 })),
  has_more,
});
const withId = (body) => ({ body, headers: { "x-request-id": "req_1" } });

for (const [name, call, ...answers] of [
  [
    "chat.completions.create",
    (client) => client.chat.completions.create(chat),
    withId(documented("API reference 2023-b, /chat/completions", "ChatCompletion")),
  ],
  [
    "chat.completions.create with unknown parameters",
    (client) => client.chat.completions.create({ ...chat, from_tomorrow: [{ a: null }], top_k: 4 }),
    { choices: [] },
  ],
  [
    "chat.completions.create as a stream",
    (client) =>
      client.chat.completions.create({
        ...chat,
        stream: true,
        stream_options: { include_usage: true },
      }),
    events(chunk(), chunk({ unknown: 1 }), chunk({ choices: [], usage: { total_tokens: 2 } })),
  ],
  [
    "completions.create",
    (client) =>
      client.completions.create({
        model: "m",
        prompt: ["a", "b"],
        echo: true,
        logit_bias: { 50256: -100 },
      }),
    withId(documented("API reference 2023-b, /completions", "Completion")),
  ],
  [
    "completions.create of tokens",
    (client) =>
      client.completions.create({ model: "m", prompt: [[1, 2], [3]], logprobs: 5, suffix: null }),
    { choices: [] },
  ],
  [
    "completions.create as a stream",
    (client) => client.completions.create({ model: "m", prompt: "a", stream: true }),
    events({
      object: "text_completion",
      choices: [{ index: 0, text: "b", finish_reason: "stop" }],
    }),
  ],
  [
    "embeddings.create of floats",
    (client) => client.embeddings.create({ model: "m", input: "a", encoding_format: "float" }),
    withId(vectors([0.5, -1])),
  ],
  [
    "embeddings.create of base64",
    (client) => client.embeddings.create({ model: "m", input: ["a"], encoding_format: "base64" }),
    vectors(base64Of(0.5, -1)),
  ],
  [
    "moderations.create",
    (client) => client.moderations.create({ input: "I want to kill them." }),
    withId(documented("API reference 2023-b, /moderations", "ModerationResponse")),
  ],
  [
    "models.list",
    (client) => client.models.list(),
    withId(documented("API reference 2023-b, /models", "ModelList")),
  ],
  [
    "models.retrieve",
    (client) => client.models.retrieve("text-davinci-003"),
    withId(documented("API reference 2023-b, /models/{model}", "Model")),
  ],
  [
    "models.retrieve of an id with slashes",
    (client) => client.models.retrieve("accounts/fireworks/models/a b?c#d%2e"),
    {},
  ],
  [
    "models.delete",
    (client) => client.models.delete("curie:ft-acmeco-2021-03-03-21-44-20"),
    documented("API reference 2023-b, /models/{model}", "ModelDeleted"),
  ],
  [
    "images.generate",
    (client) =>
      client.images.generate({ prompt: "A cute baby sea otter", n: 2, size: "1024x1024" }),
    withId(
      documented("OpenAPI 2026-08, POST /images/generations, Generate image", "ImagesResponse"),
    ),
  ],
  [
    "images.generate as a stream",
    (client) => client.images.generate({ prompt: "x", model: "m", stream: true }),
    events(
      { type: "image_generation.partial_image", b64_json: "AA==" },
      { type: "image_generation.completed", b64_json: "AA==" },
    ),
  ],
  [
    "images.edit",
    (client) =>
      client.images.edit({ image: png(), mask: png(), prompt: "A beret", n: 2, size: "1024x1024" }),
    { created: 1, data: [{ url: "u" }] },
  ],
  [
    "images.edit of several images",
    (client) => client.images.edit({ image: [png(), png()], prompt: "x", user: undefined }),
    { created: 1, data: [] },
  ],
  [
    "images.edit as a stream",
    (client) => client.images.edit({ image: png(), prompt: "x", stream: true }),
    events({ type: "image_edit.completed", b64_json: "AA==" }),
  ],
  [
    "images.createVariation",
    (client) => client.images.createVariation({ image: png(), n: 2 }),
    { created: 1, data: [{ b64_json: "AA==" }] },
  ],
  [
    "audio.transcriptions.create",
    (client) =>
      client.audio.transcriptions.create({
        file: speech(),
        model: "whisper-1",
        temperature: 0,
        timestamp_granularities: ["word", "segment"],
      }),
    withId(documented("API reference 2023-b, /audio/transcriptions", "Transcription")),
  ],
  [
    "audio.transcriptions.create with nested parameters",
    (client) =>
      client.audio.transcriptions.create({
        file: speech(),
        model: "m",
        chunking_strategy: { type: "server_vad", threshold: 0.5 },
        include: ["logprobs"],
      }),
    { text: "x" },
  ],
  [
    "audio.transcriptions.create as SubRip",
    (client) =>
      client.audio.transcriptions.create({ file: speech(), model: "m", response_format: "srt" }),
    {
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: "1\n00:00:00,000 --> 00:00:01,000\nHé\n\n",
    },
  ],
  [
    "audio.transcriptions.create as WebVTT",
    (client) =>
      client.audio.transcriptions.create({ file: speech(), model: "m", response_format: "vtt" }),
    { headers: { "content-type": "text/vtt" }, body: "WEBVTT\n" },
  ],
  [
    "audio.transcriptions.create of silence as text",
    (client) =>
      client.audio.transcriptions.create({ file: speech(), model: "m", response_format: "text" }),
    { headers: { "content-type": "text/plain" }, body: "" },
  ],
  [
    "audio.transcriptions.create as a stream",
    (client) => client.audio.transcriptions.create({ file: speech(), model: "m", stream: true }),
    events(
      { type: "transcript.text.delta", delta: "x" },
      { type: "transcript.text.done", text: "x" },
    ),
  ],
  [
    "audio.translations.create",
    (client) =>
      client.audio.translations.create({ file: speech(), model: "whisper-1", prompt: "é" }),
    { text: "x", unknown: 1 },
  ],
  [
    "files.create",
    (client) =>
      client.files.create({
        file: new File(['{"prompt":"a"}\n'], "mydata.jsonl"),
        purpose: "fine-tune",
        expires_after: { anchor: "created_at", seconds: 3600 },
      }),
    withId(documented("API reference 2023-b, /files", "FileObject")),
  ],
  [
    "files.create of toFile's bytes",
    async (client, toFile) =>
      client.files.create({
        file: await toFile(new Uint8Array([104, 105]), "a.txt", { type: "text/plain" }),
        purpose: "x",
      }),
    {},
  ],
  [
    "files.create of toFile's text",
    async (client, toFile) =>
      client.files.create({ file: await toFile("hi", "a.txt"), purpose: "x" }),
    {},
  ],
  [
    "files.create of toFile's pieces",
    async (client, toFile) =>
      client.files.create({
        file: await toFile(pieces("h", new Uint8Array([105]), new Blob(["!"])), "a.txt"),
        purpose: "x",
      }),
    {},
  ],
  [
    "files.create of a stream",
    (client) => client.files.create({ purpose: "x", file: new Blob(["streamed"]).stream(), n: 1 }),
    {},
  ],
  [
    "files.create of an async iterable with a path",
    (client) =>
      client.files.create({
        purpose: "x",
        file: Object.assign(pieces("a", new Uint8Array([98])), { path: "/home/x/data.jsonl" }),
      }),
    {},
  ],
  [
    "files.list",
    (client) => client.files.list(),
    withId(documented("API reference 2023-b, /files", "FileList")),
  ],
  [
    "files.list page by page",
    (client) => client.files.list({ limit: 2, order: "asc", after: "f-0" }),
    page(["f-1", "f-2"], true),
    page(["f-3", "f/4"], true),
    page(["f-5"], false),
  ],
  [
    "files.retrieve",
    (client) => client.files.retrieve("file-1"),
    documented("API reference 2023-b, /files/{file_id}", "FileObject"),
  ],
  [
    "files.delete",
    (client) => client.files.delete("file-1"),
    documented("API reference 2023-b, /files/{file_id}", "FileDeleted"),
  ],
  [
    "files.content",
    (client) => client.files.content("file-1"),
    { headers: { "content-type": "application/octet-stream" }, body: '{"prompt":"a"}\n' },
  ],
  [
    "an endpoint of tomorrow",
    (client) => client.post("/tomorrow", { body: { a: 1n === 1n }, query: { b: "c d" } }),
    { anything: true },
  ],
  ["a deletion of tomorrow", (client) => client.delete("/tomorrow/1"), { status: 204, body: "" }],
]) {
  test(`${name}: the same request and the same result`, () => sideBySide(call, answers));
}

async function* pieces(...parts) {
  yield* parts;
}

test("the control: a request that differs in one field is found", async () => {
  let calls = 0;
  const call = (client) => client.moderations.create({ input: `text ${(calls += 1)}` });
  await assert.rejects(sideBySide(call, [{}]), { code: "ERR_ASSERTION" });
});

test("embeddings are asked for as base64 at OpenAI's own host only, and both kinds of answer become numbers", async () => {
  const asked = async (Class, baseURL, answer) => {
    let body;
    const fetch = async (_url, init) => {
      body = JSON.parse(init.body);
      return Response.json(answer);
    };
    const client = new Class({ apiKey: KEY, baseURL, fetch });
    const { data } = await client.embeddings.create({ model: "m", input: "a" });
    return { format: body.encoding_format, vector: data[0].embedding };
  };
  const own = "https://api.openai.com/v1";
  const base64 = vectors(base64Of(0.5, -1));
  assert.deepEqual(await asked(OpenAI, own, base64), await asked(Official, own, base64));
  assert.deepEqual(await asked(OpenAI, own, base64), { format: "base64", vector: [0.5, -1] });
  for (const other of [server.baseUrl, "https://api.openai.com.example.com/v1"]) {
    assert.deepEqual(await asked(OpenAI, other, vectors([0.5, -1])), {
      format: undefined,
      vector: [0.5, -1],
    });
    assert.deepEqual(await asked(OpenAI, other, base64), { format: undefined, vector: [0.5, -1] });
  }
  // A server that ignores the wish: the official client gives a vector of another length.
  assert.deepEqual((await asked(OpenAI, own, vectors([0.5, -1]))).vector, [0.5, -1]);
  const error = await failure(asked(OpenAI, own, vectors("AAA")));
  assert.equal(error.name, "ResponseError");
  assert.match(error.message, /data\[0\]\.embedding/);
});

test("an error status is the same error, by name, fields and message", async () => {
  const said = {
    message: "No such thing",
    type: "invalid_request_error",
    param: "model",
    code: "model_not_found",
  };
  for (const status of [400, 401, 402, 403, 404, 408, 409, 418, 422, 429, 500, 503, 529]) {
    for (const body of [
      { error: said },
      { error: { ...said, message: { en: "x" } } },
      { error: { code: 5 } },
      "",
      "short words",
    ]) {
      const errors = [];
      for (const client of [official, ours]) {
        server.answer({
          status,
          body,
          headers: {
            "x-request-id": "req_9",
            "content-type": typeof body === "string" ? "text/plain" : "application/json",
          },
        });
        errors.push(await failure(client.models.list()));
      }
      const [expected, actual] = errors.map(
        ({ constructor, status, code, param, type, requestID, message, error, headers }) => ({
          name: constructor.name,
          ...{ status, code, param, type, requestID, message, error },
          header: headers.get("x-request-id"),
        }),
      );
      assert.deepEqual(actual, expected);
    }
  }
});

test("what comes without an answer is the same error, by name and message", async () => {
  const cases = [
    [(client) => client.models.list({ timeout: 20 }), () => {}],
    [(client) => client.models.list(), (request) => request.socket.destroy()],
    [(client) => client.models.list({ signal: AbortSignal.abort() }), () => {}],
  ];
  for (const [call, answer] of cases) {
    const seen = [];
    for (const client of [official, ours]) {
      server.answer(answer);
      const { constructor, message, status, code, requestID } = await failure(call(client));
      // Ours says besides which address was not reached.
      seen.push({
        name: constructor.name,
        message: message.replace(/: http:.* was not reached\.$/, "."),
        status,
        code,
        requestID,
      });
    }
    assert.deepEqual(seen[1], seen[0]);
  }
});

test("both have the same error classes, in the same order of inheritance", () => {
  const chain = (Class) =>
    Class === Error ? [] : [Class.name, ...chain(Object.getPrototypeOf(Class))];
  const names = [
    "OpenAIError",
    "APIError",
    "APIConnectionError",
    "APIConnectionTimeoutError",
    "APIUserAbortError",
    "NotFoundError",
    "ConflictError",
    "RateLimitError",
    "BadRequestError",
    "AuthenticationError",
    "InternalServerError",
    "PermissionDeniedError",
    "UnprocessableEntityError",
  ];
  for (const name of names) assert.deepEqual(chain(OpenAI[name]), chain(Official[name]), name);
});
