// The option `fit` of a client: what a tokenizer does to its chat completions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const packed = (name) => import(pathToFileURL(`${setting("OPENAI_WASM_PKG")}/${name}`));
const { default: OpenAI, InvalidOptionError } = await packed("index.js");
const { Conversations } = await packed("tokens/conversations.js");
const { ContextWindowError } = await packed("tokens/errors.js");

/** A token is four bytes. */
class Quarters extends Conversations {
  encoding = "o200k_base";
  counted = [];
  count(text) {
    this.counted.push(text);
    return Math.ceil(new TextEncoder().encode(text).length / 4);
  }
}

const user = (content) => ({ role: "user", content });
const bot = (content) => ({ role: "assistant", content });
const messages = [user("first question"), bot("first answer"), user("second question")];

/** A client whose server answers every chat completion, and what it was sent. */
function client(fit) {
  const sent = [];
  const fetch = async (_url, { body }) => {
    const params = JSON.parse(body);
    sent.push(params);
    const choice = { index: 0, finish_reason: "stop" };
    if (!params.stream)
      return Response.json({
        object: "chat.completion",
        choices: [{ ...choice, message: bot("Yes.") }],
      });
    const chunk = {
      object: "chat.completion.chunk",
      choices: [{ ...choice, delta: { content: "Yes." } }],
    };
    const text = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
    return new Response(text, { headers: { "content-type": "text/event-stream" } });
  };
  const openai = new OpenAI({
    proxyUrl: "https://example.com/v1",
    token: "t",
    fetch,
    maxRetries: 0,
    fit,
  });
  return { openai, sent };
}

const small = new Quarters({ model: "gpt-4o" }).fitter({ contextWindow: 30, maxOutputTokens: 15 });
const params = { model: "gpt-4o", messages };

test("what does not fit is left out before it is sent, and the result says so", async () => {
  const { openai, sent } = client(small);
  const answer = await openai.chat.completions.create(params);
  assert.deepEqual(sent, [{ model: "gpt-4o", messages: [messages[2]] }]);
  assert.equal(answer.choices[0].message.content, "Yes.");
  assert.deepEqual(answer.fitted, {
    leftOut: messages.slice(0, 2),
    cut: false,
    tokens: 11,
    tokensLeft: 19,
    exact: true,
  });
  assert.ok(!Object.keys(answer).includes("fitted"), "it is not enumerable");
  assert.equal(params.messages.length, 3, "the caller's own stay");
});

test("withResponse, asResponse and streams are as they were, and say so too", async () => {
  const { openai, sent } = client(small);
  const { data, response } = await openai.chat.completions.create(params).withResponse();
  assert.equal(data.fitted.leftOut.length, 2);
  assert.equal(response.status, 200);
  const bare = await openai.chat.completions.create(params).asResponse();
  assert.equal((await bare.json()).object, "chat.completion");
  const stream = await openai.chat.completions.create({ ...params, stream: true });
  assert.equal(stream.fitted.leftOut.length, 2);
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0].delta.content;
  assert.equal(text, "Yes.");
  const events = openai.chat.completions.stream(params);
  assert.equal(events.fitted.leftOut.length, 2);
  assert.equal(await events.finalContent(), "Yes.");
  assert.deepEqual(
    sent.map(({ messages }) => messages.length),
    [1, 1, 1, 1],
  );
});

test("what cannot be made to fit is rejected unsent", async () => {
  const { openai, sent } = client(small);
  const long = { ...params, messages: [user("x".repeat(200))] };
  await assert.rejects(openai.chat.completions.create(long), ContextWindowError);
  await assert.rejects(openai.chat.completions.create(long).withResponse(), ContextWindowError);
  await assert.rejects(openai.chat.completions.stream(long).finalContent(), ContextWindowError);
  await assert.rejects(openai.chat.completions.create({ model: "gpt-4o" }), { option: "messages" });
  await assert.rejects(openai.chat.completions.create(), { option: "params" });
  assert.deepEqual(sent, []);
});

test("the tokenizer itself fits into the model's window", async () => {
  const { openai, sent } = client(new Quarters());
  const long = "x".repeat(4 * 112_000);
  const answer = await openai.chat.completions.create({
    model: "gpt-4o",
    messages: [user(long), bot("a"), user("b")],
  });
  assert.equal(answer.fitted.leftOut.length, 2);
  assert.deepEqual(sent[0].messages, [user("b")]);
});

test("without the option nothing is left out and no result speaks of it", async () => {
  const { openai, sent } = client();
  const answer = await openai.chat.completions.create(params);
  assert.equal(answer.fitted, undefined);
  assert.deepEqual(sent, [params]);
});

test("an option that is not a tokenizer is refused", () => {
  // Also a promise: a tokenizer without `await`.
  for (const fit of ["gpt-4o", {}, Promise.resolve(small), () => small]) {
    assert.throws(
      () => client(fit),
      (error) => error instanceof InvalidOptionError && error.option === "fit",
    );
  }
});

test("a model that reads another encoding is refused, and one of an unknown encoding is not", () => {
  const tokenizer = new Quarters({ model: "gpt-4o" });
  assert.throws(() => tokenizer.countChat({ model: "gpt-4", messages }), { option: "model" });
  assert.ok(tokenizer.countChat({ model: "gpt-oss-20b", messages }).tokens > 0);
  assert.equal(tokenizer.countChat({ model: "llama-3", messages }).exact, false);
  assert.equal(tokenizer.countChat({ messages }).exact, true);
});

test("a text that the last call counted is not counted again", () => {
  const tokenizer = new Quarters({ model: "gpt-4o" });
  const { tokens } = tokenizer.countChat({ messages });
  tokenizer.counted.length = 0;
  assert.equal(
    tokenizer.countChat({ messages: [...messages, bot("new")] }).tokens,
    tokens + 3 + 3 + 1,
  );
  assert.deepEqual(tokenizer.counted, ["new"]);
  tokenizer.countChat({ messages: [user("other")] });
  tokenizer.countChat({ messages: [user("other")] });
  tokenizer.counted.length = 0;
  tokenizer.countChat({ messages });
  assert.ok(tokenizer.counted.includes("first question"), "and what is no longer used is not kept");
});

test("the tokenizer's own model counts where none is named, and an author's own models", () => {
  const models = {
    mine: {
      encoding: "o200k_base",
      contextWindow: 40,
      maxOutputTokens: 10,
      prices: { input: 1, output: 2 },
    },
  };
  const tokenizer = new Quarters({ model: "mine", models });
  const usage = { prompt_tokens: 3, completion_tokens: 2 };
  assert.equal(tokenizer.price(usage).nanoDollars, 7_000);
  assert.equal(tokenizer.price(usage, { model: "gpt-4o" }).nanoDollars, 27_500);
  assert.throws(() => new Quarters().price(usage), { option: "model" });
  assert.throws(() => tokenizer.price(undefined), { option: "usage" });
  const worst = tokenizer.worstPrice({ messages: [user("Hi")], max_tokens: 10 });
  assert.deepEqual([worst.maxOutputTokens, worst.nanoDollars], [10, (worst.tokens + 20) * 1000]);
  const fitted = tokenizer.fit({ messages, temperature: 0 }, { maxOutputTokens: 25 });
  assert.deepEqual(
    fitted.params,
    { messages: [messages[2]], temperature: 0 },
    "the tokenizer's own model is not added",
  );
});
