// What comes with a call beside its answer: headers as data, identifiers, logs, numbers of any size.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { edge, failure, keyless } from "../support/packed.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { partOf } from "../support/streams.mjs";

const { default: OpenAI, watchFingerprint } = await keyless();
const { default: Edge } = await edge();
let server;
let client;

before(async () => {
  server = await startRecorder();
  client = new OpenAI({ proxyUrl: server.baseUrl });
});
after(() => server.stop());

const chat = { model: "m", messages: [{ role: "user", content: "Hi" }] };
const again = { status: 500, headers: { "retry-after-ms": "1" } };
const LIMITS = {
  "x-request-id": "req_1",
  "x-ratelimit-limit-requests": "60",
  "x-ratelimit-remaining-requests": "59",
  "x-ratelimit-reset-requests": "1s",
  "x-ratelimit-limit-tokens": "150000",
  "x-ratelimit-remaining-tokens": "149984",
  "x-ratelimit-reset-tokens": "1h6m0.5s20ms",
};
const limits = {
  requests: { limit: 60, remaining: 59, resetMs: 1000 },
  tokens: { limit: 150000, remaining: 149984, resetMs: 3_960_520 },
};

test("every kind of answer gives its request id and what is left of the limits", async () => {
  const events = { "content-type": "text/event-stream" };
  for (const [call, body, type] of [
    [() => client.moderations.create({ input: "x" }), { results: [] }],
    [() => client.models.list(), { data: [] }],
    [
      () => client.files.content("f"),
      "\u0001\u0002",
      { "content-type": "application/octet-stream" },
    ],
    [
      () =>
        client.audio.translations.create({
          file: new Blob(["x"]),
          model: "m",
          response_format: "vtt",
        }),
      "WEBVTT",
      { "content-type": "text/vtt" },
    ],
    [
      () => client.completions.create({ model: "m", prompt: "x", stream: true }),
      "data: [DONE]\n\n",
      events,
    ],
  ]) {
    const answer = { body, headers: { ...LIMITS, ...type } };
    server.answer(answer);
    const { data, response, request_id, rate_limit } = await call().withResponse();
    assert.deepEqual([response.status, request_id, rate_limit], [200, "req_1", limits]);
    if (typeof body === "object") {
      assert.deepEqual([data._request_id, data._rate_limit], ["req_1", limits]);
      assert.ok(
        !JSON.stringify(data).includes("req_1") && !Object.keys(data).includes("_rate_limit"),
      );
    }
    server.answer(answer);
    const promise = call();
    const raw = await promise.asResponse();
    assert.equal(await raw.text(), typeof body === "string" ? body : JSON.stringify(body));
    server.answer(answer);
    const late = call();
    await late;
    assert.equal((await late.asResponse()).status, 200);
  }
});

test("an error gives what is left of the limits, and an answer without them gives nothing", async () => {
  server.answer({ status: 429, headers: { ...LIMITS, "x-should-retry": "false" }, body: {} });
  const error = await failure(client.models.list());
  assert.deepEqual([error.requestID, error.rateLimit], ["req_1", limits]);
  server.answer({ body: {} });
  assert.equal((await client.models.retrieve("m"))._rate_limit, undefined);
  server.answer({
    body: {},
    headers: { "x-ratelimit-remaining-tokens": "many", "x-ratelimit-reset-tokens": "soon" },
  });
  assert.deepEqual((await client.models.retrieve("m"))._rate_limit, {
    tokens: { limit: undefined, remaining: undefined, resetMs: undefined },
  });
});

test("an idempotency key is the same for every attempt of its call, and of no other", async () => {
  server.answer(again, again, { body: {} });
  await client.moderations.create({ input: "x" }, { idempotencyKey: "order-1" });
  assert.deepEqual(
    server.requests.map(({ headers }) => headers["idempotency-key"]),
    ["order-1", "order-1", "order-1"],
  );
  server.answer({ body: {} });
  await client.moderations.create({ input: "x" });
  assert.equal(server.requests[0].headers["idempotency-key"], undefined);
});

test("whole numbers of any size reach the server with all their digits", async () => {
  const rawJSON = Object.getOwnPropertyDescriptor(JSON, "rawJSON");
  for (const engine of ["as it is", "without rawJSON"]) {
    if (engine === "without rawJSON") delete JSON.rawJSON;
    for (const [params, text] of [
      [{ seed: 9223372036854775807n }, '{"seed":9223372036854775807}'],
      [{ seed: "-9223372036854775808" }, '{"seed":-9223372036854775808}'],
      [{ seed: "0123" }, '{"seed":"0123"}'],
      [{ seed: "1e5" }, '{"seed":"1e5"}'],
      [{ user: "12345678901234567890" }, '{"user":"12345678901234567890"}'],
      [{ inner: { seed: "5", list: [1n, "1"] } }, '{"inner":{"seed":"5","list":[1,"1"]}}'],
      [{ seed: 1n, text: '"1", "-5"' }, '{"seed":1,"text":"\\"1\\", \\"-5\\""}'],
    ]) {
      server.answer({ body: {} });
      await client.post("/x", { body: params });
      assert.equal(server.requests[0].body.toString(), text, engine);
    }
  }
  if (rawJSON) Object.defineProperty(JSON, "rawJSON", rawJSON);
});

test("JSON that ends like a stream, or comes as its one event, is read; a stream is told by its name", async () => {
  const done = "\n\ndata: [DONE]\n\n";
  const json = '{"choices":[{"message":{"content":"data: [DONE]"}}]}';
  const events = "text/event-stream";
  for (const [body, type] of [
    [`${json}${done}`, "application/json"],
    [`${json}data: [DONE]`, "application/json"],
    [`data: ${json}${done}`, events],
    [`data:${json}\n\n`, events],
    [`event: message\ndata: ${json}${done}`, events],
    [json, events],
    [`\n\n\n${json}`, "application/json"],
  ]) {
    server.answer({ body, headers: { "content-type": type } });
    assert.deepEqual(await client.chat.completions.create(chat), JSON.parse(json), body);
  }
  server.answer({
    body: `data: ${json}\n\ndata: ${json}${done}`,
    headers: { "content-type": events },
  });
  const error = await failure(client.chat.completions.create(chat));
  assert.equal(error.name, "ResponseError");
  assert.match(error.message, /text\/event-stream .*where JSON was expected/);
});

test("a list that never moves on is an error, not an endless loop", async () => {
  server.answer({ body: { data: [{ id: "a" }, { id: "b" }], has_more: true } });
  const seen = [];
  const error = await failure(async () => {
    for await (const { id } of client.files.list()) seen.push(id);
  });
  assert.equal(error.name, "ResponseError");
  assert.deepEqual(seen, ["a", "b"]);
  server.answer({ body: { data: [], has_more: true } });
  const page = await client.files.list();
  assert.equal(page.hasNextPage(), false);
  assert.match((await failure(page.getNextPage())).message, /No next page/);
});

test("pages come one after the other, each with the cursor of the one before", async () => {
  const page = (ids, has_more) => ({ body: { data: ids.map((id) => ({ id })), has_more } });
  server.answer(page(["a"], true), page(["b/c"], true), page(["d"], false));
  const pages = [];
  for await (const { data } of (await client.files.list({ limit: 1 })).iterPages())
    pages.push(data[0].id);
  assert.deepEqual(pages, ["a", "b/c", "d"]);
  assert.deepEqual(
    server.requests.map(({ url }) => url.replace("/v1/files", "")),
    ["?limit=1", "?limit=1&after=a", "?limit=1&after=b%2Fc"],
  );
});

test("a logger hears of every attempt at its level, and of no secret", async () => {
  const KEY = "sk-proj-CANARY0123456789";
  const names = ["error", "warn", "info", "debug"];
  for (const [logLevel, heard] of [
    ["off", []],
    ["error", []],
    ["warn", []],
    ["info", ["info"]],
    ["debug", ["debug", "info"]],
  ]) {
    const lines = [];
    const logger = Object.fromEntries(
      names.map((name) => [name, (...said) => lines.push([name, ...said])]),
    );
    const headers = { "x-own": "CANARY", "x-api-key": "CANARY" };
    const logged = new Edge({
      apiKey: KEY,
      baseURL: server.baseUrl,
      logLevel,
      logger,
      defaultHeaders: headers,
    });
    server.answer(
      { ...again, headers: { ...again.headers, "set-cookie": "CANARY" } },
      { body: { said: "CANARY" }, headers: { "x-request-id": "req_7", "set-cookie": "CANARY" } },
    );
    await logged.chat.completions.create(
      { ...chat, user: "CANARY" },
      { query: { key: "CANARY" }, headers: { cookie: "CANARY" } },
    );
    assert.deepEqual([...new Set(lines.map(([name]) => name))].sort(), heard, logLevel);
    const text = JSON.stringify(lines);
    assert.ok(!text.includes("CANARY"), text);
    if (logLevel === "info") {
      assert.match(
        lines[0][1],
        /^\[call_\w+\] POST \/chat\/completions failed with status 500 in \d+ ms, retried in 1 ms$/,
      );
      assert.match(
        lines[1][1],
        /^\[call_\w+\] POST \/chat\/completions succeeded with status 200 in \d+ ms$/,
      );
    }
    if (logLevel === "debug")
      assert.ok(text.includes("req_7") && text.includes('"authorization":"***"'));
  }
  server.answer({ body: {} });
  const broken = Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new Error("full");
      },
    ]),
  );
  await new OpenAI({ proxyUrl: server.baseUrl, logger: broken, logLevel: "debug" }).models.retrieve(
    "m",
  );
});

test("a job's events are a live stream that ends with [DONE], and with an error before it", async () => {
  const events = ["Job started.", "Job succeeded."].map((message) => ({
    object: "fine-tune-event",
    created_at: 1,
    level: "info",
    message,
  }));
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  server.answer({
    body: `${body}data: [DONE]\n\n`,
    headers: { "content-type": "text/event-stream" },
  });
  const seen = [];
  for await (const event of await client.fineTunes.listEvents("ft-1", { stream: true }))
    seen.push(event);
  assert.deepEqual(seen, events);
  assert.equal(server.requests[0].url, "/v1/fine-tunes/ft-1/events?stream=true");
  server.answer({ body, headers: { "content-type": "text/event-stream" } });
  const cut = await client.fineTunes.listEvents("ft-1", { stream: true });
  assert.equal(
    (
      await failure(async () => {
        for await (const _ of cut);
      })
    ).name,
    "StreamTruncatedError",
  );
  server.answer({ body: { object: "list", data: events } });
  assert.deepEqual((await client.fineTunes.listEvents("ft-1")).data, events);
});

test("a signal ends a body that the caller reads, and keeps no listener", async () => {
  server.answer((_request, response) => response.writeHead(200).write("first"));
  const leaving = new AbortController();
  const response = await client.files.content("f", { signal: leaving.signal });
  const reader = response.body.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "first");
  const rest = failure(reader.read());
  leaving.abort();
  assert.equal((await rest).name, "AbortError");
});

test("a watcher tells when one seed's fingerprint changed", () => {
  const changes = [];
  const watch = watchFingerprint((seen) => changes.push(seen));
  const at = (system_fingerprint, seed = 7n, model = "m") =>
    watch({ model, seed }, { system_fingerprint });
  assert.deepEqual(at("fp_1"), {
    model: "m",
    seed: 7n,
    fingerprint: "fp_1",
    previous: undefined,
    changed: false,
  });
  at("fp_1");
  at(undefined);
  at(null);
  at("fp_2", 8);
  at("fp_3", 7, "other");
  at("fp_4", null);
  at("fp_5", null);
  assert.deepEqual(changes, []);
  assert.deepEqual(at("fp_2", "7"), {
    model: "m",
    seed: "7",
    fingerprint: "fp_2",
    previous: "fp_1",
    changed: true,
  });
  assert.equal(changes.length, 1);
  assert.equal(at("fp_2").changed, false);
});

test("a header or a query that is undefined says nothing or removes, as in the official package, and null removes", async () => {
  const other = new OpenAI({
    proxyUrl: server.baseUrl,
    defaultHeaders: { "x-d": "1", "x-none": undefined },
    defaultQuery: { a: "1", b: "2", none: undefined, nil: null },
  });
  for (const [options, header, url] of [
    [{}, "1", "?a=1&b=2"],
    [{ headers: { "x-d": undefined } }, "1", "?a=1&b=2"],
    [{ headers: { "x-d": null } }, undefined, "?a=1&b=2"],
    [{ headers: { "x-d": "2" } }, "2", "?a=1&b=2"],
    [{ query: { a: undefined } }, "1", "?b=2"],
    [{ query: { a: null, b: null } }, "1", ""],
    [{ query: { a: "3", c: undefined } }, "1", "?b=2&a=3"],
    [
      {
        query: [
          ["b", "3"],
          ["b", "4"],
        ],
      },
      "1",
      "?a=1&b=3&b=4",
    ],
  ]) {
    server.answer({ body: {} });
    await other.get("/x", options);
    const [request] = server.requests;
    assert.deepEqual(
      [request.headers["x-d"], request.url, request.headers["x-none"]],
      [header, `/v1/x${url}`, undefined],
      JSON.stringify(options),
    );
  }
  server.answer({ body: {} });
  await new Edge({ apiKey: "k", baseURL: server.baseUrl }).get("/x", {
    headers: { authorization: undefined },
  });
  assert.equal(server.requests[0].headers.authorization, "Bearer k");
});

test("a body is JSON whatever its kind, a stream where it is one, and never an empty object by accident", async () => {
  const keyed = new Edge({ apiKey: "k", baseURL: server.baseUrl });
  async function* parts() {
    yield "h";
    yield new Uint8Array([105]);
  }
  class Params {
    model = "m";
  }
  for (const each of [client, keyed]) {
    for (const [body, text, headers, type = "application/json"] of [
      [[1], "[1]"],
      ["text", '"text"'],
      [5, "5"],
      [false, "false"],
      [new Params(), '{"model":"m"}'],
      [{ a: {}, b: [], c: Object.create(null) }, '{"a":{},"b":[],"c":{}}'],
      [new Date(0), '"1970-01-01T00:00:00.000Z"'],
      ["a: b", "a: b", { "Content-Type": "application/yaml" }, "application/yaml"],
      [parts(), "hi", undefined, undefined],
      [null, "", undefined, undefined],
      [undefined, "", undefined, undefined],
    ]) {
      server.answer({ body: {} });
      const given = body?.[Symbol.asyncIterator] ? parts() : body;
      await each.post("/x", { body: given, headers });
      const [request] = server.requests;
      assert.equal(request.body.toString(), text);
      if (type !== "application/json" || text === "") continue;
      if (!body[Symbol.asyncIterator]) assert.equal(request.headers["content-type"], type);
    }
    server.answer(() => assert.fail("nothing is sent"));
    for (const [body, option, kind] of [
      [new Map([["a", 1]]), "body", "Map"],
      [new Set([1]), "body", "Set"],
      [Promise.resolve({}), "body", "Promise"],
      [new Error("x"), "body", "Error"],
      [{ a: [{ b: new Map([["c", 1]]) }] }, "a[0].b", "Map"],
      [{ list: [new Headers({ a: "b" })] }, "list[0]", "Headers"],
      [() => {}, "body"],
      [Symbol("x"), "body"],
    ]) {
      const error = await failure(each.post("/x", { body }));
      assert.deepEqual([error.name, error.option], ["InvalidOptionError", option], String(error));
      if (kind) assert.ok(error.message.includes(kind), error.message);
    }
    const error = await failure(each.moderations.create({ input: new Map([["a", 1]]) }));
    assert.equal(error.option, "input");
    assert.equal(server.requests.length, 0);
  }
});

test("a server that was not reached is named without its query, and a page hears of CORS", async () => {
  const lost = async () => {
    throw new TypeError("Failed to fetch");
  };
  const { location } = globalThis;
  for (const [page, cors] of [
    [undefined, false],
    [new URL("https://app.example/"), true],
  ]) {
    if (page) globalThis.location = page;
    try {
      const other = new OpenAI({
        proxyUrl: "https://proxy.example/v1",
        fetch: lost,
        maxRetries: 0,
        defaultQuery: { q: "CANARY" },
      });
      const error = await failure(other.get("/x?z=CANARY"));
      assert.equal(error.name, "APIConnectionError");
      assert.ok(
        error.message.startsWith("Connection error: https://proxy.example/v1/x was not reached"),
        error.message,
      );
      assert.equal(error.message.includes("CORS"), cors);
      assert.ok(!error.message.includes("CANARY"));
    } finally {
      if (location === undefined) delete globalThis.location;
      else globalThis.location = location;
    }
  }
});

test("a part of the package that cannot be loaded is no lost connection, and is not asked for again", async () => {
  const { part } = await partOf("lib/part.js");
  const cause = new TypeError("import() is disallowed on ServiceWorkerGlobalScope");
  const error = await failure(part(Promise.reject(cause)));
  assert.deepEqual([error.name, error.cause], ["OpenAIError", cause]);
  assert.match(error.message, /openai-wasm\/static/);
});
