// Clients that know nothing of the proxy, on a page of another origin, with a session token in the key's
// place (threat table, rows O1 and K1).

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { send } from "../support/http.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { bundled, startHost } from "./host.mjs";

// As an author's bundler takes them; the keyless client stays a file beside the page.
const SCRIPT = `
import OpenAI from "openai";
import * as sdk from "@ai-sdk/provider-utils";
import * as own from "/pkg/index.js";
globalThis.clients = { OpenAI, sdk, own };`;
const ROUTES = `["models", "audio.transcriptions"]`;
// CORS lets a page send these without asking (Fetch standard, "CORS-safelisted request-header").
const SAFELISTED = new Set(["accept", "accept-language", "content-language"]);

let upstream;
let host;
let proxy;
let stranger;
before(async () => {
  upstream = await startUpstream();
  host = await startHost(await bundled(SCRIPT));
  proxy = await startProxy({
    upstream,
    options: `{ routes: ${ROUTES}, allowedOrigins: [${JSON.stringify(host.origin)}] }`,
  });
  stranger = await startProxy({
    upstream,
    options: `{ routes: ${ROUTES}, allowedOrigins: ["https://app.example.com"] }`,
  });
});
after(() => Promise.all([host?.stop(), proxy?.stop(), stranger?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

/** Runs `action(client, QUESTION)` in the page, with an official client for the proxy. */
async function inPage(action, { to = proxy, token = {} } = {}) {
  const { page, close } = await host.open("clients");
  try {
    const settings = {
      apiKey: await mint(to.secret, token),
      baseURL: `${to.url}/v1`,
      maxRetries: 0,
    };
    return await page.evaluate(
      async (source, settings, question) => {
        const { OpenAI } = globalThis.clients;
        const names = new Set();
        const fetch = (url, init) => {
          for (const name of new Headers(init.headers).keys()) names.add(name);
          return globalThis.fetch(url, init);
        };
        const client = new OpenAI({ ...settings, dangerouslyAllowBrowser: true, fetch });
        const failure = (promise) =>
          promise.then(
            () => undefined,
            (error) => ({
              name: error.constructor.name,
              status: error.status,
              code: error.code,
              param: error.param,
              id: error.requestID,
            }),
          );
        const result = await new Function(`return (${source})`)()({
          client,
          settings,
          question,
          failure,
          OpenAI,
        });
        return { result, names: [...names] };
      },
      String(action),
      settings,
      QUESTION,
    );
  } finally {
    await close();
  }
}

/** Nothing of the page's headers reached the model server. */
async function onlyTheProxysHeaders() {
  const records = await upstream.requests();
  assert.ok(records.length > 0);
  for (const record of records) {
    const names = record.headers.map(([name]) => name.toLowerCase());
    assert.deepEqual(
      names.filter((name) =>
        /^(x-stainless-|origin$|referer$|idempotency-key$|sec-|cookie$)/.test(name),
      ),
      [],
    );
    assert.match(headerOf(record, "user-agent"), /^openai-wasm-proxy\//);
    assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
  }
}

/** The names that the proxy's preflight allows. */
async function allowed() {
  const headers = {
    origin: host.origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
  };
  const answer = await send(`${proxy.url}/v1/chat/completions`, { method: "OPTIONS", headers });
  return new Set([...answer.headers["access-control-allow-headers"].split(", "), ...SAFELISTED]);
}

test("O1_K1_the official client creates, streams and lists", async () => {
  const { result, names } = await inPage(async ({ client, question }) => {
    const whole = await client.chat.completions.create(question);
    let text = "";
    for await (const chunk of await client.chat.completions.create({ ...question, stream: true }))
      text += chunk.choices[0]?.delta.content ?? "";
    const helper = await client.chat.completions.stream(question).finalContent();
    const timed = await client.chat.completions.create(question, {
      timeout: 60_000,
      headers: { "Idempotency-Key": "once" },
    });
    const models = [];
    for await (const { id } of client.models.list()) models.push(id);
    return {
      whole: whole.choices[0].message.content,
      text,
      helper,
      timed: timed.choices[0].message.content,
      models,
    };
  });
  const said = "This is a test!";
  assert.deepEqual(
    { ...result, models: result.models.includes(QUESTION.model) },
    { whole: said, text: said, helper: said, timed: said, models: true },
  );
  // Browsers differ in the headers that they ask for, so the list is held against what the client set.
  for (const name of [
    "authorization",
    "content-type",
    "idempotency-key",
    "x-stainless-lang",
    "x-stainless-timeout",
    "x-stainless-helper-method",
  ]) {
    assert.ok(names.includes(name), `${name} of ${names}`);
  }
  const list = await allowed();
  assert.deepEqual(
    names.filter((name) => !list.has(name)),
    [],
  );
  await onlyTheProxysHeaders();
});

test("O1_K1_the official client uploads, and gets subtitles", async () => {
  const { result } = await inPage(({ client }) => {
    const file = new File(["repeat: Hello there."], "speech.mp3", { type: "audio/mpeg" });
    return client.audio.transcriptions.create({ file, model: "whisper-1", response_format: "srt" });
  });
  assert.equal(result, "1\n00:00:00,000 --> 00:00:02,500\nHello there.\n\n");
  await onlyTheProxysHeaders();
});

test("O5_the official client reads what it was refused for", async () => {
  const { result: bad } = await inPage(({ client, question, failure }) =>
    failure(client.chat.completions.create({ ...question, temperature: 9 })),
  );
  assert.deepEqual([bad.name, bad.status, bad.param], ["BadRequestError", 400, "temperature"]);
  assert.match(bad.id, /^[0-9a-f-]{36}$/);
  const { result: expired } = await inPage(
    ({ client, question, failure }) => failure(client.chat.completions.create(question)),
    { token: { ttlSeconds: -120 } },
  );
  assert.deepEqual(
    [expired.name, expired.status, expired.code],
    ["AuthenticationError", 401, "token_expired"],
  );
});

test("O1_K1_the AI SDK's way to post, with its own user agent", async () => {
  const { result } = await inPage(async ({ settings, question }) => {
    const { createEventSourceResponseHandler, createJsonErrorResponseHandler, postJsonToApi } =
      globalThis.clients.sdk;
    const any = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
    const { value } = await postJsonToApi({
      url: `${settings.baseURL}/chat/completions`,
      headers: {
        Authorization: `Bearer ${settings.apiKey}`,
        "user-agent": "ai-sdk/openai-compatible/2.0.0",
      },
      body: { ...question, stream: true },
      failedResponseHandler: createJsonErrorResponseHandler({
        errorSchema: any,
        errorToMessage: (error) => error.error.message,
      }),
      successfulResponseHandler: createEventSourceResponseHandler(any),
    });
    let text = "";
    for (const reader = value.getReader(); ; ) {
      const { done, value: part } = await reader.read();
      if (done) return text;
      text += part.value.choices[0]?.delta.content ?? "";
    }
  });
  assert.equal(result, "This is a test!");
  await onlyTheProxysHeaders();
});

test("O1_K1_the keyless client may name a request by idempotencyKey", async () => {
  const { result } = await inPage(async ({ settings, question }) => {
    const client = new globalThis.clients.own.OpenAI({
      proxyUrl: settings.baseURL,
      token: settings.apiKey,
      maxRetries: 0,
    });
    return (await client.chat.completions.create(question, { idempotencyKey: "once" })).choices[0]
      .message.content;
  });
  assert.equal(result, "This is a test!");
  await onlyTheProxysHeaders();
});

test("O2_control: a page whose origin is not listed reaches nothing", async () => {
  const { result } = await inPage(
    ({ client, question, failure }) => failure(client.chat.completions.create(question)),
    { to: stranger },
  );
  assert.equal(result.status, undefined);
  assert.match(result.name, /^APIConnectionError/);
  assert.deepEqual(await upstream.requests(), []);
});
