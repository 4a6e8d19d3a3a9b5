// The key-holding client of servers and Workers.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { ask, edge, failure } from "../support/packed.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, OpenAIError, InvalidOptionError } = await edge();
const KEY = "sk-proj-CANARY0123456789abcdef";
let upstream;

before(async () => {
  upstream = await startUpstream({ apiKey: KEY });
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

test("the key, the organisation and the project go where the official client puts them", async () => {
  const client = new OpenAI({ apiKey: KEY, baseURL: upstream.baseUrl, organization: "org-1", project: "proj_1" });
  const answer = await client.chat.completions.create(ask("Say this is a test"));
  assert.equal(answer.choices[0].message.content, "This is a test!");
  const [request] = await upstream.requests();
  assert.equal(headerOf(request, "authorization"), `Bearer ${KEY}`);
  assert.equal(headerOf(request, "openai-organization"), "org-1");
  assert.equal(headerOf(request, "openai-project"), "proj_1");
});

test("the key may be a function, asked for every attempt, and may end in a newline", async () => {
  let asked = 0;
  const apiKey = async () => (++asked, `${KEY}\n`);
  await upstream.arm("status=500,retry-after-ms=1");
  await new OpenAI({ apiKey, baseURL: upstream.baseUrl }).models.list();
  assert.equal(asked, 2);
});

test("the process's variables stand in for missing options", async () => {
  Object.assign(process.env, { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_ORG_ID: "org-2" });
  try {
    await new OpenAI().models.list();
  } finally {
    for (const name of ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID"]) delete process.env[name];
  }
  assert.equal(headerOf((await upstream.requests())[0], "openai-organization"), "org-2");
});

test("a process that may not read its variables needs none where all is given", async () => {
  const real = process.env;
  const asked = [];
  process.env = new Proxy(real, {
    get(_, name) {
      asked.push(name);
      throw new Error(`NotCapable: ${String(name)}`);
    },
  });
  try {
    const given = new OpenAI({ apiKey: KEY, baseURL: upstream.baseUrl });
    assert.deepEqual([given.organization, given.project, asked], [null, null, []]);
    // OpenAI's own server knows its accounts, so their variables are asked for; a refusal means there are none.
    for (const options of [{ apiKey: KEY }, { apiKey: KEY, baseURL: "https://api.openai.com/v1" }]) {
      const client = new OpenAI(options);
      assert.deepEqual([client.organization, client.project], [null, null]);
    }
    assert.ok(asked.includes("OPENAI_ORG_ID") && asked.includes("OPENAI_PROJECT_ID"), asked.join());
    assert.throws(() => new OpenAI({ baseURL: upstream.baseUrl }), /Missing credentials/);
  } finally {
    process.env = real;
  }
  await new OpenAI({ apiKey: KEY, baseURL: upstream.baseUrl }).models.list();
});

test("missing or malformed credentials are refused before anything is sent", async () => {
  assert.throws(() => new OpenAI({ baseURL: upstream.baseUrl }), (error) => error instanceof OpenAIError && /Missing credentials/.test(error.message));
  for (const [options, option] of [
    [{ apiKey: 5 }, "apiKey"],
    [{ apiKey: KEY, baseURL: "nowhere" }, "baseURL"],
    [{ apiKey: KEY, base_url: "x" }, "base_url"],
    [{ apiKey: KEY, organization: 7 }, "organization"],
  ]) {
    assert.throws(() => new OpenAI(options), (error) => error instanceof InvalidOptionError && error.option === option);
  }
  for (const apiKey of [() => "", () => "two words", async () => "line\nbreak"]) {
    assert.ok((await failure(new OpenAI({ apiKey, baseURL: upstream.baseUrl }).models.list())) instanceof OpenAIError);
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("a plain http server that is not this machine is refused: the key would travel in the open", async () => {
  const client = new OpenAI({ apiKey: KEY, baseURL: "http://example.com/v1" });
  assert.equal((await failure(client.models.list())).option, "baseURL");
});

test("a client prints no key", () => {
  const client = new OpenAI({ apiKey: KEY });
  assert.ok(!`${client} ${JSON.stringify(client)}`.includes("CANARY"));
});
