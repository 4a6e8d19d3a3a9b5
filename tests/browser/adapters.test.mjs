// The chat hooks and clients of others on a page, over the real proxy: `useChat` by chatTransport, and the AI
// SDK's providers, the Agents SDK and the official client by client.fetch. No route of the page's own.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { bundled, startHost } from "./host.mjs";

const SCRIPT = `
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useChat } from "@ai-sdk/react";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import * as agents from "@openai/agents";
import Official from "openai";
import * as own from "/pkg/index.js";
import { chatTransport } from "/pkg/ai-sdk/index.js";

/** Shows a chat, as a page would; what the hook gives stands in \`chat\`. */
function show(transport) {
  function Chat() {
    const chat = useChat({ transport });
    globalThis.chat = chat;
    const said = chat.messages.map(({ id, role, parts }) =>
      createElement("p", { key: id, className: role },
        parts.map((part) => part.text ?? (part.output === undefined ? "" : "[" + JSON.stringify(part.output) + "]")).join("")));
    return createElement("main", { "data-status": chat.status }, said);
  }
  const place = document.body.appendChild(document.createElement("div"));
  createRoot(place).render(createElement(StrictMode, null, createElement(Chat)));
}
globalThis.kit = {
  ...{ own, Official, agents, chatTransport, createOpenAI, createOpenAICompatible },
  ...{ generateText, streamText, jsonSchema, stepCountIs, tool, show },
};`;

let upstream;
let host;
let proxy;
before(async () => {
  upstream = await startUpstream();
  host = await startHost(await bundled(SCRIPT));
  proxy = await startProxy({
    upstream,
    options: `{ routes: ["models", "responses"], allowedOrigins: [${JSON.stringify(host.origin)}] }`,
  });
});
after(() => Promise.all([host?.stop(), proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const { model } = QUESTION;
const SAID = "This is a test!";

/** Runs \`action({ client, baseURL, model, kit })\` in the page; the client's first token has expired. */
async function inPage(action, { then } = {}) {
  const { page, close } = await host.open("kit");
  try {
    const tokens = [await mint(proxy.secret, { ttlSeconds: -120 }), await mint(proxy.secret)];
    const settings = { baseURL: `${proxy.url}/v1`, model, tokens };
    const result = await page.evaluate(
      (source, { tokens, ...settings }) => {
        const { kit } = globalThis;
        const token = () => Promise.resolve(tokens.length > 1 ? tokens.shift() : tokens[0]);
        const client = new kit.own.OpenAI({ proxyUrl: settings.baseURL, token, maxRetries: 0 });
        return new Function(`return (${source})`)()({ ...settings, client, kit });
      },
      String(action),
      settings,
    );
    return then ? await then(page) : result;
  } finally {
    await close();
  }
}

/** Each request that reached the model server came from the proxy, with its key. */
async function asked() {
  const requests = await upstream.requests();
  assert.ok(requests.length > 0);
  for (const record of requests) {
    assert.match(headerOf(record, "user-agent"), /^openai-wasm-proxy\//);
    assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
  }
  return requests.map(({ path, url, body }) => ({ path: path ?? url, ...JSON.parse(body) }));
}

/** Sends a text by the hook, and resolves with what the page shows once the hook is at rest. */
const say = (text) => async (page) => {
  await page.waitForFunction(() => globalThis.chat?.status === "ready");
  await page.evaluate((words) => void globalThis.chat.sendMessage({ text: words }), text);
  await page.waitForFunction(
    () => document.querySelectorAll(".assistant").length > 0 || globalThis.chat.status === "error",
  );
  await page.waitForFunction(() => ["ready", "error"].includes(globalThis.chat.status));
  return page.evaluate(() => ({
    status: globalThis.chat.status,
    error: globalThis.chat.error?.constructor.name,
    said: [...document.querySelectorAll(".assistant")].map((each) => each.textContent),
    roles: globalThis.chat.messages.map(({ role }) => role),
  }));
};
const chatting = ({ client, kit, model }) => kit.show(kit.chatTransport(client, { model }));

test("useChat shows an answer and goes on with the conversation", async () => {
  const shown = await inPage(chatting, {
    then: async (page) => {
      await say("Say this is a test")(page);
      await page.evaluate(() => globalThis.chat.sendMessage({ text: "repeat: Again." }));
      await page.waitForFunction(() => globalThis.chat.status === "ready");
      return page.evaluate(() => [...document.querySelectorAll("p")].map((p) => p.textContent));
    },
  });
  assert.deepEqual(shown, ["Say this is a test", SAID, "repeat: Again.", "Again."]);
  const [first, second] = await asked();
  assert.equal(first.stream, true);
  assert.deepEqual(
    second.messages.map(({ role }) => role),
    ["user", "assistant", "user"],
  );
});

test("useChat runs a tool of the page, and tells the model what it gave", async () => {
  const withTool = ({ client, kit, model }) =>
    kit.show(
      kit.chatTransport(client, {
        model,
        tools: {
          get_weather: {
            description: "The weather",
            inputSchema: { type: "object", properties: { city: { type: "string" } } },
            execute: () => ({ degrees: 20 }),
          },
        },
      }),
    );
  const { status, said } = await inPage(withTool, {
    then: say("Use get_weather for Bern, please"),
  });
  assert.equal(status, "ready");
  assert.match(said[0], /\[\{"degrees":20\}\]./);
  const requests = await asked();
  assert.equal(requests.length, 2);
  assert.equal(requests[1].messages.at(-1).content, '{"degrees":20}');
});

test("useChat has an error of this package's where an answer breaks off, and keeps the text until then", async () => {
  await upstream.arm("end-events=3,no-finish");
  const { status, error, said } = await inPage(chatting, { then: say("Say this is a test") });
  assert.equal(status, "error");
  assert.match(error, /APIError|StreamTruncatedError|InternalServerError/);
  assert.ok(said.length === 1 && SAID.startsWith(said[0]) && said[0] !== SAID, String(said));
});

test("useChat's stop() closes the request as far as the model server", async () => {
  await upstream.arm("interval=50");
  const shown = await inPage(chatting, {
    then: async (page) => {
      await page.waitForFunction(() => globalThis.chat?.status === "ready");
      const text = `repeat: ${"word ".repeat(200)}`;
      await page.evaluate((words) => void globalThis.chat.sendMessage({ text: words }), text);
      await page.waitForFunction(() => document.querySelector(".assistant")?.textContent);
      await page.evaluate(() => globalThis.chat.stop());
      await page.waitForFunction(() => globalThis.chat.status === "ready");
      await upstream.wait({ closed: 1 });
      return page.evaluate(() => document.querySelector(".assistant").textContent);
    },
  });
  assert.ok(shown.length > 0 && shown.length < 900, String(shown.length));
});

test("@ai-sdk/openai asks for responses by client.fetch, whole, in a stream and with a tool", async () => {
  const result = await inPage(async ({ client, baseURL, model, kit }) => {
    const { generateText, jsonSchema, stepCountIs, streamText, tool } = kit;
    const provider = kit.createOpenAI({ baseURL, apiKey: "unused", fetch: client.fetch });
    const prompt = "Say this is a test";
    const whole = await generateText({ model: provider(model), prompt });
    let text = "";
    for await (const piece of streamText({ model: provider(model), prompt }).textStream)
      text += piece;
    const chat = await generateText({ model: provider.chat(model), prompt });
    const inputSchema = jsonSchema({
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    });
    const { steps } = await generateText({
      model: provider(model),
      prompt: "Use get_weather for Bern, please",
      stopWhen: stepCountIs(2),
      tools: { get_weather: tool({ inputSchema, execute: () => "rain" }) },
    });
    const called = steps[0].toolCalls.map(({ toolName }) => toolName);
    return { whole: whole.text, text, chat: chat.text, called, steps: steps.length };
  });
  assert.deepEqual(result, {
    ...{ whole: SAID, text: SAID, chat: SAID },
    ...{ called: ["get_weather"], steps: 2 },
  });
  await asked();
});

test("@ai-sdk/openai-compatible asks for chat completions by client.fetch", async () => {
  const result = await inPage(async ({ client, baseURL, model, kit }) => {
    const provider = kit.createOpenAICompatible({ name: "own", baseURL, fetch: client.fetch });
    const prompt = "Say this is a test";
    const whole = await kit.generateText({ model: provider(model), prompt });
    let text = "";
    for await (const piece of kit.streamText({ model: provider(model), prompt }).textStream)
      text += piece;
    return [whole.text, text];
  });
  assert.deepEqual(result, [SAID, SAID]);
  await asked();
});

test("@openai/agents runs an agent with a tool by an official client with client.fetch", async () => {
  const result = await inPage(async ({ client, baseURL, model, kit }) => {
    const { Agent, run, setDefaultOpenAIClient, setTracingDisabled, tool } = kit.agents;
    setTracingDisabled(true);
    setDefaultOpenAIClient(
      new kit.Official({
        ...{ apiKey: "unused", baseURL, fetch: client.fetch, dangerouslyAllowBrowser: true },
        maxRetries: 0,
      }),
    );
    const seen = [];
    const weather = tool({
      name: "get_weather",
      description: "The weather",
      parameters: {
        type: "object",
        properties: { city: { type: "string" } },
        required: ["city"],
        additionalProperties: false,
      },
      strict: true,
      execute: (input) => {
        seen.push(Object.keys(input));
        return "rain";
      },
    });
    const agent = new Agent({ name: "Teller", instructions: "Be brief.", model, tools: [weather] });
    const { finalOutput } = await run(agent, "Use get_weather for Bern, please");
    const plain = await run(new Agent({ name: "Plain", model }), "Say this is a test");
    const streamed = await run(new Agent({ name: "Plain", model }), "Say this is a test", {
      stream: true,
    });
    let text = "";
    for await (const piece of streamed.toTextStream()) text += piece;
    return { seen, said: finalOutput.length > 0, plain: plain.finalOutput, text };
  });
  assert.deepEqual(result, { seen: [["city"]], said: true, plain: SAID, text: SAID });
  const requests = await asked();
  assert.ok(requests.every(({ store }) => store === false));
});

test("the official client streams responses by client.fetch, which goes nowhere but to the proxy", async () => {
  const result = await inPage(async ({ client, baseURL, model, kit }) => {
    const options = { apiKey: "unused", fetch: client.fetch, dangerouslyAllowBrowser: true };
    const official = new kit.Official({ ...options, baseURL, maxRetries: 0 });
    const asked = { model, input: "Say this is a test" };
    const final = await official.responses.stream(asked).finalResponse();
    const other = new kit.Official({
      ...options,
      baseURL: "https://api.openai.com/v1",
      maxRetries: 0,
    });
    const refused = await other.responses
      .create(asked)
      .catch((error) => String(error.cause ?? error));
    return { text: final.output_text, refused };
  });
  assert.equal(result.text, SAID);
  assert.match(result.refused, /must be below/);
  await asked();
});
