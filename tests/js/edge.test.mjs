// The key-holding client of servers and Workers.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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
  const client = new OpenAI({
    apiKey: KEY,
    baseURL: upstream.baseUrl,
    organization: "org-1",
    project: "proj_1",
  });
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
  Object.assign(process.env, {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: upstream.baseUrl,
    OPENAI_ORG_ID: "org-2",
  });
  try {
    await new OpenAI().models.list();
  } finally {
    for (const name of ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID"])
      delete process.env[name];
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
    for (const options of [
      { apiKey: KEY },
      { apiKey: KEY, baseURL: "https://api.openai.com/v1" },
    ]) {
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
  assert.throws(
    () => new OpenAI({ baseURL: upstream.baseUrl }),
    (error) => error instanceof OpenAIError && /Missing credentials/.test(error.message),
  );
  for (const [options, option] of [
    [{ apiKey: 5 }, "apiKey"],
    [{ apiKey: KEY, baseURL: "nowhere" }, "baseURL"],
    [{ apiKey: KEY, base_url: "x" }, "base_url"],
    [{ apiKey: KEY, organization: 7 }, "organization"],
  ]) {
    assert.throws(
      () => new OpenAI(options),
      (error) => error instanceof InvalidOptionError && error.option === option,
    );
  }
  for (const apiKey of [() => "", () => "two words", async () => "line\nbreak"]) {
    assert.ok(
      (await failure(new OpenAI({ apiKey, baseURL: upstream.baseUrl }).models.list())) instanceof
        OpenAIError,
    );
  }
  assert.deepEqual(await upstream.requests(), []);
});

test("a plain http server that is not this machine is refused: the key would travel in the open", async () => {
  const client = new OpenAI({ apiKey: KEY, baseURL: "http://example.com/v1" });
  assert.equal((await failure(client.models.list())).option, "baseURL");
});

/** Environments in which nobody may read a variable, or in which nobody should ask. */
test("variables are asked for only where they can be used, and a refusal to show them is none", () => {
  const { env } = process;
  const asked = [];
  const refusing = new Proxy(
    {},
    {
      get(_, name) {
        asked.push(name);
        throw Object.assign(new Error("Requires env access"), { name: "NotCapable" });
      },
    },
  );
  Object.defineProperty(process, "env", { value: refusing, configurable: true, writable: true });
  let error;
  try {
    const client = new OpenAI({ apiKey: KEY, baseURL: "https://models.example/v1" });
    assert.deepEqual([client.organization, asked.splice(0)], [null, []]);
    assert.equal(new OpenAI({ apiKey: KEY }).baseURL, "https://api.openai.com/v1");
    try {
      new OpenAI({ baseURL: "https://models.example/v1" });
    } catch (found) {
      error = found;
    }
  } finally {
    Object.defineProperty(process, "env", {
      value: env,
      configurable: true,
      writable: true,
      enumerable: true,
    });
  }
  assert.match(error.message, /Missing credentials/);
  assert.ok(asked.includes("OPENAI_API_KEY"));
});

test("plain http leads to the hosts that the author lists, and to no others", async () => {
  const { entries, urls } = JSON.parse(
    await readFile(new URL("../fixtures/allow-http.json", import.meta.url), "utf8"),
  );
  const call = async (baseURL, allowHttp) => {
    const fetch = async () => Response.json({ data: [] });
    try {
      await new OpenAI({ apiKey: KEY, baseURL, allowHttp, fetch }).models.list();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  for (const { allowHttp, accepted, refused } of urls) {
    // A list with a faulty entry is refused as a whole.
    const faulty = allowHttp.some(
      (entry) => !entries.good.includes(entry) && entry !== "plain.internal:80",
    );
    for (const url of accepted)
      assert.equal((await call(url, allowHttp))?.option, faulty ? "allowHttp" : undefined, url);
    for (const url of refused) {
      const error = await call(url, allowHttp);
      assert.ok(
        error instanceof InvalidOptionError && ["baseURL", "allowHttp"].includes(error.option),
        `${url}: ${error}`,
      );
      if (error.option === "baseURL" && /^http:/.test(url))
        assert.match(error.message, /allowHttp/);
      assert.doesNotMatch(error.message, /same-origin/);
    }
  }
  for (const entry of entries.good)
    assert.equal(await call("https://models.example/v1", [entry]), undefined, entry);
  for (const entry of [...entries.shape, ...entries.provider])
    assert.equal((await call("https://models.example/v1", [entry])).option, "allowHttp", entry);
  for (const list of ["ollama:11434", [5], {}])
    assert.throws(() => new OpenAI({ apiKey: KEY, allowHttp: list }), { option: "allowHttp" });
});

test("a client prints no key", () => {
  const client = new OpenAI({ apiKey: KEY });
  assert.ok(!`${client} ${JSON.stringify(client)}`.includes("CANARY"));
});
