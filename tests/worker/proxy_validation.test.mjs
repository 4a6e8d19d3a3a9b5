// What a request may be (threat table, rows V1 to V15). The tables of parameters are in tests/native/proxy_params.rs;
// here each row goes over a socket, and the upstream tells what it saw.

import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { sendRaw } from "../support/http.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";
const PAGE = "https://app.example.com";
const ROUTES = [
  "models",
  "completions",
  "embeddings",
  "moderations",
  "images.generations",
  "audio.transcriptions",
  "audio.translations",
];
const MODEL = QUESTION.model;

let upstream;
let proxy;
let wide;
let roomy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({
    upstream,
    options: `{ models: ["${MODEL}"], maxOutputTokens: 100, maxMessages: 8, maxInputChars: 2000, maxImageBytes: 100, maxBodyBytes: 65_536 }`,
  });
  wide = await startProxy({
    upstream,
    options: `{ routes: ${JSON.stringify(ROUTES)}, maxBodyBytes: 4096, maxUploadBytes: 4096, allowParams: ["n", "size"] }`,
  });
  roomy = await startProxy({ upstream, options: "{ maxBodyBytes: 4_194_304 }" });
});
after(() => Promise.all([proxy?.stop(), wide?.stop(), roomy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const untouched = async () => assert.deepEqual(await upstream.requests(), []);
const seen = async () => JSON.parse((await upstream.requests())[0].body);
const chat = (more, request) => proxy.chat({ ...QUESTION, ...more }, request);
const saying = (...messages) => chat({ messages });
const user = (content) => ({ role: "user", content });

/** Each of these bodies is refused so, and the upstream hears of none. */
async function allRefused(status, code, bodies) {
  await upstream.reset();
  for (const more of bodies) refused(await chat(more), status, code, JSON.stringify(more));
  await untouched();
  await stillServes();
}

const stillServes = async () =>
  assert.equal((await proxy.chat(QUESTION)).status, 200, "the next request is served");

it("V1_methods", async () => {
  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const answer = await proxy.send(CHAT, { method });
    refused(answer, 405, "method_not_allowed", method);
    assert.equal(answer.headers.allow, "POST, OPTIONS");
    assert.equal(
      (await proxy.send("/v1/models", { method: "POST" })).headers.allow,
      "GET, HEAD, OPTIONS",
    );
  }
  const head = await proxy.send(CHAT, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.allow], [405, "POST, OPTIONS"]);
  // The platform has its own answer to methods that it does not know.
  for (const [method, answer] of [
    ["TRACE", 405],
    ["post", 501],
    ["POSTS", 501],
    ["CONNECT", 500],
  ]) {
    const raw = await sendRaw(
      proxy.url,
      `${method} ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n`,
    );
    assert.equal(Number(raw.split(" ")[1]), answer, method);
    if (answer === 405) assert.match(raw, /^allow: POST, OPTIONS\r$/im);
  }
  await untouched();
});

it("V2_path_breakout", async () => {
  const headers = { authorization: `Bearer ${await mint(proxy.secret)}` };
  for (const path of [
    "/",
    "/v1",
    "/v1/",
    "/v1/files",
    "/v1/files/file-1/content",
    "/v1/responses/resp_x",
    "/v1/models//",
    "/v1/models/%2e%2e%2ffiles",
    "/v1/organization/admin_api_keys",
    "/v1/batches",
    "/v1/assistants",
    "/v1/threads/t",
    "/v1/fine_tuning/jobs",
    "/v1/edits",
    "/v1/engines",
    "/v1/chat%2fcompletions",
    "/v1/chat%2Fcompletions",
    "/v1/%2e%2e/v1/chat/completions",
    "//v1/chat/completions",
    "/v1//chat/completions",
    "/v1/chat\\completions",
    `${CHAT};x`,
    `${CHAT}%00`,
    "/v1/%63hat/completions",
    "/v1/chat/Completions",
    `${CHAT}/resp_x`,
    "//v1/models",
    "/v1//models",
    "/v1/models;x",
    "/v1%2fmodels",
    "/v1/%6dodels",
    "/V1/models",
    "/chat/completions",
    `${CHAT}//`,
    "/https://evil.example.com/v1/models",
    "/v1/embeddings",
    "/v1/completions",
    "/v1/audio/transcriptions",
    "/session",
  ]) {
    for (const method of ["GET", "POST"])
      refused(await proxy.send(path, { method, headers }), 404, "not_found", path);
  }
  // workerd gives the path normalised or as it came; either way the upstream sees a listed one or none.
  for (const path of [
    "/v1/x/../files",
    "/v1/models/../files",
    "/v1/models/%2e%2e/files",
    "/v1/models\\..\\files",
  ]) {
    refused(await proxy.send(path, { headers }), 404, "not_found", path);
  }
  await untouched();
  await wide.post(`${CHAT}?api_base=https://evil.example.com&key=1`, QUESTION);
  await wide.post("/v1/files/../chat/completions", QUESTION);
  for (const { path } of await upstream.requests()) assert.equal(path, CHAT);
});

it("V3_every_route_has_every_guard", async () => {
  const guarded = await startProxy({
    upstream,
    secret: wide.secret,
    options: `{ routes: ${JSON.stringify(ROUTES)}, maxBodyBytes: 4096, maxUploadBytes: 4096, allowedOrigins: ["${PAGE}"] }`,
  });
  try {
    for (const name of ["chat.completions", ...ROUTES]) {
      const path = `/v1/${name.replaceAll(".", "/")}`;
      const method = name === "models" ? "GET" : "POST";
      refused(await guarded.send(path, { method }), 401, "unauthorized", path);
      const authorization = `Bearer ${await mint(guarded.secret)}`;
      refused(
        await guarded.send(path, {
          method,
          headers: { authorization, origin: "https://evil.example.com" },
        }),
        403,
        "origin_not_allowed",
        path,
      );
      if (method === "GET") continue;
      const contentType = name.startsWith("audio.")
        ? "multipart/form-data; boundary=x"
        : "application/json";
      const large = {
        method,
        headers: { authorization, "content-type": contentType },
        body: "x".repeat(5000),
      };
      refused(await guarded.send(path, large), 413, "request_too_large", path);
      const other = {
        ...large,
        headers: { authorization, "content-type": "text/plain" },
        body: "x",
      };
      refused(await guarded.send(path, other), 415, "unsupported_media_type", path);
    }
    await untouched();
  } finally {
    await guarded.stop();
  }
});

it("V4_body_size", async () => {
  const large = "x".repeat(65_537);
  refused(await proxy.chat(large), 413, "request_too_large");
  // The length alone is enough: the body is never sent.
  const declared = await proxy.chat("", {
    headers: { "content-length": "65537" },
    body: (request) => request.flushHeaders(),
  });
  refused(declared, 413, "request_too_large");
  // More than the limit and its last chunk never comes: the answer does not wait for it.
  const endless = await proxy.openChat("", {
    body: (request) => request.write("x".repeat(65_537)),
  });
  const answer = await endless.response;
  await answer.events(0);
  assert.equal(answer.status, 413);
  endless.close();
  refused(await chat({}, { headers: { "content-encoding": "gzip" } }), 415, "unsupported_encoding");
  const token = await mint(proxy.secret);
  for (const length of ["5, 6", "-1", "+5", "0x10", "1e3"]) {
    const head = `POST ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json`;
    const answer = await sendRaw(proxy.url, `${head}\r\nContent-Length: ${length}\r\n\r\n{}`);
    assert.match(answer, /^HTTP\/1\.1 4(00|13) /, length);
  }
  // A length that is not the body's: what is read is no JSON, or does not come.
  const question = JSON.stringify(QUESTION);
  const declares = (length) =>
    `POST ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${question}`;
  for (const length of [question.length - 1, question.length + 1]) {
    assert.match(
      await sendRaw(proxy.url, declares(length), { end: true }),
      /^HTTP\/1\.1 400 /,
      `${length}`,
    );
  }
  await untouched();
  assert.match(await sendRaw(proxy.url, declares(question.length)), /^HTTP\/1\.1 200 /, "control");
  await upstream.reset();
  const padded = (bytes) => question + " ".repeat(bytes - question.length);
  assert.equal((await wide.chat(padded(4096))).status, 200, "as much as is allowed");
  const plain = await startProxy({ upstream });
  try {
    assert.equal(
      (await plain.chat(padded(262_144))).status,
      200,
      "256 KiB, unless another limit is set",
    );
    refused(await plain.chat(padded(262_145)), 413, "request_too_large");
  } finally {
    await plain.stop();
  }
  const chunked = await proxy.chat("", {
    body: (request) => {
      request.write(JSON.stringify(QUESTION));
      request.end();
    },
  });
  assert.equal(chunked.status, 200, "a body without a length is taken");
});

it("V5_not_one_object", async () => {
  for (const body of [
    "",
    "[]",
    '"x"',
    "null",
    "1",
    "{} x",
    "{}{}",
    "\ufeff{}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":1e400}',
    '{"a":"\\ud800"}',
    "{/**/}",
    "{'a':1}",
    '{"a":1,}',
    Buffer.from('{"a":"\xff"}', "latin1"),
    Buffer.from("\ufeff{}", "utf16le"),
    '{"a":"\u0001"}',
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", String(body));
  }
  await untouched();
  await stillServes();
});

it("V6_depth_and_width_bombs", async () => {
  for (const body of [
    "[".repeat(60_000),
    `{"a":${"[".repeat(60_000)}`,
    `{"a":`.repeat(10_000),
    `{"messages":${"[".repeat(40)}${"]".repeat(40)}}`,
    `{${Array.from({ length: 6000 }, (_, at) => `"${at}":0`).join(",")}}`,
    `{"a":[${"0,".repeat(30_000)}0]}`,
    `{"a":1${"0".repeat(60_000)}}`,
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", body.slice(0, 20));
    await stillServes();
  }
  // Where the operator lets larger bodies in.
  for (const body of [
    "[".repeat(100_000),
    `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":0`).join(",")}}`,
    `{"seed":${"1".repeat(2 ** 20)}}`,
  ]) {
    refused(await roomy.chat(body), 400, "invalid_json", body.slice(0, 20));
    assert.equal((await roomy.chat(QUESTION)).status, 200);
  }
});

it("V7_duplicate_names", async () => {
  const messages = JSON.stringify(QUESTION.messages);
  for (const body of [
    `{"model":"${MODEL}","model":"gpt-big","messages":${messages}}`,
    `{"model":"${MODEL}","\\u006dodel":"gpt-big","messages":${messages}}`,
    `{"model":"${MODEL}","messages":[{"role":"user","content":"a","content":"b"}]}`,
    `{"model":"${MODEL}","messages":${messages},"tools":[{"type":"function","function":{"name":"f","parameters":{"a":1,"a":2}}}]}`,
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", body);
  }
  await untouched();
  // What the upstream gets has been written by the proxy, and its length with it.
  await proxy.chat(
    `{ "messages":[{"role":"user",\n"content":"r\\u00e9sum\\u00e9 \\/ \u00fc"}],  "model": "${MODEL}" , "seed":7}`,
  );
  const [record] = await upstream.requests();
  const { user: endUser } = JSON.parse(record.body);
  assert.equal(
    record.body,
    `{"model":"${MODEL}","messages":[{"role":"user","content":"r\u00e9sum\u00e9 / \u00fc"}],"seed":7,"max_tokens":100,"user":"${endUser}"}`,
  );
  assert.equal(headerOf(record, "content-length"), String(Buffer.byteLength(record.body)));
});

it("V8_smuggled_control_fields", async () => {
  for (const [name, value] of Object.entries({
    api_base: "https://evil.example.com",
    base_url: "https://evil.example.com",
    api_key: "x",
    user_config: { model_list: [] },
    fallbacks: ["x"],
    extra_headers: {},
    extra_body: {},
    headers: {},
    callbacks: [],
    x: 1,
    constructor: {},
    prototype: {},
  })) {
    const error = refused(await chat({ [name]: value }), 400, "param_not_allowed", name);
    assert.equal(error.param, name);
    const inside = await saying({ ...user("Hi"), [name]: value });
    assert.equal(refused(inside, 400, "param_not_allowed", name).param, `messages[0].${name}`);
  }
  const call = { name: "f", arguments: "{}" };
  for (const [at, body] of Object.entries({
    "messages[0].content[0].x": { messages: [user([{ type: "text", text: "a", x: 1 }])] },
    "messages[0].content[0].image_url.x": {
      messages: [
        user([{ type: "image_url", image_url: { url: "data:image/png;base64,AA", x: 1 } }]),
      ],
    },
    "messages[0].tool_calls[0].x": {
      messages: [
        { role: "assistant", tool_calls: [{ id: "a", type: "function", function: call, x: 1 }] },
      ],
    },
    "messages[0].tool_calls[0].function.x": {
      messages: [
        {
          role: "assistant",
          tool_calls: [{ id: "a", type: "function", function: { ...call, x: 1 } }],
        },
      ],
    },
    "tools[0].x": { tools: [{ type: "function", function: { name: "f" }, x: 1 }] },
    "tools[0].function.x": { tools: [{ type: "function", function: { name: "f", x: 1 } }] },
    "tool_choice.function.x": { tool_choice: { type: "function", function: { name: "f", x: 1 } } },
    "response_format.x": { response_format: { type: "text", x: 1 } },
    "stream_options.x": { stream: true, stream_options: { include_usage: true, x: 1 } },
  })) {
    assert.equal(refused(await chat(body), 400, "param_not_allowed", at).param, at);
  }
  for (const body of [
    `{"model":"${MODEL}","messages":[],"__proto__":{"x":1}}`,
    `{"model":"${MODEL}","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"__proto__":{}}}}]}`,
  ]) {
    refused(await proxy.chat(body), 400, "param_not_allowed");
  }
  const script = await chat({ "<script>alert(1)</script>": 1 });
  assert.equal(refused(script, 400, "param_not_allowed").param, "<script>alert(1)</script>");
  await untouched();
});

it("V9_models", async () => {
  await allRefused(
    403,
    "model_not_allowed",
    [
      "other",
      MODEL.toUpperCase(),
      `${MODEL} `,
      ` ${MODEL}`,
      `${MODEL}\u0000`,
      MODEL.replace("a", "\u0430"),
      `ft:${MODEL}:org::id`,
      "*",
      "",
      [MODEL],
      null,
      7,
      undefined,
    ].map((model) => ({ model })),
  );
  const answer = await chat({ model: "other" });
  assert.ok(!answer.seen().includes(MODEL), "the list is not revealed");
  // Who may see it asks for it, and gets this list, not the account's.
  await upstream.reset();
  const models = await proxy.models();
  assert.deepEqual(
    models.json().data.map(({ id }) => id),
    [MODEL],
  );
  assert.deepEqual((await proxy.models({}, { claims: { models: ["another"] } })).json().data, []);
  await untouched();
});

it("V10_output_cap", async () => {
  await chat({});
  assert.equal((await seen()).max_tokens, 100, "absent, it is injected");
  await upstream.reset();
  for (const name of ["max_tokens", "max_completion_tokens"]) {
    for (const value of [0, -1, 1.5, "100", true, [1]]) {
      assert.equal(
        refused(await chat({ [name]: value }), 400, "invalid_type", `${value}`).param,
        name,
      );
    }
    for (const value of [101, 1e9, Number.MAX_SAFE_INTEGER]) {
      assert.equal(
        refused(await chat({ [name]: value }), 400, "max_tokens_exceeded", `${value}`).param,
        name,
      );
    }
  }
  refused(await chat({ max_tokens: 5, max_completion_tokens: 5 }), 400, "invalid_value");
  await untouched();
  await chat({ max_tokens: null, max_completion_tokens: null });
  assert.equal((await seen()).max_tokens, 100, "null is absent");
  await upstream.reset();
  await chat({ max_completion_tokens: 7 });
  const { max_tokens, max_completion_tokens } = await seen();
  assert.deepEqual([max_tokens, max_completion_tokens], [undefined, 7]);
});

it("V11_cost_multipliers", async () => {
  await allRefused(400, "param_not_allowed", [
    { n: 128 },
    { n: 2 },
    { service_tier: "priority" },
    { service_tier: "fast" },
    { web_search_options: {} },
    { reasoning_effort: "high" },
    { modalities: ["audio"] },
    { audio: { voice: "alloy", format: "mp3" } },
    { prediction: { type: "content", content: "x" } },
    { store: true },
    { background: true },
    { top_logprobs: 20 },
    { logit_bias: { 1: "100" } },
    { metadata: { a: 1 } },
  ]);
  await allRefused(400, "invalid_value", [
    { tools: [{ type: "web_search" }] },
    { tools: [{ type: "code_interpreter" }] },
  ]);
  assert.equal(
    (await chat({ n: 1, store: false, logprobs: false })).status,
    200,
    "what changes nothing is taken",
  );
  await upstream.reset();
  const harmless = {
    logprobs: true,
    top_logprobs: 5,
    logit_bias: { 1: 100 },
    metadata: { a: "b" },
    modalities: ["text"],
    service_tier: "auto",
  };
  assert.equal((await chat(harmless)).status, 200, "and what the caps cover");
  const { messages, model, max_tokens, user: endUser, ...sent } = await seen();
  assert.deepEqual(sent, harmless);
  const listed = await wide.chat({ ...QUESTION, n: 2 });
  assert.equal(listed.json().choices.length, 2, "what the operator lists goes on");
});

it("V12_input_cost", async () => {
  const image = (url) =>
    user([
      { type: "text", text: "What is it?" },
      { type: "image_url", image_url: { url } },
    ]);
  for (const [messages, status, code] of [
    [Array.from({ length: 9 }, () => user("Hi")), 400, "too_many_messages"],
    [[user("x".repeat(2001))], 413, "input_too_large"],
    [[user("x".repeat(1950))], 413, "input_too_large"],
    [[user('"'.repeat(1000))], 413, "input_too_large"],
    [Array.from({ length: 8 }, () => user("x".repeat(300))), 413, "input_too_large"],
    [[image("https://example.com/a.png")], 400, "image_url_not_allowed"],
    [[image("http://169.254.169.254/latest/meta-data")], 400, "image_url_not_allowed"],
    [[image("data:text/html;base64,AAAA")], 400, "image_url_not_allowed"],
    [[image(`data:image/png;base64,${"A".repeat(100)}`)], 413, "image_too_large"],
    [[user([{ type: "file", file: { file_id: "file-1" } }])], 400, "invalid_value"],
    [[user([{ type: "text", text: "a", file_id: "file-1" }])], 400, "param_not_allowed"],
    [
      [
        user([
          { type: "image_url", image_url: { url: "data:image/png;base64,AA", file_id: "file-1" } },
        ]),
      ],
      400,
      "param_not_allowed",
    ],
    [
      [user(Array.from({ length: 257 }, () => ({ type: "text", text: "a" })))],
      400,
      "too_many_items",
    ],
    [
      [user([{ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }])],
      400,
      "invalid_value",
    ],
    [[], 400, "param_required"],
  ]) {
    refused(await saying(...messages), status, code, JSON.stringify(messages).slice(0, 100));
  }
  const tool = (item) => ({
    tools: [
      { type: "function", function: { name: "a", parameters: { enum: Array(190).fill(item) } } },
    ],
  });
  await allRefused(413, "input_too_large", [
    tool(1_000_007_919),
    tool(0.123456789),
    ...[true, null, {}, []].map((item) => tool([item, item, item, item])),
  ]);
  await allRefused(400, "param_not_allowed", [
    { file_id: "file-1" },
    { previous_response_id: "resp_1" },
    { conversation: "conv_1" },
  ]);
});

it("V13_the_servers_prompt_cannot_be_overridden_and_is_not_told", async () => {
  const prompt =
    "You are CANARYPROMPT0123456789, an assistant of the cheese shop, and speak of nothing but cheese.";
  const locked = await startProxy({
    upstream,
    options: `{ systemPrompt: ${JSON.stringify(prompt)} }`,
  });
  try {
    const answers = [];
    for (const role of ["system", "developer"]) {
      for (const messages of [[{ role, content: "No." }], [user("Hi"), { role, content: "No." }]]) {
        answers.push(await locked.chat({ ...QUESTION, messages }));
        refused(answers.at(-1), 400, "role_not_allowed");
      }
    }
    await untouched();
    answers.push(await locked.chat(QUESTION));
    assert.equal(answers.at(-1).status, 200);
    assert.deepEqual((await seen()).messages, [
      { role: "system", content: prompt },
      ...QUESTION.messages,
    ]);
    for (const answer of answers)
      assert.ok(!/CANARYPROMPT|cheese/i.test(answer.seen()), answer.seen());
    assert.ok(!/CANARYPROMPT|cheese/i.test(locked.output));
  } finally {
    await locked.stop();
  }
  // An upstream that complains of the prompt and repeats it.
  const echo = `(url, init, env) => {
    const prompt = JSON.parse(new TextDecoder().decode(init.body)).messages[0].content;
    const message = { whole: prompt, part: "at " + prompt.slice(8, 40), loud: prompt.toUpperCase(), other: "temperature is too high" }[env.HOW];
    return Response.json({ error: { message, code: "bad", param: null } }, { status: 400 });
  }`;
  for (const how of ["whole", "part", "loud", "other"]) {
    const options = `{ systemPrompt: ${JSON.stringify(prompt)}, fetch: ${echo} }`;
    const echoing = await startProxy({ upstream, options, bindings: { HOW: how } });
    try {
      const answer = await echoing.chat(QUESTION);
      assert.equal(answer.status, 400);
      const expected =
        how === "other" ? "temperature is too high" : "The model server refused the request.";
      assert.equal(answer.json().error.message, expected, how);
    } finally {
      await echoing.stop();
    }
  }
});

it("V14_type_confusion", async () => {
  for (const [more, param] of [
    [{ stream: "true" }, "stream"],
    [{ stream: 1 }, "stream"],
    [{ messages: {} }, "messages"],
    [{ messages: "Hi" }, "messages"],
    [{ messages: ["Hi"] }, "messages[0]"],
    [{ messages: [{ role: "user", content: 123 }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: { text: "a" } }] }, "messages[0].content"],
    [{ n: [1] }, "n"],
    [{ temperature: "0" }, "temperature"],
    [{ stop: [1] }, "stop[0]"],
    [{ tools: {} }, "tools"],
    [{ tool_choice: 1 }, "tool_choice"],
    [{ seed: 0.5 }, "seed"],
  ]) {
    assert.equal(refused(await chat(more), 400, "invalid_type", JSON.stringify(more)).param, param);
  }
  assert.equal(
    refused(await saying({ role: ["user"], content: "a" }), 400, "invalid_value").param,
    "messages[0].role",
  );
  assert.equal(
    refused(await saying({ content: "a" }), 400, "param_required").param,
    "messages[0].role",
  );
  await untouched();
});

it("V15_the_end_user_is_who_the_session_says", async () => {
  const users = [];
  for (const [sub, more] of [
    ["alice@example.com", {}],
    ["alice@example.com", { user: "bob", safety_identifier: "bob", prompt_cache_key: "bob" }],
    ["carol", { user: "alice@example.com" }],
  ]) {
    await upstream.reset();
    assert.equal((await chat(more, { token: { claims: { sub } } })).status, 200);
    const body = await seen();
    assert.match(body.user, /^[0-9a-f]{64}$/);
    assert.deepEqual([body.safety_identifier, body.prompt_cache_key], [undefined, undefined]);
    users.push(body.user);
  }
  assert.equal(users[0], users[1]);
  assert.notEqual(users[0], users[2]);
  assert.ok(!JSON.stringify(users).includes("alice"));
  for (const [path, more] of [
    ["/v1/completions", { prompt: "a" }],
    ["/v1/embeddings", { input: "a" }],
    ["/v1/images/generations", { prompt: "a" }],
  ]) {
    await upstream.reset();
    await wide.post(path, {
      model: MODEL,
      ...more,
      user: "bob",
      safety_identifier: "bob",
      prompt_cache_key: "bob",
    });
    const body = await seen();
    assert.match(body.user, /^[0-9a-f]{64}$/, path);
    assert.ok(!JSON.stringify(body).includes("bob"), path);
  }
});

it("every route that is switched on serves, with its own parameters", async () => {
  const embedding = await wide.post("/v1/embeddings", { model: MODEL, input: ["a", "b"] });
  assert.equal(embedding.status, 200, embedding.text());
  assert.equal(embedding.json().data.length, 2);
  refused(
    await wide.post("/v1/embeddings", { model: "m", input: "a", messages: [] }),
    400,
    "param_not_allowed",
  );
  assert.equal((await wide.post("/v1/moderations", { input: "a" })).status, 200);
  const completion = await wide.post("/v1/completions", {
    model: MODEL,
    prompt: "Say",
    max_tokens: 5,
  });
  assert.equal(completion.status, 200, completion.text());
  const image = await wide.post("/v1/images/generations", {
    model: "m",
    prompt: "a",
    size: "256x256",
    response_format: "b64_json",
  });
  assert.notEqual(image.json().error?.code, "param_not_allowed", image.text());
  refused(
    await wide.post("/v1/images/generations", { model: "m", prompt: "a", quality: "hd" }),
    400,
    "param_not_allowed",
  );
});

it("a file is passed through untouched, with its length and within its own limit", async () => {
  const form = [
    '--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
    '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n',
    "\u0000\u0001RIFF\r\n--xyz--\r\n",
  ].join("");
  const upload = (headers, request, token) =>
    wide.post("/v1/audio/transcriptions", form, {
      headers: { "content-type": "multipart/form-data; boundary=xyz", ...headers },
      token,
      ...request,
    });
  const answer = await upload();
  const [record] = await upstream.requests();
  assert.equal(record.path, "/v1/audio/transcriptions", answer.text());
  assert.equal(headerOf(record, "content-type"), "multipart/form-data; boundary=xyz");
  assert.equal(headerOf(record, "content-length"), String(Buffer.byteLength(form)));
  await upstream.reset();
  refused(
    await upload(
      {},
      {
        body: (request) => {
          request.write(form);
          request.end();
        },
      },
    ),
    411,
    "length_required",
  );
  refused(
    await upload({ "content-type": "multipart/form-data; boundary=x\u00e9" }),
    415,
    "unsupported_media_type",
  );
  refused(
    await upload({}, {}, { claims: { models: ["whisper-1"] } }),
    403,
    "model_not_allowed",
    "nobody reads which model it names",
  );
  await untouched();
  assert.deepEqual(findCanary(wide.key, wide.output), []);
});

it("a change of protocol is refused", async () => {
  const answer = await proxy.send("/v1/models", {
    headers: {
      upgrade: "websocket",
      connection: "Upgrade",
      authorization: `Bearer ${await mint(proxy.secret)}`,
    },
  });
  assert.equal(answer.status, 400);
  await untouched();
});
