// Forms: what is a file and what is none, streams that are uploaded as they are read, and their ends.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";

import { edge, failure, keyless } from "../support/packed.mjs";
import { formOf, startRecorder } from "../support/recorder.mjs";

const { default: OpenAI, InvalidOptionError, toFile } = await keyless();
const { default: Edge } = await edge();
let server;
let client;
/** A client that uploads a stream as it is read; the page's client reads it first, since its proxy wants a length. */
let streaming;

before(async () => {
  server = await startRecorder();
  client = new OpenAI({ proxyUrl: server.baseUrl, maxRetries: 2 });
  streaming = new Edge({ apiKey: "k", baseURL: server.baseUrl, maxRetries: 2 });
});
after(() => server.stop());

const upload = (file, options, by = client) => by.files.create({ purpose: "x", file }, options);
const stream = (file, options) => upload(file, options, streaming);
const sent = async () => Object.fromEntries(await formOf(server.requests.at(-1)));
async function* pieces(...parts) {
  yield* parts;
}
const retryAtOnce = { status: 503, headers: { "retry-after-ms": "1" } };

test("every kind of file arrives whole, with its name and media type", async () => {
  const response = (url) =>
    Object.defineProperty(new Response("hi", { headers: { "content-type": "text/csv" } }), "url", {
      value: url,
    });
  for (const [file, filename, type] of [
    [new File(["hi"], "a.csv", { type: "text/csv" }), "a.csv", "text/csv"],
    [new File(["hi"], "C:\\folder\\a.csv"), "a.csv", "application/octet-stream"],
    [new Blob(["hi"], { type: "text/csv" }), "unknown_file.csv", "text/csv"],
    [response("https://x.example/files/a.csv?signature=SECRET#x"), "a.csv", "text/csv"],
    [new Blob(["hi"]).stream(), "unknown_file", "application/octet-stream"],
    [pieces("h", new Uint8Array([105])), "unknown_file", "application/octet-stream"],
    [pieces("h", new Blob(["i"])), "unknown_file", "application/octet-stream"],
    [Object.assign(pieces("hi"), { path: "/home/x/a.csv" }), "a.csv", "application/octet-stream"],
    [{ data: pieces("hi"), name: 'a "b"\r\n.csv', type: "text/csv" }, 'a "b"\r\n.csv', "text/csv"],
    [
      { data: pieces("hi"), name: "a.csv", type: "text/csv\r\nx-evil: 1" },
      "a.csv",
      "application/octet-stream",
    ],
    [toFile("hi", "a.csv", { type: "text/csv" }), "a.csv", "text/csv"],
    [toFile(new Uint8Array([104, 105]).buffer, "a.csv"), "a.csv", "application/octet-stream"],
    [toFile(Promise.resolve(response("https://x.example/a.csv?b"))), "a.csv", "text/csv"],
    [toFile(new Blob(["hi"]).stream(), "a.csv"), "a.csv", "application/octet-stream"],
  ]) {
    server.answer({ body: {} });
    await upload(await file);
    const { file: arrived, purpose } = await sent();
    assert.deepEqual([arrived, purpose], [{ filename, type, content: "hi" }, "x"]);
  }
});

test("a file that is none is refused by its field, before anything is sent", async () => {
  server.answer({ body: {} });
  const read = new Response("x");
  await read.text();
  const deep = {};
  let inner = deep;
  for (let level = 0; level < 50; level += 1) inner = inner.a = {};
  for (const [call, option] of [
    [() => upload(undefined), "file"],
    [() => upload(null), "file"],
    [() => upload("otter.png"), "file"],
    [() => upload({}), "file"],
    [() => upload(5), "file"],
    [() => upload([]), "file"],
    [() => upload(new Uint8Array([1])), "file"],
    [() => upload(new ArrayBuffer(1)), "file"],
    [() => upload(read), "file"],
    [() => client.images.edit({ image: [new Blob(["x"]), "y"], prompt: "x" }), "image[]"],
    [() => client.images.edit({ image: new Blob(["x"]), mask: "y", prompt: "x" }), "mask"],
    [() => client.images.createVariation({}), "image"],
    [() => client.images.createVariation(), "params"],
    [() => client.images.createVariation([]), "params"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: null }), "model"],
    [
      () => client.audio.translations.create({ file: new Blob(["x"]), model: { a: [null] } }),
      "model[a][]",
    ],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: () => {} }), "model"],
    [() => client.audio.translations.create({ file: new Blob(["x"]), model: deep }), /^model\[a\]/],
    [() => toFile(5), "value"],
    [() => toFile({}), "value"],
    [() => toFile(pieces(5)), "value"],
  ]) {
    const error = await failure(call());
    assert.ok(error instanceof InvalidOptionError, `${call}: ${error}`);
    if (typeof option === "string") assert.equal(error.option, option);
    else assert.match(error.option, option);
  }
  assert.equal(server.requests.length, 0);
});

test("an identifier in a path is encoded or refused, and never another endpoint", async () => {
  const calls = [
    ["model", (id) => client.models.retrieve(id)],
    ["model", (id) => client.models.delete(id)],
    ["file_id", (id) => client.files.retrieve(id)],
    ["file_id", (id) => client.files.content(id)],
    ["fine_tune_id", (id) => client.fineTunes.cancel(id)],
    ["fine_tune_id", (id) => client.fineTunes.listEvents(id, { stream: true })],
    ["engine_id", (id) => client.engines.retrieve(id)],
  ];
  for (const [name, call] of calls) {
    server.answer({ body: {} });
    for (const id of ["", ".", "..", undefined, null, 5, {}, ["a"], "\ud800"]) {
      const error = await failure(call(id));
      assert.ok(error instanceof InvalidOptionError, `${name} ${id}: ${error}`);
      assert.equal(error.option, name);
    }
    assert.equal(server.requests.length, 0);
  }
  for (const [id, path] of [
    ["a/b", "a%2Fb"],
    ["../admin", "..%2Fadmin"],
    ["a?b=c#d", "a%3Fb%3Dc%23d".replace("%3D", "=")],
    ["%2e%2e", "%252e%252e"],
    ["é \\\n", "%C3%A9%20%5C%0A"],
    ["ft:gpt-4o:acme::id@1", "ft:gpt-4o:acme::id@1"],
  ]) {
    server.answer({ body: {} });
    await client.models.retrieve(id);
    assert.equal(server.requests[0].url, `/v1/models/${path}`);
  }
});

test("a file in memory is sent again after a failure, a stream is not", async () => {
  server.answer(retryAtOnce, { body: {} });
  await upload(new File(["hi"], "a"));
  assert.equal(server.requests.length, 2);
  assert.deepEqual((await sent()).file.content, "hi");

  server.answer(retryAtOnce, { body: {} });
  assert.equal((await failure(stream(pieces("hi")))).status, 503);
  assert.equal(server.requests.length, 1);

  server.answer((request) => request.socket.destroy());
  assert.equal((await failure(stream(pieces("hi")))).name, "APIConnectionError");
  assert.equal(server.requests.length, 1);

  server.answer(retryAtOnce, { body: {} });
  assert.equal(
    (await failure(streaming.post("/x", { body: new Blob(["x"]).stream() }))).status,
    503,
  );
  assert.equal(server.requests.length, 1);
});

test("the page's client reads a stream first, so that its proxy gets a length, and sends it again", async () => {
  for (const [call, type] of [
    [(body) => upload(body), "form"],
    [
      (body) =>
        client.audio.transcriptions.create({ file: body, model: "m", response_format: "json" }),
      "form",
    ],
    [(body) => client.post("/x", { body })],
  ]) {
    for (const body of [
      pieces("h", new Uint8Array([105])),
      new Blob(["hi"]).stream(),
      Readable.from([Buffer.from("h"), "i"]),
    ]) {
      server.answer(retryAtOnce, { body: {} });
      await call(body);
      assert.equal(server.requests.length, 2);
      const [{ headers }, { body: arrived }] = server.requests;
      assert.equal(headers["transfer-encoding"], undefined);
      assert.ok(Number(headers["content-length"]) > 0);
      assert.equal(type ? (await sent()).file.content : arrived.toString(), "hi");
    }
  }
});

test("a file without a name gets an ending from its media type, by which servers go", async () => {
  for (const [type, ending] of [
    ["audio/webm;codecs=opus", ".webm"],
    ["video/webm", ".webm"],
    ["audio/mpeg", ".mp3"],
    ["audio/mp3", ".mp3"],
    ["audio/wav", ".wav"],
    ["audio/x-wav", ".wav"],
    ["audio/ogg; codecs=opus", ".ogg"],
    ["audio/mp4", ".m4a"],
    ["audio/x-m4a", ".m4a"],
    ["video/mp4", ".mp4"],
    ["audio/flac", ".flac"],
    ["image/png", ".png"],
    ["image/jpeg", ".jpeg"],
    ["image/webp", ".webp"],
    ["application/pdf", ".pdf"],
    ["application/json", ".json"],
    ["application/jsonl", ".jsonl"],
    ["application/x-ndjson", ".jsonl"],
    ["text/plain;charset=utf-8", ".txt"],
    ["TEXT/CSV", ".csv"],
    ["application/octet-stream", ""],
    ["application/vnd.ms-excel", ""],
    ["nonsense", ""],
    ["", ""],
  ]) {
    const blob = new Blob(["hi"], { type });
    const response = new Response("hi", {
      headers: { "content-type": type || "application/octet-stream" },
    });
    for (const file of [toFile(blob), toFile("hi", null, { type }), toFile(pieces(blob))]) {
      assert.equal((await file).name, `unknown_file${ending}`, type);
    }
    for (const file of [blob, response, pieces(blob)]) {
      server.answer({ body: {} });
      await upload(file);
      assert.equal((await sent()).file.filename, `unknown_file${ending}`, type);
    }
  }
});

test("toFile takes the given name, type and time over a file's own, and keeps what is not given", async () => {
  const file = new File(["x"], "a.txt", { type: "text/plain", lastModified: 5 });
  // A File of another realm.
  const foreign = {
    name: "a.txt",
    type: "text/plain",
    lastModified: 5,
    size: 1,
    slice() {},
    arrayBuffer: async () => new TextEncoder().encode("x").buffer,
  };
  for (const [given, name, options, expected] of [
    [file, undefined, undefined, ["a.txt", "text/plain", 5]],
    [file, "b.jsonl", { type: "application/jsonl" }, ["b.jsonl", "application/jsonl", 5]],
    [file, "b.txt", undefined, ["b.txt", "text/plain", 5]],
    [file, null, { lastModified: 7 }, ["a.txt", "text/plain", 7]],
    [foreign, undefined, undefined, ["a.txt", "text/plain", 5]],
    [foreign, "b.txt", { lastModified: 8 }, ["b.txt", "text/plain", 8]],
    [new Blob(["x"], { type: "text/csv" }), "b.csv", {}, ["b.csv", "text/csv"]],
    [pieces(new Blob(["x"], { type: "text/csv" })), "b.csv", undefined, ["b.csv", "text/csv"]],
    [
      pieces(new Blob(["x"], { type: "text/csv" })),
      "b.csv",
      { type: "text/plain" },
      ["b.csv", "text/plain"],
    ],
  ]) {
    const made = await toFile(given, name, options);
    assert.ok(made instanceof File);
    assert.equal(await made.text(), "x");
    assert.deepEqual([made.name, made.type], expected.slice(0, 2));
    if (expected[2]) assert.equal(made.lastModified, expected[2]);
    else assert.ok(made.lastModified > 8);
  }
  assert.equal(await toFile(file), file);
});

test("a stream is uploaded as it is read, not first into memory", async () => {
  let arrived;
  const first = new Promise((resolve) => (arrived = resolve));
  server.answer((request, response) => {
    request.once("data", arrived);
    request.on("end", () =>
      response.writeHead(200, { "content-type": "application/json" }).end("{}"),
    );
  });
  const body = async function* () {
    yield "x".repeat(100);
    // The server has the first part while the second is not there yet.
    await first;
    yield "y";
  };
  await stream(body());
  assert.equal(server.requests[0].headers["transfer-encoding"], "chunked");
});

test("where the runtime cannot stream an upload, the file is read first, and a warning says so", async () => {
  const warnings = [];
  const logger = { error() {}, info() {}, debug() {}, warn: (text) => warnings.push(text) };
  const { location } = globalThis;
  // A page over http: Chromium streams uploads over HTTP/2 only.
  globalThis.location = new URL("http://localhost/");
  try {
    const page = new Edge({ apiKey: "k", baseURL: server.baseUrl, logger });
    server.answer(retryAtOnce, { body: {} });
    await page.files.create({
      purpose: "x",
      file: { data: pieces("h", "i"), name: "a.csv", type: "text/csv" },
    });
  } finally {
    if (location === undefined) delete globalThis.location;
    else globalThis.location = location;
  }
  assert.equal(server.requests.length, 2, "what is in memory can be sent again");
  assert.deepEqual((await sent()).file, { filename: "a.csv", type: "text/csv", content: "hi" });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /memory/);
});

test("leaving an upload ends the request and the stream that it reads", async () => {
  for (const by of [streaming, client]) {
    let cancelled;
    const ended = new Promise((resolve) => (cancelled = resolve));
    const leaving = new AbortController();
    server.answer((request) => request.once("data", () => leaving.abort("enough")));
    // One part, and then no more and no end.
    const pull = () => by === client && leaving.abort("enough");
    const start = (controller) => controller.enqueue(new Uint8Array(10));
    const source = new ReadableStream({ start, pull, cancel: cancelled }, { highWaterMark: 1 });
    const error = await failure(upload(source, { signal: leaving.signal }, by));
    assert.equal(error.name, "APIUserAbortError");
    await ended;
    assert.equal(getEventListeners(leaving.signal, "abort").length, 0);
  }
});

test("a source that fails ends the upload with its error", async () => {
  const trouble = new Error("the disk is gone");
  const source = async function* () {
    yield "x";
    throw trouble;
  };
  for (const [make, expected] of [
    [source, (cause) => cause === trouble],
    [() => pieces("x", {}), (cause) => cause.option === "file"],
  ]) {
    let broken;
    const arrived = new Promise((resolve) => (broken = resolve));
    server.answer((request) => request.resume().once("close", broken));
    const error = await failure(stream(make()));
    assert.equal(error.name, "APIConnectionError");
    let { cause } = error;
    while (!expected(cause)) cause = cause.cause;
    await arrived;
    // Read first, it never becomes a request.
    server.answer(() => assert.fail("nothing is sent"));
    assert.ok(expected(await failure(upload(make()))));
    assert.equal(server.requests.length, 0);
  }
});

test("bodies that fetch knows are sent as they are", async () => {
  const form = new FormData();
  form.append("a", "b");
  const edge = new Edge({ apiKey: "k", baseURL: server.baseUrl });
  for (const [body, type, text] of [
    [form, /^multipart\/form-data/, /name="a"\r\n\r\nb\r\n/],
    [new URLSearchParams({ a: "b" }), /^application\/x-www-form-urlencoded/, /^a=b$/],
    [new Blob(["{}\n"], { type: "application/jsonl" }), /^application\/jsonl$/, /^\{\}\n$/],
    [new Uint8Array([104, 105]), undefined, /^hi$/],
    [new Blob(["hi"]).stream(), undefined, /^hi$/],
  ]) {
    for (const each of [client, edge]) {
      server.answer({ body: {} });
      const copy = typeof body.getReader === "function" ? new Blob(["hi"]).stream() : body;
      await each.post("/tomorrow", { body: copy });
      const [{ headers, body: arrived }] = server.requests;
      if (type) assert.match(headers["content-type"], type);
      else assert.equal(headers["content-type"], undefined);
      assert.match(arrived.toString(), text);
    }
  }
});
