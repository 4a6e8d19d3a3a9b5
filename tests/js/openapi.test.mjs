// Requests and answers against OpenAI's OpenAPI description of June 2023: what the Rust types write
// (tests/native/openapi.rs), what the JavaScript client sends, and what the stand-in answers.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { keyless } from "../support/packed.mjs";
import { formObject, operationOf, operations, resolved, rustRequests, spoilt, validator } from "../support/openapi.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

/** Operations that nothing here has. */
const GONE = {
  createSearch: "removed in December 2022; in neither API reference of 2023",
  createAnswer: "removed in December 2022; in neither API reference of 2023",
  createClassification: "removed in December 2022; in neither API reference of 2023",
};
/** Where the stand-in answers as the API references do and the description does not. */
const OTHER_ANSWERS = {
  downloadFile: "the description has a JSON string; the API references, and OpenAI, send the file's bytes",
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
const instance = ({ operation, json, form }) => json ?? formObject(form, operations[operation].request.schema);

describe("requests as the Rust types write them", () => {
  for (const [id, { request }] of posted) {
    const written = rustRequests.filter(({ operation }) => operation === id);

    it(`${id}: they are what the description asks for`, () => {
      const faults = validator(request.schema);
      assert.ok(written.length > 0);
      for (const one of written) {
        assert.equal("form" in one, request.type === "multipart/form-data");
        assert.deepEqual(faults(instance(one)), [], JSON.stringify(one));
      }
    });

    it(`${id}: every field of the description is in one of them`, () => {
      const used = new Set(written.flatMap((one) => Object.keys(instance(one))));
      assert.deepEqual(Object.keys(resolved(request.schema).properties).filter((name) => !used.has(name)), []);
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
    assert.deepEqual(rustRequests.filter(({ operation }) => !known.includes(operation)), []);
  });
});

let upstream;
let client;
/** By operation: the answers that came, parsed. */
const answers = {};
before(async () => {
  upstream = await startUpstream();
  client = new OpenAI({ proxyUrl: upstream.baseUrl, maxRetries: 0 });
  await converse();
});
after(() => upstream?.stop());

/** Files that the stand-in takes under the names of the requests. */
async function contents() {
  const { b64_json } = (await send("POST", "/images/generations", { prompt: "An otter", size: "256x256", response_format: "b64_json" })).data[0];
  const png = Buffer.from(b64_json, "base64");
  const line = JSON.stringify({ prompt: "Say", completion: " this" });
  return { "otter.png": png, "mask.png": png, "audio.mp3": "repeat: otters", "german.m4a": "repeat: otters", "mydata.jsonl": `${line}\n${line}\n` };
}

/** One exchange without a client; the answer is kept for its operation. */
async function send(method, path, body) {
  const init = { method };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) Object.assign(init, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
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
    if (operation === "createFineTune") jobs.push(answer, await send("POST", path, { training_file: file.id }));
  }
  await send("POST", `/fine-tunes/${jobs[1].id}/cancel`);
  // The stream of events ends when the job does.
  await (await fetch(`${upstream.baseUrl}/fine-tunes/${jobs[0].id}/events?stream=true`)).text();
  await send("GET", "/fine-tunes");
  await send("GET", `/fine-tunes/${jobs[0].id}/events`);
  const { fine_tuned_model: model } = await send("GET", `/fine-tunes/${jobs[0].id}`);
  for (const path of ["/models", `/models/${model}`, "/engines", `/engines/${MODEL}`]) await send("GET", path);
  await send("DELETE", `/models/${model}`);
  for (const path of ["/files", `/files/${file.id}`, `/files/${file.id}/content`]) await send("GET", path);
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
      assert.deepEqual(found.filter((fault) => !known.includes(fault)), [], JSON.stringify(answers[id]).slice(0, 2000));
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
      ["/completions", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }],
    ]) {
      const body = await (await fetch(upstream.baseUrl + path, init)).json();
      assert.deepEqual(faults(body), [], JSON.stringify(body));
    }
    assert.notDeepEqual(faults({ error: "text" }), []);
  });
});

describe("requests as the JavaScript client sends them", () => {
  /** What the stand-in saw of one call. */
  async function recorded(call) {
    await upstream.reset();
    await call();
    const [record] = await upstream.requests();
    return record;
  }

  for (const [id, { method, path, request }] of posted.filter(([, { request }]) => request.type === "application/json")) {
    it(`${id}: JSON of the description, as it was given`, async () => {
      for (const { json } of rustRequests.filter(({ operation }) => operation === id)) {
        // A file of a fine-tune is gone by now; the request is what counts here.
        const record = await recorded(() => client.post(path, { body: json }).catch(() => undefined));
        assert.equal(operationOf(record.method, record.path.replace(/^\/v1/, "")), id);
        assert.equal(record.method, method);
        assert.equal(headerOf(record, "content-type"), request.type);
        const body = JSON.parse(record.body);
        assert.deepEqual(body, json);
        assert.deepEqual(validator(request.schema)(body), []);
      }
    });
  }
});
