// What is counted before a request is what the server's usage says after it: the stand-in counts with the
// crate's tokenizer, the package with its own build of it and with rules written in JavaScript.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";

const packed = (name) => import(pathToFileURL(`${setting("OPENAI_WASM_PKG")}/${name}`));
const { default: OpenAI } = await packed("index.js");
const { tokenizer, UnknownModelError } = await packed("tokens/index.js");

const MODEL = "stand-in-ngram-1";
const user = (content) => ({ role: "user", content });
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a place.",
    parameters: {
      type: "object",
      properties: { city: { type: "string", description: "Which city." } },
    },
  },
};
const conversations = {
  "one question": { messages: [user("Say this is a test!")] },
  "a system's message and an answer": {
    messages: [
      { role: "system", content: "You are a helpful assistant." },
      user("Where is 東京?"),
      { role: "assistant", content: "In Japan 🗾." },
      user("Naïve?"),
    ],
  },
  "a name": { messages: [{ ...user("Hi"), name: "ann" }] },
  "a tool": { messages: [user("Hi")], tools: [weather], tool_choice: "none" },
};

for (const encoding of ["cl100k_base", "o200k_base"]) {
  let upstream;
  let client;
  before(async () => {
    upstream = await startUpstream({ tokens: encoding });
    client = new OpenAI({ proxyUrl: upstream.baseUrl, token: "t" });
  });
  after(() => upstream?.stop());

  for (const [name, params] of Object.entries(conversations)) {
    test(`${encoding}: ${name} has the usage that was counted`, async () => {
      const t = await tokenizer(encoding);
      const { tokens } = t.countChat(params);
      const answer = await client.chat.completions.create({
        model: MODEL,
        max_tokens: 40,
        seed: 1,
        ...params,
      });
      assert.equal(answer.usage.prompt_tokens, tokens);
      assert.equal(answer.usage.completion_tokens, t.count(answer.choices[0].message.content));
      const stream = await client.chat.completions.create({
        model: MODEL,
        max_tokens: 40,
        seed: 1,
        ...params,
        stream: true,
        stream_options: { include_usage: true },
      });
      let usage;
      for await (const chunk of stream) usage = chunk.usage ?? usage;
      assert.deepEqual(usage, answer.usage);
    });
  }

  test(`${encoding}: what the client's fit left is what the server counts`, async () => {
    const t = await tokenizer(encoding);
    const fitting = new OpenAI({
      proxyUrl: upstream.baseUrl,
      token: "t",
      fit: t.fitter({ contextWindow: 60, maxOutputTokens: 20 }),
    });
    const messages = [
      user("first ".repeat(30)),
      { role: "assistant", content: "Yes." },
      user("Say this is a test!"),
    ];
    const answer = await fitting.chat.completions.create({
      model: MODEL,
      messages,
      max_tokens: 20,
    });
    assert.equal(answer.fitted.leftOut.length, 2);
    assert.equal(answer.usage.prompt_tokens, answer.fitted.tokens);
    const whole = await client.chat.completions.create({ model: MODEL, messages, max_tokens: 20 });
    assert.ok(whole.usage.prompt_tokens > 40, "the control: without it more was sent");
  });
}

test("the documents' conversations have the usage that they print", async () => {
  const t = await tokenizer("gpt-3.5-turbo");
  assert.deepEqual(t.countChat({ messages: [user("Say this is a test!")] }), {
    tokens: 13,
    exact: true,
  });
  assert.equal(t.count("ChatGPT is great!"), 6);
  const davinci = await tokenizer("text-davinci-003");
  assert.equal(davinci.count("Say this is a test"), 5);
  assert.equal(
    davinci.price({ prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 }).nanoDollars,
    240_000,
  );
});

test("the cookbook's conversation has its counts", async () => {
  const system = (content, name) => ({ role: "system", content, ...(name && { name }) });
  const messages = [
    system(
      "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
    ),
    system("New synergies will help drive top-line growth.", "example_user"),
    system("Things working well together will increase revenue.", "example_assistant"),
    system(
      "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
      "example_user",
    ),
    system("Let's talk later when we're less busy about how to do better.", "example_assistant"),
    user("This late pivot means we don't have time to boil the ocean for the client deliverable."),
  ];
  for (const [model, tokens] of Object.entries({
    "gpt-3.5-turbo-0301": 127,
    "gpt-3.5-turbo": 129,
    "gpt-4": 129,
    "gpt-4o": 124,
    "gpt-4o-mini": 124,
  })) {
    const t = await tokenizer(model);
    assert.deepEqual(t.countChat({ messages }), { tokens, exact: true }, model);
  }
});

test("an unknown model is an error that names the encodings, and an author's entry makes it known", async () => {
  await assert.rejects(
    tokenizer("mine"),
    (error) => error instanceof UnknownModelError && error.encodings.length === 5,
  );
  const t = await tokenizer("mine", {
    models: { mine: { encoding: "cl100k_base", contextWindow: 50 } },
  });
  assert.equal(t.encoding, "cl100k_base");
  assert.equal(t.fit({ messages: [user("Hi")] }).tokensLeft, 50 - 8);
});
