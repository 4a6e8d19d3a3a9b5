// Requests and answers against OpenAI's OpenAPI description of June 2023: what the Rust types write
// (tests/native/openapi.rs), what the JavaScript client sends, and what the stand-in answers.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { keyless } from "../support/packed.mjs";
import {
  formObject,
  operationOf,
  operations,
  requestFaults,
  resolved,
  rustRequests,
  spoilt,
  validator,
} from "../support/openapi.mjs";
import { formOf, startRecorder } from "../support/recorder.mjs";
import { startUpstream } from "../support/upstream.mjs";

/** Operations that nothing here has. */
const GONE = {
  createSearch: "removed in December 2022; in neither API reference of 2023",
  createAnswer: "removed in December 2022; in neither API reference of 2023",
  createClassification: "removed in December 2022; in neither API reference of 2023",
};
/** Where the stand-in answers as the API references do and the description does not. */
const OTHER_ANSWERS = {
  downloadFile:
    "the description has a JSON string; the API references, and OpenAI, send the file's bytes",
};

/** Where OpenAI's own answers, and so the stand-in's, are not what the description promises. */
const KNOWN_FAULTS = {
  createCompletion: {
    fault: /^\/choices\/\d+\/logprobs\/(token|top)_logprobs\/0 must be (number|object)$/,
    why: "the first token of an echoed prompt has no probability: null stands in its place",
  },
};

const { default: OpenAI } = await keyless();
const living = Object.entries(operations).filter(([id]) => !(id in GONE));
const posted = living.filter(([, { request }]) => request);
const MODEL = "stand-in-ngram-1";

/** A request's body as the object that its schema describes. */
const instance = ({ operation, json, form }) =>
  json ?? formObject(form, operations[operation].request.schema);

describe("requests as the Rust types write them", () => {
  for (const [id, { request }] of posted) {
    const written = rustRequests.filter(({ operation }) => operation === id);

    it(`${id}: they are what the description asks for`, () => {
      assert.ok(written.length > 0);
      for (const one of written) {
        assert.equal("form" in one, request.type === "multipart/form-data");
        assert.deepEqual(requestFaults(instance(one), request.schema), [], JSON.stringify(one));
      }
    });

    it(`${id}: every field of the description is in one of them`, () => {
      const used = new Set(written.flatMap((one) => Object.keys(instance(one))));
      assert.deepEqual(
        Object.keys(resolved(request.schema).properties).filter((name) => !used.has(name)),
        [],
      );
    });

    it(`${id}: control: one that lacks a field or has it with another type is found`, () => {
      const faults = validator(request.schema);
      for (const one of written) {
        for (const [what, value] of spoilt(instance(one), request.schema)) {
          assert.notDeepEqual(faults(value), [], `${id} ${what}`);
        }
      }
    });
  }

  it("are of no operation that the description does not have", () => {
    const known = posted.map(([id]) => id);
    assert.deepEqual(
      rustRequests.filter(({ operation }) => !known.includes(operation)),
      [],
    );
  });
});

let upstream;
/** By operation: the answers that came, parsed. */
const answers = {};
before(async () => {
  upstream = await startUpstream();
  await converse();
});
after(() => upstream?.stop());

/** Files that the stand-in takes under the names of the requests. */
async function contents() {
  const { b64_json } = (
    await send("POST", "/images/generations", {
      prompt: "An otter",
      size: "256x256",
      response_format: "b64_json",
    })
  ).data[0];
  const png = Buffer.from(b64_json, "base64");
  const line = JSON.stringify({ prompt: "Say", completion: " this" });
  return {
    "otter.png": png,
    "mask.png": png,
    "audio.mp3": "repeat: otters",
    "german.m4a": "repeat: otters",
    "mydata.jsonl": `${line}\n${line}\n`,
  };
}

/** One exchange without a client; the answer is kept for its operation. */
async function send(method, path, body) {
  const init = { method };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined)
    Object.assign(init, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  const response = await fetch(upstream.baseUrl + path, init);
  const id = operationOf(method, path);
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${path}: ${text}`);
  const type = response.headers.get("content-type").split(";")[0];
  const value = type === "application/json" ? JSON.parse(text) : text;
  (answers[id] ??= []).push({ type, value });
  return value;
}

/** A form of a Rust request, its files filled. */
function filled(fields, files) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([files[value.filename]]), value.filename);
  }
  return form;
}

/** Every operation at least once, each of the Rust types' requests among them. */
async function converse() {
  const files = await contents();
  const fill = (json, id) => JSON.parse(JSON.stringify(json).replaceAll("{file_id}", id));
  let file;
  const jobs = [];
  for (const { operation, json, form } of rustRequests) {
    const { path } = operations[operation];
    const answer = await send("POST", path, form ? filled(form, files) : fill(json, file?.id));
    if (operation === "createFile") file = answer;
    if (operation === "createFineTune")
      jobs.push(answer, await send("POST", path, { training_file: file.id }));
  }
  await send("POST", `/fine-tunes/${jobs[1].id}/cancel`);
  // The stream of events ends when the job does.
  await (await fetch(`${upstream.baseUrl}/fine-tunes/${jobs[0].id}/events?stream=true`)).text();
  await send("GET", "/fine-tunes");
  await send("GET", `/fine-tunes/${jobs[0].id}/events`);
  const { fine_tuned_model: model } = await send("GET", `/fine-tunes/${jobs[0].id}`);
  for (const path of ["/models", `/models/${model}`, "/engines", `/engines/${MODEL}`])
    await send("GET", path);
  await send("DELETE", `/models/${model}`);
  for (const path of ["/files", `/files/${file.id}`, `/files/${file.id}/content`])
    await send("GET", path);
  await send("DELETE", `/files/${file.id}`);
}

describe("the stand-in's answers", () => {
  for (const [id, { response }] of living) {
    if (id in OTHER_ANSWERS) {
      it(`${id}: another answer, because ${OTHER_ANSWERS[id]}`, () => {
        for (const { value, type } of answers[id]) {
          assert.equal(typeof value, "string");
          assert.notEqual(type, response.type);
        }
      });
      continue;
    }
    it(`${id}: they are what the description promises`, () => {
      const faults = validator(response.schema);
      assert.ok(answers[id]?.length > 0);
      const found = answers[id].flatMap(({ value }) => faults(value));
      const known = found.filter((fault) => KNOWN_FAULTS[id]?.fault.test(fault));
      assert.equal(known.length > 0, id in KNOWN_FAULTS, KNOWN_FAULTS[id]?.why);
      assert.deepEqual(
        found.filter((fault) => !known.includes(fault)),
        [],
        JSON.stringify(answers[id]).slice(0, 2000),
      );
      for (const { type } of answers[id]) assert.equal(type, response.type);
    });

    it(`${id}: control: one that lacks a field or has it with another type is found`, () => {
      const faults = validator(response.schema);
      const [{ value }] = answers[id];
      const all = [...spoilt(value, response.schema)];
      assert.ok(all.length > 1);
      for (const [what, wrong] of all) assert.notDeepEqual(faults(wrong), [], `${id} ${what}`);
    });
  }

  it("errors are the description's ErrorResponse", async () => {
    const faults = validator({ $ref: "#/$defs/ErrorResponse" });
    for (const [path, init] of [
      ["/models/none", {}],
      [
        "/completions",
        { method: "POST", body: "{}", headers: { "content-type": "application/json" } },
      ],
    ]) {
      const body = await (await fetch(upstream.baseUrl + path, init)).json();
      assert.deepEqual(faults(body), [], JSON.stringify(body));
    }
    assert.notDeepEqual(faults({ error: "text" }), []);
  });
});

/** Each operation by the client's own method; `id` is what stands in the path. */
const METHODS = {
  listEngines: (client) => client.engines.list(),
  retrieveEngine: (client, { id }) => client.engines.retrieve(id),
  createChatCompletion: (client, { params }) => client.chat.completions.create(params),
  createCompletion: (client, { params }) => client.completions.create(params),
  createEdit: (client, { params }) => client.edits.create(params),
  createImage: (client, { params }) => client.images.generate(params),
  createImageEdit: (client, { params }) => client.images.edit(params),
  createImageVariation: (client, { params }) => client.images.createVariation(params),
  createEmbedding: (client, { params }) => client.embeddings.create(params),
  createTranscription: (client, { params }) => client.audio.transcriptions.create(params),
  createTranslation: (client, { params }) => client.audio.translations.create(params),
  listFiles: (client) => client.files.list(),
  createFile: (client, { params }) => client.files.create(params),
  deleteFile: (client, { id }) => client.files.delete(id),
  retrieveFile: (client, { id }) => client.files.retrieve(id),
  downloadFile: (client, { id }) => client.files.content(id),
  createFineTune: (client, { params }) => client.fineTunes.create(params),
  listFineTunes: (client) => client.fineTunes.list(),
  retrieveFineTune: (client, { id }) => client.fineTunes.retrieve(id),
  cancelFineTune: (client, { id }) => client.fineTunes.cancel(id),
  listFineTuneEvents: (client, { id }) => client.fineTunes.listEvents(id, { stream: false }),
  listModels: (client) => client.models.list(),
  retrieveModel: (client, { id }) => client.models.retrieve(id),
  deleteModel: (client, { id }) => client.models.delete(id),
  createModeration: (client, { params }) => client.moderations.create(params),
};

describe("requests as the JavaScript client sends them", () => {
  let recorder;
  let client;
  before(async () => {
    recorder = await startRecorder();
    recorder.answer({ body: {} });
    client = new OpenAI({ proxyUrl: recorder.baseUrl, maxRetries: 0 });
  });
  after(() => recorder?.stop());

  /** The request that a call sends. */
  async function recorded(call) {
    recorder.requests.length = 0;
    await call();
    assert.equal(recorder.requests.length, 1);
    const [{ method, url, headers, body }] = recorder.requests;
    return {
      method,
      path: url.replace(/^\/v1/, ""),
      headers,
      body,
      type: headers["content-type"]?.split(";")[0],
    };
  }

  const parameters = ({ json, form, operation }) =>
    json ??
    Object.fromEntries(
      Object.entries(formObject(form, operations[operation].request.schema)).map(
        ([name, value]) => [name, value.filename ? new File(["content"], value.filename) : value],
      ),
    );

  it("are there for every operation", () => {
    assert.deepEqual(Object.keys(METHODS).sort(), living.map(([id]) => id).sort());
  });

  for (const [id, { method, path, request, query = {} }] of living) {
    it(`${id}: ${method} ${path}`, async () => {
      const written = request
        ? rustRequests.filter(({ operation }) => operation === id)
        : [undefined];
      for (const one of written) {
        const sent = await recorded(() =>
          METHODS[id](client, { id: "an-id", params: one && parameters(one) }),
        );
        assert.equal(sent.method, method);
        assert.equal(operationOf(sent.method, sent.path), id);
        assert.equal(sent.type, request?.type);
        for (const [name, value] of new URLSearchParams(sent.path.split("?")[1])) {
          assert.deepEqual(validator(query[name])(JSON.parse(value)), [], name);
        }
        if (!request) continue;
        const content = one.form
          ? (await formOf(sent)).map(([name, value]) => [
              name,
              value.filename ? { filename: value.filename } : value,
            ])
          : JSON.parse(sent.body);
        assert.deepEqual(
          requestFaults(one.form ? formObject(content, request.schema) : content, request.schema),
          [],
        );
        // Both languages send the same.
        const sorted = (fields) => fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
        if (one.form) assert.deepEqual(sorted(content), sorted(one.form));
        else assert.deepEqual(content, one.json);
      }
    });
  }

  it("control: a form's field of another name or type is found", async () => {
    const { request } = operations.createImageVariation;
    const image = new File(["content"], "otter.png");
    const sent = await recorded(() =>
      client.images.createVariation({ image, colour: "red", n: "many" }),
    );
    const faults = requestFaults(formObject(await formOf(sent), request.schema), request.schema);
    assert.deepEqual(faults, [
      "/n must be integer,null",
      "/colour is not a field of the description",
    ]);
  });
});
