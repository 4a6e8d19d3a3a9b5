// What other clients' own quick starts send, through the proxy: no parameter of theirs is refused.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { createOpenAI } from "@ai-sdk/openai";
import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { tool as langchainTool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import {
  embed,
  embedMany,
  generateImage,
  generateText,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { model } = QUESTION;
const SAID = "This is a test!";
const prompt = "Say this is a test";
const weather = "What is the weather like in Paris? Use get_weather.";
const place = z.object({ location: z.string().describe("City and country") });

let upstream;
let proxy;
let token;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({
    upstream,
    options:
      '{ routes: ["models", "embeddings", "completions", "moderations", "images.generations"] }',
  });
  token = await mint(proxy.secret);
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** The control: what the upstream saw of the last request. */
async function seen() {
  const requests = await upstream.requests();
  return JSON.parse(requests.at(-1).body);
}

describe("the official client", () => {
  let client;
  before(() => {
    client = new OpenAI({ apiKey: token, baseURL: `${proxy.url}/v1`, maxRetries: 0 });
  });

  it("asks with a developer message and the parameters of the API's own examples", async () => {
    const completion = await client.chat.completions.create({
      model,
      messages: [
        { role: "developer", content: "Talk like a pirate." },
        { role: "user", content: prompt },
      ],
      n: 1,
      store: false,
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      stop: null,
      seed: 7,
      modalities: ["text"],
      service_tier: "auto",
      metadata: { page: "start" },
      response_format: { type: "text" },
      logprobs: true,
      top_logprobs: 2,
      logit_bias: { 50256: -100 },
      max_tokens: null,
      max_completion_tokens: null,
      stream_options: null,
      user: "u",
    });
    assert.equal(completion.choices[0].message.content, SAID);
    const body = await seen();
    assert.deepEqual(
      [body.modalities, body.service_tier, body.metadata, body.max_tokens],
      [["text"], "auto", { page: "start" }, 2048],
    );
    assert.ok(
      !("stop" in body) && !("stream_options" in body) && !("max_completion_tokens" in body),
    );
  });

  it("streams, and reads the end of a stream by its helper", async () => {
    let text = "";
    for await (const chunk of await client.chat.completions.create({
      model,
      messages: [{ role: "user", content: prompt }],
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.delta?.content ?? "";
    }
    assert.equal(text, SAID);
    const stream = client.chat.completions.stream({
      model,
      messages: [{ role: "user", content: prompt }],
    });
    assert.equal(await stream.finalContent(), SAID);
  });

  it("calls a tool and sends its own message back", async () => {
    const tools = [
      {
        type: "function",
        function: {
          name: "get_weather",
          description: "Current temperature",
          parameters: {
            type: "object",
            properties: { location: { type: "string" } },
            required: ["location"],
            additionalProperties: false,
          },
          strict: true,
        },
      },
    ];
    const messages = [{ role: "user", content: weather }];
    const first = await client.chat.completions.create({
      model,
      messages,
      tools,
      tool_choice: "auto",
      store: false,
    });
    const { message } = first.choices[0];
    assert.equal(message.tool_calls[0].function.name, "get_weather");
    messages.push(
      { annotations: [], audio: null, function_call: null, ...message },
      { role: "tool", tool_call_id: message.tool_calls[0].id, content: "17" },
    );
    assert.ok(
      (await client.chat.completions.create({ model, messages, tools })).choices[0].message.content,
    );
  });

  it("parses a structured answer", async () => {
    const completion = await client.chat.completions.parse({
      model,
      messages: [{ role: "user", content: "Where is the tower?" }],
      response_format: zodResponseFormat(place, "place"),
    });
    assert.equal(typeof completion.choices[0].message.parsed.location, "string");
  });

  it("embeds, completes, moderates, draws and lists", async () => {
    const { data } = await client.embeddings.create({
      model,
      input: "The quick brown fox",
      encoding_format: "float",
    });
    assert.ok(data[0].embedding.length > 0);
    assert.ok(
      (await client.completions.create({ model, prompt, max_tokens: 7, temperature: 0 })).choices[0]
        .text,
    );
    assert.equal((await client.moderations.create({ input: "kind words" })).results.length, 1);
    for (const size of ["256x256", "512x512", "1024x1024"]) {
      assert.equal(
        (await client.images.generate({ model, prompt: "A cute otter", n: 1, size })).data.length,
        1,
      );
    }
    assert.ok((await client.models.list()).data.length > 0);
    assert.equal((await client.models.retrieve(model)).id, model);
  });
});

describe("the AI SDK", () => {
  let provider;
  before(() => {
    provider = createOpenAI({ apiKey: token, baseURL: `${proxy.url}/v1` });
  });
  const options = () => ({ model: provider.chat(model), maxRetries: 0 });

  it("generates and streams text", async () => {
    assert.equal((await generateText({ ...options(), prompt })).text, SAID);
    let text = "";
    for await (const part of streamText({
      ...options(),
      system: "You are a friendly assistant.",
      prompt,
    }).textStream)
      text += part;
    assert.equal(text, SAID);
  });

  it("runs tools in several steps", async () => {
    const { steps } = await generateText({
      ...options(),
      prompt: weather,
      stopWhen: stepCountIs(2),
      tools: {
        get_weather: tool({
          description: "Get the weather",
          inputSchema: place,
          execute: async () => ({ temperature: 17 }),
        }),
      },
    });
    assert.equal(steps[0].toolCalls[0].toolName, "get_weather");
    assert.equal(steps.length, 2);
  });

  it("generates an object", async () => {
    const { output } = await generateText({
      ...options(),
      output: Output.object({ schema: place }),
      prompt: "Where is the tower?",
    });
    assert.equal(typeof output.location, "string");
  });

  it("embeds and draws", async () => {
    const embedding = provider.embedding(model);
    assert.ok(
      (await embed({ model: embedding, value: "sunny day at the beach", maxRetries: 0 })).embedding
        .length > 0,
    );
    assert.equal(
      (await embedMany({ model: embedding, values: ["a", "b"], maxRetries: 0 })).embeddings.length,
      2,
    );
    const { image } = await generateImage({
      model: provider.image(model),
      prompt: "A cute otter",
      size: "1024x1024",
      maxRetries: 0,
    });
    assert.ok(image.base64.length > 0);
    assert.equal((await seen()).size, "1024x1024");
  });
});

describe("LangChain", () => {
  const chat = (more) =>
    new ChatOpenAI({
      model,
      apiKey: token,
      maxRetries: 0,
      configuration: { baseURL: `${proxy.url}/v1` },
      ...more,
    });

  it("invokes, streams and works in batches", async () => {
    const messages = [new SystemMessage("Answer briefly."), new HumanMessage(prompt)];
    assert.equal((await chat({ temperature: 0 }).invoke(messages)).content, SAID);
    let text = "";
    for await (const chunk of await chat().stream(prompt)) text += chunk.content;
    assert.equal(text, SAID);
    assert.deepEqual(
      (await chat().batch([prompt, prompt])).map(({ content }) => content),
      [SAID, SAID],
    );
  });

  it("binds tools and asks for structured answers by each of its methods", async () => {
    const getWeather = langchainTool(async () => "17", {
      name: "get_weather",
      description: "Get the weather",
      schema: place,
    });
    const answer = await chat().bindTools([getWeather]).invoke(weather);
    assert.equal(answer.tool_calls[0].name, "get_weather");
    for (const method of ["functionCalling", "jsonSchema"]) {
      const structured = await chat()
        .withStructuredOutput(place, { name: "place", method })
        .invoke("Where is the tower?");
      assert.equal(typeof structured.location, "string", method);
    }
  });

  it("embeds", async () => {
    const embeddings = new OpenAIEmbeddings({
      model,
      apiKey: token,
      maxRetries: 0,
      configuration: { baseURL: `${proxy.url}/v1` },
    });
    assert.ok((await embeddings.embedQuery("sunny day")).length > 0);
    assert.equal((await embeddings.embedDocuments(["a", "b"])).length, 2);
  });
});
