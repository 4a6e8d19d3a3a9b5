// What callers get wrong: each is a typed error that names the option, and nothing is sent.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, failure, keyless } from "../support/packed.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, InvalidOptionError, OpenAIError } = await keyless();
const KEY = "sk-proj-CANARY0123456789abcdef";
let upstream;

before(async () => {
  upstream = await startUpstream();
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const thrown = (options) => {
  try {
    new OpenAI(options);
  } catch (error) {
    return error;
  }
  throw new Error(`accepted: ${JSON.stringify(options)}`);
};

test("a constructor names the option that is missing or malformed", () => {
  for (const [options, option, words] of [
    [undefined, "proxyUrl"],
    [{}, "proxyUrl"],
    [{ proxyUrl: null }, "proxyUrl"],
    [{ proxyUrl: "" }, "proxyUrl"],
    [{ proxyUrl: "  \t" }, "proxyUrl"],
    [{ proxyUrl: 5 }, "proxyUrl"],
    [{ proxyUrl: "example.com" }, "proxyUrl"],
    [{ proxyUrl: "//example.com" }, "proxyUrl"],
    [{ proxyUrl: "javascript:alert(1)" }, "proxyUrl"],
    [{ proxyUrl: "data:text/plain,x" }, "proxyUrl"],
    [{ proxyUrl: "#x" }, "proxyUrl"],
    [{ proxyUrl: "https://user:pass@example.com" }, "proxyUrl"],
    [{ proxyUrl: "https://example.com?key=1" }, "proxyUrl"],
    [{ proxyUrl: "https://example.com#x" }, "proxyUrl"],
    [{ proxyUrl: "/v1", token: 5 }, "token"],
    [{ proxyUrl: "/v1", token: "" }, "token"],
    [{ proxyUrl: "/v1", timeout: "5" }, "timeout"],
    [{ proxyUrl: "/v1", timeout: 0 }, "timeout"],
    [{ proxyUrl: "/v1", timeout: NaN }, "timeout"],
    [{ proxyUrl: "/v1", timeout: 2 ** 31 }, "timeout"],
    [{ proxyUrl: "/v1", maxRetries: -1 }, "maxRetries"],
    [{ proxyUrl: "/v1", maxRetries: 1.5 }, "maxRetries"],
    [{ proxyUrl: "/v1", fetch: "fetch" }, "fetch"],
    [{ proxyUrl: "/v1", defaultHeaders: 5 }, "defaultHeaders"],
    [{ proxyUrl: "/v1", defaultHeaders: { a: {} } }, "defaultHeaders.a"],
    [{ proxyUrl: "/v1", idleTimeout: -1 }, "idleTimeout"],
    [{ proxyUrl: "/v1", maxEventBytes: 0 }, "maxEventBytes"],
    [{ proxyUrl: "/v1", truncation: "maybe" }, "truncation"],
    [{ proxyUrl: "/v1", logLevel: "loud" }, "logLevel"],
    [{ proxyUrl: "/v1", logger: { error() {}, warn() {}, info() {} } }, "logger.debug"],
    [{ proxyUrl: "/v1", proxyURL: "/v1" }, "proxyURL", /supported are .*proxyUrl/],
    [{ proxyUrl: "v1" }, "proxyUrl", /a path must begin with \//],
    [{ baseURL: "/v1" }, "baseURL", /use `proxyUrl`/],
    [{ proxyUrl: "/v1", baseUrl: "/v1" }, "baseUrl", /use `proxyUrl`/],
    [{ proxyUrl: "/v1", allowHttp: ["ollama:11434"] }, "allowHttp", /not an option/],
    ["https://example.com/v1", "0"],
  ]) {
    const error = thrown(options);
    assert.ok(error instanceof InvalidOptionError, `${JSON.stringify(options)}: ${error}`);
    assert.equal(error.option, option, JSON.stringify(options));
    assert.ok(error.message.startsWith(`${option}: `), error.message);
    if (words) assert.match(error.message, words);
  }
});

test("nothing that could be a key is accepted, and none is repeated", () => {
  for (const [options, option] of [
    [{ proxyUrl: "/v1", apiKey: KEY }, "apiKey"],
    [{ proxyUrl: "/v1", adminAPIKey: KEY }, "adminAPIKey"],
    [{ proxyUrl: "/v1", organization: "org-1" }, "organization"],
    [{ proxyUrl: "/v1", project: "proj_1" }, "project"],
    [{ proxyUrl: "/v1", dangerouslyAllowBrowser: true }, "dangerouslyAllowBrowser"],
    [{ proxyUrl: "/v1", token: KEY }, "token"],
  ]) {
    const error = thrown(options);
    assert.equal(error.code, "key_not_accepted", `${option}: ${error}`);
    if (option !== "token") assert.match(error.message, /proxyUrl/);
    assert.equal(error.option, option);
    assert.ok(!`${error}\n${error.stack}\n${JSON.stringify(error)}`.includes("CANARY"));
  }
});

test("a key in a header, or from the token function, is refused before anything is sent", async () => {
  for (const [more, call] of [
    [{ defaultHeaders: { "X-Api-Key": KEY } }],
    [{ defaultHeaders: { Authorization: `Bearer ${KEY}` } }],
    [{ defaultHeaders: { "x-trace": KEY } }],
    [{ token: () => KEY }],
    [{ token: async () => KEY }],
    [{}, { headers: { cookie: "a=b" } }],
    [{}, { headers: { "api-key": "0123456789" } }],
    [{}, { headers: { "X-GOOG-API-KEY": "0123456789" } }],
    [{}, { headers: new Headers({ authorization: "Bearer x" }) }],
    [{}, { headers: [["Proxy-Authorization", "Basic x"]] }],
    [{}, { idempotencyKey: KEY }],
  ]) {
    const client = new OpenAI({ proxyUrl: upstream.baseUrl, ...more });
    const error = await failure(client.models.list(call));
    assert.ok(error instanceof OpenAIError, String(error));
    assert.ok(!`${error}\n${error.stack}`.includes("CANARY"), error.stack);
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("a proxy URL that WebAssembly refuses fails the first call, again and again", async () => {
  for (const proxyUrl of [
    "http://example.com/v1",
    "https://api.openai.com/v1",
    "https://EU.api.OpenAI.com./v1",
    "https://openrouter.ai/api/v1",
    "https://OpenRouter.ai./api/v1",
    "https://mine.openai.azure.com/openai",
    "https://MINE.OpenAI.Azure.com./v1",
    "https://api.openai.com:443/v1",
  ]) {
    const client = new OpenAI({ proxyUrl, fetch: () => assert.fail("nothing is sent") });
    for (let call = 0; call < 2; call++) {
      const error = await failure(client.models.list());
      assert.ok(error instanceof InvalidOptionError, String(error));
      assert.equal(error.option, "proxyUrl");
    }
  }
});

test("parameters without a JSON form are refused by their path", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const cycle = ask("x");
  cycle.messages[0].self = cycle;
  for (const [params, option] of [
    [undefined, "params"],
    [null, "params"],
    ["text", "params"],
    [[], "params"],
    [cycle, "messages[0].self"],
    [{ toJSON: () => assert.fail("own words") }, "params"],
    [{ toJSON: () => undefined }, "params"],
  ]) {
    const error = await failure(client.chat.completions.create(params));
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(error.option, option);
  }
  assert.deepEqual(await upstream.requests(), []);
  assert.equal((await client.chat.completions.create(ask("Say this is a test"))).choices.length, 1);
});

test("a call's options are checked too", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  for (const [options, option, words] of [
    [{ timeout: -1 }, "timeout"],
    [{ signal: {} }, "signal"],
    [{ signal: "now" }, "signal"],
    [{ headers: { "a b": "c" } }, "headers"],
    [{ headers: { a: "b\r\nc: d" } }, "headers"],
    [{ query: { a: {} } }, "query.a"],
    [{ idempotencyKey: 5 }, "idempotencyKey"],
    [{ idempotencyKey: "" }, "idempotencyKey"],
    [{ idempotencyKey: "a\nb" }, "headers"],
    [
      { maxRetry: 3 },
      "maxRetry",
      /^maxRetry: is not an option, but maxRetries is; supported are timeout, /,
    ],
    [{ timeOut: 3 }, "timeOut", /, but timeout is;/],
    [{ header: {} }, "header", /, but headers is;/],
    [{ idempotency_key: "x" }, "idempotency_key", /, but idempotencyKey is;/],
    [
      { bogus: undefined },
      "bogus",
      /^bogus: is not an option; supported are timeout, maxRetries, headers, /,
    ],
    [{ proxyUrl: "/v1" }, "proxyUrl"],
    [{ fetch }, "fetch"],
    [{ body: {} }, "body"],
    [{ stream: true }, "stream"],
    // Of the official package, and without a meaning here.
    [{ fetchOptions: {} }, "fetchOptions", /supported are/],
    [{ method: "GET" }, "method"],
    [{ path: "/x" }, "path"],
    [{ __binaryResponse: true }, "__binaryResponse"],
  ]) {
    const error = await failure(client.models.list(options));
    if (words) assert.match(error.message, words);
    assert.ok(error instanceof InvalidOptionError, `${JSON.stringify(options)}: ${error}`);
    assert.equal(error.option, option);
  }
  for (const call of [
    () => client.get("/x", { bogus: 1 }),
    () => client.chat.completions.create(ask("x"), { bogus: 1 }),
    () => client.chat.completions.stream(ask("x"), { bogus: 1 }).done(),
    () => client.files.create({ file: new Blob(["x"]), purpose: "x" }, { bogus: 1 }),
  ]) {
    assert.equal((await failure(call())).option, "bogus");
  }
  for (const path of ["models", "https://evil.example/x", "//evil.example/x"]) {
    assert.match(
      (await failure(client.get(path))).message,
      /^path: must begin with one \/; a whole URL .* elsewhere$/,
    );
  }
  for (const path of [
    "models",
    "//evil.example/x",
    "/../admin",
    "/a/%2e%2E/b",
    "/a#b",
    "/a b",
    "",
  ]) {
    const error = await failure(client.get(path));
    assert.ok(error instanceof InvalidOptionError, `${path}: ${error}`);
    assert.equal(error.option, "path");
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("a polluted Object.prototype changes nothing", async () => {
  Object.prototype.proxyUrl = "https://evil.example";
  Object.prototype.apiKey = KEY;
  try {
    assert.equal(thrown({}).option, "proxyUrl");
    const client = new OpenAI({ proxyUrl: upstream.baseUrl });
    await client.models.list();
  } finally {
    delete Object.prototype.proxyUrl;
    delete Object.prototype.apiKey;
  }
  assert.ok(!JSON.stringify(await upstream.requests()).includes("CANARY"));
});

test("variables of the environment are nothing to the keyless client", async () => {
  const names = [
    "OPENAI_API_KEY",
    "OPENAI_ADMIN_KEY",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "VITE_OPENAI_API_KEY",
  ];
  for (const scope of [process.env, globalThis]) for (const name of names) scope[name] = KEY;
  process.env.OPENAI_BASE_URL = "https://evil.example/v1";
  globalThis.env = { ...process.env };
  try {
    await new OpenAI({ proxyUrl: upstream.baseUrl }).models.list();
  } finally {
    for (const scope of [process.env, globalThis])
      for (const name of [...names, "OPENAI_BASE_URL", "env"]) delete scope[name];
  }
  const [request] = await upstream.requests();
  assert.ok(!JSON.stringify(request).includes("CANARY"));
  assert.ok(!request.headers.some(([name]) => name.toLowerCase() === "authorization"));
});

test("a client prints no token", () => {
  const client = new OpenAI({ proxyUrl: "/v1", token: "session-CANARY" });
  assert.ok(!`${client} ${JSON.stringify(client)}`.includes("CANARY"));
});

test("a method that is left out says so by its name, and so does one that does not exist", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  for (const [call, name, words] of [
    [() => client.beta.threads.create({}), "client.beta.threads.create", /is left out of this/],
    [() => client.realtime.clientSecrets.create(), "client.realtime.clientSecrets.create", /left/],
    [() => client.videos.list(), "client.videos.list", /left out/],
    [() => client.batches.remove("b"), "client.batches.remove", /is not a method/],
    [() => client.chat.completions.creat({}), "client.chat.completions.creat", /not a method/],
    [() => client.webhooks.unwrap("", {}), "client.webhooks.unwrap", /openai-wasm\/edge alone/],
  ]) {
    const error = await failure(call());
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(error.option, name);
    assert.match(error.message, words);
    assert.match(error.message, /client\.post/);
  }
  assert.deepEqual(await upstream.requests(), []);
  // Looking at a client, awaiting a group or writing it as JSON calls nothing.
  assert.equal(JSON.stringify(client.batches), "{}");
  assert.equal(typeof (await client.batches), "object");
});
