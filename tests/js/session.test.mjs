// What the keyless client shows to its proxy, and what it never does (threat table, rows C6, C10 to C13, C17).

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { inspect } from "node:util";

import { ask, failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";

const {
  default: OpenAI,
  InvalidOptionError,
  AuthenticationError,
  APIConnectionError,
} = await keyless();
const KEY = "sk-proj-CANARY0123456789abcdef";

let upstream;
before(async () => {
  upstream = await startUpstream();
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

const hidden = (error) =>
  assert.ok(
    !`${error}\n${error.stack}\n${inspect(error, { depth: 9 })}\n${JSON.stringify(error)}`.includes(
      "CANARY",
    ),
    error.stack,
  );

test("C6_a key in the parameters is refused by its name, and never repeated", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  for (const [more, option] of [
    [{ api_key: "CANARY" }, "api_key"],
    [{ apiKey: "CANARY" }, "apiKey"],
    [{ user_config: { model_list: [{ litellm_params: { api_key: "CANARY" } }] } }, "api_key"],
    [{ extra_headers: { "X-Goog-Api-Key": "CANARY" } }, "X-Goog-Api-Key"],
    [{ extra_headers: { Authorization: "Bearer CANARY" } }, "Authorization"],
    [{ extra_body: { OPENAI_API_KEY: "CANARY" } }, "OPENAI_API_KEY"],
    [{ tools: [{ type: "mcp", authorization: "CANARY" }] }, "authorization"],
    [{ user: KEY }, "user"],
    [{ metadata: { deep: [{ x: "gsk_CANARY0123456789" }] } }, "x"],
    [{ stop: ["\n", KEY] }, "stop"],
    [{ metadata: { a: [["b", { content: "c" }, KEY]] } }, "a"],
    [{ extra_headers: { "x-api-key": ["CANARY"] } }, "x-api-key"],
    [{ toJSON: () => ({ model: "m", messages: [], api_key: "CANARY" }) }, "api_key"],
  ]) {
    for (const send of [
      (params) => client.chat.completions.create(params),
      (params) => client.post("/any", { body: params }),
    ]) {
      const error = await failure(send(ask("x", more)));
      assert.ok(error instanceof InvalidOptionError, String(error));
      assert.deepEqual([error.option, error.code], [option, "key_not_accepted"]);
      hidden(error);
    }
  }
  for (const shape of [
    "sk-",
    "sk-ant-",
    "sk-or-",
    "gsk_",
    "xai-",
    "pplx-",
    "hf_",
    "AIza",
    "fw_",
    "r8_",
  ]) {
    const error = await failure(
      client.chat.completions.create(ask("x", { safety_identifier: `${shape}CANARY0123456789` })),
    );
    assert.deepEqual([error.option, error.code], ["safety_identifier", "key_not_accepted"], shape);
    hidden(error);
  }
  for (const [path, option] of [
    [`/any?x=${KEY}`, "x"],
    ["/any?a=b&api_key=CANARY", "api_key"],
    [`/any/${KEY}`, "path"],
  ]) {
    const error = await failure(client.get(path));
    assert.deepEqual([error.option, error.code], [option, "key_not_accepted"]);
    hidden(error);
  }
  const form = new FormData();
  form.append("a", KEY);
  form.append("a", "b");
  assert.equal((await failure(client.post("/any", { body: form }))).code, "key_not_accepted");
  for (const query of [
    { key: "CANARY" },
    { api_key: "CANARY" },
    { "api-key": "CANARY" },
    { x: KEY },
    { x: `Bearer ${KEY}` },
  ]) {
    for (const error of [
      await failure(client.models.list({ query })),
      await failure(new OpenAI({ proxyUrl: upstream.baseUrl, defaultQuery: query }).models.list()),
    ]) {
      assert.deepEqual([error.option, error.code], [Object.keys(query)[0], "key_not_accepted"]);
      hidden(error);
    }
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("C6_what people say and what tools are called is no key", async () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const schema = {
    type: "object",
    properties: { api_key: { type: "string" }, authorization: { type: "string" } },
    required: ["api_key"],
  };
  for (const more of [
    {
      tools: [
        {
          type: "function",
          function: { name: "set_api_key", description: "api_key: yours", parameters: schema },
        },
      ],
    },
    { messages: [{ role: "user", content: KEY }] },
    { messages: [{ role: "user", content: [{ type: "text", text: KEY }] }] },
    { messages: [{ role: "user", content: '{"api_key":"x"}, "authorization": "y"' }] },
    { user: "task-0123456789abcdef" },
    { stop: ["sk-"] },
    {
      messages: [
        { role: "user", content: [{ type: "text", text: '"stop":["sk-proj-CANARY0123456789"]' }] },
      ],
    },
    { prompt: ["a", KEY] },
  ]) {
    await client.chat.completions.create(ask("Say this is a test", more));
  }
});

test("C6_the look at a large body takes no time that counts", async () => {
  const client = new OpenAI({
    proxyUrl: upstream.baseUrl,
    fetch: async () => Response.json({ choices: [] }),
  });
  const parts = Array.from({ length: 2000 }, (_, index) => ({
    role: "user",
    content: `"${index}" \\ sk- `.repeat(200),
  }));
  const params = ask("", { messages: parts });
  const text = JSON.stringify(params);
  assert.ok(text.length > 5e6);
  const time = async (run) => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const all = [];
  for (let round = 0; round < 5; round++)
    all.push(
      (await time(() => client.chat.completions.create(params))) /
        (await time(() => JSON.stringify(params))),
    );
  // Sending is stringifying, looking, and what the platform does; a quadratic look would be a thousand times that.
  assert.ok(Math.min(...all) < 50, all.join());
});

test("C10_requests carry no cookie, no referrer, and no redirect is followed", async () => {
  const inits = [];
  const record = (options) =>
    new OpenAI({
      proxyUrl: upstream.baseUrl,
      token: "t",
      ...options,
      fetch: (url, init) => (inits.push(init), fetch(url, init)),
    });
  await record().models.list();
  await record({ credentials: "include" }).chat.completions.create(ask("Say this is a test"));
  const of = ({ credentials, referrerPolicy, cache, redirect }) => [
    credentials,
    referrerPolicy,
    cache,
    redirect,
  ];
  assert.deepEqual(inits.map(of), [
    ["omit", "no-referrer", "no-store", "manual"],
    ["include", "no-referrer", "no-store", "manual"],
  ]);
  for (const credentials of ["always", true, null, {}]) {
    if (credentials !== null)
      assert.throws(() => new OpenAI({ proxyUrl: "/v1", credentials }), { option: "credentials" });
  }

  const elsewhere = createServer((_, response) => response.end("{}"));
  let hits = 0;
  elsewhere.on("request", () => (hits += 1));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      await upstream.arm(
        `redirect=http://127.0.0.1:${elsewhere.address().port}/v1/models,status=${status}`,
      );
      assert.ok(
        (await failure(
          new OpenAI({ proxyUrl: upstream.baseUrl, token: "t" }).models.list(),
        )) instanceof APIConnectionError,
      );
    }
    assert.equal(hits, 0);
  } finally {
    elsewhere.close();
  }
});

test("C11_a client shows its token nowhere", async () => {
  const token = "session-CANARY-0123456789";
  const client = new OpenAI({ proxyUrl: upstream.baseUrl, token });
  await client.models.list();
  await upstream.arm("status=401,echo-key");
  const refused = await failure(client.models.list());
  await upstream.arm("reset", { times: 9 });
  const lost = await failure(
    new OpenAI({ proxyUrl: upstream.baseUrl, token, maxRetries: 0 }).models.list(),
  );
  hidden(lost);
  assert.ok(refused instanceof AuthenticationError);
  for (const shown of [
    String(client),
    JSON.stringify(client),
    inspect(client, { depth: 9, showHidden: true }),
    Object.keys(client).join(),
  ]) {
    assert.ok(!shown.includes("CANARY"), shown);
  }
  try {
    assert.ok(!inspect(structuredClone(client), { depth: 9 }).includes("CANARY"));
  } catch (error) {
    hidden(error); // Functions cannot be cloned: that too says nothing.
  }
  // The control: the token was in use.
  assert.ok(JSON.stringify(await upstream.requests()).includes(token));
});

test("C13_a polluted Object.prototype adds nothing to a request", async () => {
  const evil = {
    apiKey: KEY,
    proxyUrl: "https://evil.example",
    headers: { "x-evil": "CANARY" },
    token: KEY,
    body: "CANARY",
    credentials: "include",
    query: { key: KEY },
    method: "DELETE",
    signal: AbortSignal.abort(),
    defaultHeaders: { "x-evil": "CANARY" },
    fetch: () => assert.fail("not this one"),
  };
  for (const [name, value] of Object.entries(evil)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  }
  let inits = [];
  try {
    assert.throws(() => new OpenAI({}), { option: "proxyUrl" });
    inits = [];
    const client = new OpenAI({
      __proto__: null,
      proxyUrl: upstream.baseUrl,
      fetch: (url, init) => (
        inits.push([url, { ...init }, [...init.headers]]), Promise.reject(new Error("seen"))
      ),
      maxRetries: 0,
    });
    assert.match((await failure(client.models.list())).message, /Connection error/);
  } finally {
    for (const name of Object.keys(evil)) delete Object.prototype[name];
  }
  const [[url, init, headers]] = inits;
  assert.equal(url, `${upstream.baseUrl}/models`);
  assert.deepEqual(
    [init.method, init.credentials, Object.hasOwn(init, "body")],
    ["GET", "omit", false],
  );
  assert.deepEqual(headers, [["accept", "application/json"]]);
});

test("C17_an answer is a string and stays one", async () => {
  const html = '<img src=x onerror="alert(1)"><script>alert(1)</script>';
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const answer = await client.chat.completions.create(ask(`repeat:${html}`));
  assert.equal(answer.choices[0].message.content, html);
  let said = "";
  for await (const text of (
    await client.chat.completions.create(ask(`repeat:${html}`, { stream: true }))
  ).textStream)
    said += text;
  assert.equal(said, html);
  // Nothing in what a page loads can write to it.
  const folder = setting("OPENAI_WASM_PKG");
  const files = (await readdir(folder, { recursive: true })).filter(
    // `init/` is an app of its own, which shows what the model says.
    (file) => file.endsWith(".js") && !/^(edge|init)\b/.test(file),
  );
  assert.ok(files.length > 10);
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8");
    assert.doesNotMatch(
      text,
      /\bdocument\b|innerHTML|insertAdjacent|localStorage|sessionStorage|indexedDB|\beval\(|new Function/,
      file,
    );
  }
});
