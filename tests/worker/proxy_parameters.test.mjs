// What a request may be (threat table, rows V8 to V15). The tables of parameters are in tests/native/proxy_params.rs;
// here each row goes over a socket, and the upstream tells what it saw.

import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { user, validating } from "../support/validating.mjs";

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

const { chat, untouched, seen, saying, allRefused } = validating(() => ({
  proxy,
  upstream,
}));

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
