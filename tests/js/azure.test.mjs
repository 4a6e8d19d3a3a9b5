// The key-holding client and Azure's v1 API: https://RESOURCE.openai.azure.com/openai/v1.

import assert from "node:assert/strict";
import { test } from "node:test";

import { edge } from "../support/packed.mjs";

const { default: OpenAI } = await edge();
const KEY = "0123456789abcdef0123456789abcdef";

/** What a client of these options sends for a call. */
async function sent(options) {
  let request;
  const fetch = async (url, init) => {
    request = { url, headers: Object.fromEntries(new Headers(init.headers)) };
    return Response.json({ choices: [], data: [] });
  };
  const client = new OpenAI({ apiKey: KEY, maxRetries: 0, fetch, ...options });
  await client.chat.completions.create(
    { model: "gpt-5", messages: [{ role: "user", content: "Hi" }] },
    { query: { a: 1 } },
  );
  return request;
}

test("a key goes to Azure's hosts in the header api-key, and to the paths of its v1 API", async () => {
  for (const host of [
    "mine.openai.azure.com",
    "mine.services.ai.azure.com",
    "MINE.OpenAI.Azure.com.",
    "mine.cognitiveservices.azure.com",
  ]) {
    const { url, headers } = await sent({ baseURL: `https://${host}/openai/v1/` });
    assert.equal(url, `https://${host}/openai/v1/chat/completions?a=1`);
    assert.deepEqual([headers["api-key"], headers.authorization], [KEY, undefined]);
  }
});

test("a token of Entra, which a function gives, stays a bearer token", async () => {
  const { headers } = await sent({
    baseURL: "https://mine.openai.azure.com/openai/v1",
    apiKey: async () => "eyJ0eXAi.token.x",
  });
  assert.deepEqual(
    [headers["api-key"], headers.authorization],
    [undefined, "Bearer eyJ0eXAi.token.x"],
  );
});

test("the control: other hosts get a bearer token, whatever they are called", async () => {
  for (const baseURL of [
    "https://api.openai.com/v1",
    "https://openai.azure.com.example.com/openai/v1",
    "https://notopenai.azure.com/openai/v1",
  ]) {
    const { headers } = await sent({ baseURL });
    assert.deepEqual([headers["api-key"], headers.authorization], [undefined, `Bearer ${KEY}`]);
  }
});

test("what is logged hides the key in either header", async () => {
  const lines = [];
  const logger = Object.fromEntries(
    ["error", "warn", "info", "debug"].map((level) => [
      level,
      (...words) => lines.push(JSON.stringify(words)),
    ]),
  );
  for (const baseURL of ["https://mine.openai.azure.com/openai/v1", "https://api.openai.com/v1"])
    await sent({ baseURL, logger, logLevel: "debug" });
  assert.ok(lines.length > 2);
  assert.ok(!lines.join("").includes(KEY), lines.join("\n"));
});
