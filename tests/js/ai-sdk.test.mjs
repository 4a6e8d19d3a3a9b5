// `openai-wasm/ai-sdk` with the real `ai`, and client.fetch with the clients of others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { createOpenAI } from "@ai-sdk/openai";
import { AbstractChat, generateText, lastAssistantMessageIsCompleteWithToolCalls } from "ai";
import Official from "openai";
import { z } from "zod";

import { chatState } from "../support/chat_state.mjs";
import { failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { startRecorder } from "../support/recorder.mjs";
import { calls, says, saysInChunks, scripted, streamed } from "../support/scripted.mjs";

const { default: OpenAI, InvalidOptionError, StreamTruncatedError } = await keyless();
const entry = pathToFileURL(`${setting("OPENAI_WASM_PKG")}/ai-sdk/index.js`).href;
const { chatTransport } = await import(entry);

/** A chat as a framework's hook keeps it. */
class Chat extends AbstractChat {
  constructor({ messages = [], ...init }) {
    const state = chatState(messages);
    super({ ...init, state });
  }
}

const chatOf = (client, options, init) =>
  new Chat({ transport: chatTransport(client, { model: "m", ...options }), ...init });
/** The parts of the last message, without what is only of their streaming. */
const partsOf = ({ lastMessage }) =>
  lastMessage.parts.map(({ type, text, input, output, errorText, state }) =>
    JSON.parse(JSON.stringify({ type, text, input, output, errorText, state })),
  );

test("a chat shows text and reasoning, and sends the conversation with the transport's parameters", async () => {
  const chunk = (delta, finish_reason = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  const client = scripted(
    streamed([
      chunk({ role: "assistant", reasoning_content: "Hm" }),
      chunk({ reasoning_content: "m." }),
      chunk({ content: "Hel" }),
      chunk({ content: "lo" }),
      chunk({}, "stop"),
    ]),
    saysInChunks({ content: "Again" }),
  );
  const chat = chatOf(client, { instructions: "Be kind.", temperature: 0 });
  await chat.sendMessage({ text: "Hi" });
  assert.equal(chat.error, undefined);
  assert.deepEqual(
    partsOf(chat).map(({ type, text }) => [type, text]),
    [
      ["step-start", undefined],
      ["reasoning", "Hmm."],
      ["text", "Hello"],
    ],
  );
  await chat.sendMessage({ text: "More" }, { body: { temperature: 1 } });
  assert.deepEqual(client.sent, [
    {
      model: "m",
      temperature: 0,
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
      ],
      stream: true,
    },
    {
      model: "m",
      temperature: 1,
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "More" },
      ],
      stream: true,
    },
  ]);
});

test("files go as data URLs: pictures, sound and documents", async () => {
  const client = scripted(saysInChunks({ content: "A cat." }));
  const file = (mediaType, filename) => ({
    type: "file",
    mediaType,
    filename,
    url: `data:${mediaType};base64,AAEC`,
  });
  const files = [file("image/png"), file("audio/mpeg"), file("application/pdf", "a.pdf")];
  await chatOf(client).sendMessage({ text: "What is this?", files });
  const [{ content }] = client.sent[0].messages;
  assert.deepEqual(
    content.toSorted((a, b) => (a.type < b.type ? -1 : 1)),
    [
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAEC" } },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAEC" } },
      { type: "input_audio", input_audio: { data: "AAEC", format: "mp3" } },
      { type: "text", text: "What is this?" },
    ],
  );
});

const weather = {
  description: "Tells the weather.",
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, degrees: 20 }),
};
const call = (args = { city: "Rome" }) =>
  saysInChunks({ tool_calls: [calls("weather", args)] }, "tool_calls");

test("tools run in the page, and the model gets what they gave", async () => {
  const client = scripted(call(), saysInChunks({ content: "20 degrees." }));
  const chat = chatOf(client, { tools: { weather } });
  await chat.sendMessage({ text: "How warm?" });
  assert.equal(chat.error, undefined);
  const output = { city: "Rome", degrees: 20 };
  assert.deepEqual(
    partsOf(chat).filter(({ type }) => type !== "step-start"),
    [
      { type: "tool-weather", input: { city: "Rome" }, output, state: "output-available" },
      { type: "text", text: "20 degrees.", state: "done" },
    ],
  );
  const [{ tools }, { messages }] = client.sent;
  assert.equal(tools[0].function.parameters.properties.city.type, "string");
  assert.deepEqual(messages.slice(1), [
    { role: "assistant", content: null, tool_calls: [calls("weather", { city: "Rome" })] },
    { role: "tool", tool_call_id: "call_weather", content: JSON.stringify(output) },
  ]);
});

test("what a tool does wrong is in the message and told to the model, and never an endless loop", async () => {
  const failing = { ...weather, execute: () => Promise.reject(new Error("no net")) };
  for (const [answer, tool, words] of [
    [call(), failing, /no net/],
    [call({ city: 5 }), weather, /expected string/],
    [call("{"), weather, /not JSON/],
  ]) {
    const client = scripted(answer);
    const chat = chatOf(client, { tools: { weather: tool }, maxSteps: 3 });
    await chat.sendMessage({ text: "How warm?" });
    assert.equal(client.sent.length, 3);
    assert.match(client.sent[1].messages.at(-1).content, words);
    assert.match(partsOf(chat).find(({ type }) => type === "tool-weather").errorText, words);
  }
});

test("a tool without a function is the page's to answer", async () => {
  const client = scripted(call(), saysInChunks({ content: "Thanks." }));
  const { execute, ...asked } = weather;
  let chat;
  const onToolCall = ({ toolCall }) => {
    chat.addToolOutput({ tool: "weather", toolCallId: toolCall.toolCallId, output: "warm" });
  };
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithToolCalls;
  chat = chatOf(client, { tools: { weather: asked } }, { onToolCall, sendAutomaticallyWhen });
  await chat.sendMessage({ text: "How warm?" });
  for (let turn = 0; turn < 100 && client.sent.length < 2; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(client.sent[1].messages.at(-1).content, "warm");
});

test("an answer that fails is the chat's error, of this package's class, and the text until then stays", async () => {
  const cut = saysInChunks({ content: "Hello" });
  cut.text = cut.text.slice(0, cut.text.lastIndexOf("data: {"));
  const broken = chatOf(scripted(cut));
  await broken.sendMessage({ text: "Hi" });
  assert.ok(broken.error instanceof StreamTruncatedError, String(broken.error));
  assert.equal(broken.status, "error");
  assert.match(JSON.stringify(broken.messages.at(-1).parts), /Hel/);

  const client = scripted({ type: "application/json", text: "" });
  const refused = chatOf(client);
  await refused.sendMessage({ text: "Hi" });
  assert.equal(refused.error.name, "ResponseError");
});

test("stop() ends the request and is not an error", async () => {
  let signal;
  const fetch = async (_url, init) => {
    signal = init.signal;
    const hangs = new ReadableStream({
      start: (controller) =>
        controller.enqueue(
          new TextEncoder().encode('data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'),
        ),
    });
    return new Response(hangs, { headers: { "content-type": "text/event-stream" } });
  };
  const client = new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch });
  const chat = chatOf(client);
  const sending = chat.sendMessage({ text: "Hi" });
  for (let turn = 0; turn < 1000 && chat.lastMessage?.parts.length !== 2; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  await chat.stop();
  await sending;
  assert.deepEqual([chat.error, chat.status, signal.aborted], [undefined, "ready", true]);
});

test("stop() does not wait for a tool that goes on", async () => {
  let began;
  const running = new Promise((resolve) => (began = resolve));
  const execute = () => (began(), new Promise(() => {}));
  const chat = chatOf(scripted(call()), { tools: { weather: { ...weather, execute } } });
  const sending = chat.sendMessage({ text: "How warm?" });
  await running;
  await chat.stop();
  await sending;
  assert.deepEqual([chat.error, chat.status], [undefined, "ready"]);
});

test("wrong options of a transport are named", () => {
  const client = scripted(saysInChunks({ content: "" }));
  for (const [args, option] of [
    [[{}, { model: "m" }], "client"],
    [[client, {}], "model"],
    [[client, { model: "m", maxSteps: 0 }], "maxSteps"],
    [
      [client, { model: "m", tools: { f: { inputSchema: { "~standard": {} } } } }],
      "tools.f.inputSchema",
    ],
  ])
    assert.throws(
      () => chatTransport(...args),
      (error) => error instanceof InvalidOptionError && error.option === option,
    );
});

// client.fetch

let server;
before(async () => {
  server = await startRecorder();
});
after(() => server.stop());

/** The proxy's own words. */
const expired = {
  status: 401,
  body: {
    error: {
      message: "The session token has expired.",
      type: "authentication_error",
      code: "token_expired",
      param: null,
    },
  },
};

/** A client whose tokens are numbered. */
function numbered() {
  let count = 0;
  const token = () => `token-${(count += 1)}`;
  return new OpenAI({ proxyUrl: server.baseUrl, token });
}
const tokens = () => server.requests.map(({ headers }) => headers.authorization);

test("client.fetch gives other clients the session token, and a new one when it has expired", async () => {
  const { fetch } = numbered();
  const official = new Official({
    apiKey: "unused",
    baseURL: server.baseUrl,
    fetch,
    maxRetries: 0,
  });
  server.answer({ body: says({ content: "Hi" }) });
  const ask = { model: "m", messages: [{ role: "user", content: "Hi" }] };
  const { choices } = await official.chat.completions.create(ask);
  assert.equal(choices[0].message.content, "Hi");
  server.answer(expired, { body: says({ content: "Hi" }) });
  await official.chat.completions.create(ask);
  assert.deepEqual(tokens(), ["Bearer token-1", "Bearer token-2"]);
  assert.deepEqual(JSON.parse(server.requests[1].body), ask);

  const provider = createOpenAI({ apiKey: "unused", baseURL: server.baseUrl, fetch });
  server.answer({ body: says({ content: "Hello" }) });
  const { text } = await generateText({ model: provider.chat("m"), prompt: "Hi", maxRetries: 0 });
  assert.deepEqual([text, tokens()], ["Hello", ["Bearer token-2"]]);
});

test("client.fetch goes nowhere but below the proxy, whatever is asked", async () => {
  const { fetch } = numbered();
  server.answer({ body: {} });
  const { url, baseUrl } = server;
  for (const target of [
    "https://api.openai.com/v1/models",
    "https://evil.example/v1/models",
    `${url}/v2/models`,
    `${url}/v1`,
    `${url}/v1evil/models`,
    `${baseUrl}/../admin`,
    `${baseUrl}/%2e%2e/admin`,
    `${baseUrl.replace("http:", "https:")}/models`,
    `http://user:pass@${new URL(baseUrl).host}/v1/models`,
    "data:text/plain,x",
    "not a url",
    new Request("https://evil.example/v1/models"),
    new URL("https://evil.example/"),
  ]) {
    const error = await failure(fetch(target));
    assert.ok(
      error instanceof InvalidOptionError && error.option === "url",
      `${target.url ?? target}`,
    );
  }
  assert.deepEqual(server.requests, []);
  // The control.
  assert.equal((await fetch(new Request(`${baseUrl}/models?limit=1`))).status, 200);
  assert.equal(server.requests[0].url, "/v1/models?limit=1");
});

test("client.fetch follows no redirect, and carries no key", async () => {
  const { fetch } = numbered();
  const { baseUrl } = server;
  server.answer({ status: 307, headers: { location: "https://evil.example/" }, body: "" });
  assert.match((await failure(fetch(`${baseUrl}/models`))).message, /redirect/);
  assert.equal(server.requests.length, 1);
  server.answer({ body: {} });
  const KEY = "sk-proj-CANARY0123456789abcdef";
  for (const init of [
    { headers: { authorization: `Bearer ${KEY}` } },
    { headers: { "x-trace": KEY } },
    { headers: { "api-key": "0123456789" } },
    { method: "POST", body: JSON.stringify({ api_key: "0123456789" }) },
  ]) {
    const error = await failure(fetch(`${baseUrl}/models`, init));
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.ok(!`${error.stack}`.includes("CANARY"));
  }
  assert.ok((await failure(fetch(`${baseUrl}/models?key=${KEY}`))) instanceof InvalidOptionError);
  assert.deepEqual(server.requests, []);
});

test("client.fetch gives error statuses back as they are, and a refused token only once more", async () => {
  const { fetch } = numbered();
  server.answer({ status: 429, body: { error: { message: "slow" } } });
  const response = await fetch(`${server.baseUrl}/models`);
  assert.deepEqual([response.status, (await response.json()).error.message], [429, "slow"]);
  server.answer(expired);
  assert.equal((await fetch(`${server.baseUrl}/models`)).status, 401);
  assert.ok(server.requests.length <= 3);
  const aborting = new AbortController();
  aborting.abort();
  await assert.rejects(fetch(`${server.baseUrl}/models`, { signal: aborting.signal }));
});
