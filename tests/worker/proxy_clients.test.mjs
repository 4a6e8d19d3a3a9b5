// Clients that know nothing of the proxy, and what a Worker's author does with the package.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

import { jwtVerify } from "jose";
import OpenAI from "openai";

import { bundleWorker } from "../support/bundle.mjs";
import { findCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { setting } from "../support/program.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint, newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const inNode = () =>
  import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/proxy.node.js")).href);

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

describe("the official client, with a session token in the key's place,", () => {
  const client = async (options) =>
    new OpenAI({
      apiKey: await mint(proxy.secret),
      baseURL: `${proxy.url}/v1`,
      maxRetries: 0,
      ...options,
    });

  it("gets a completion", async () => {
    const completion = await (await client()).chat.completions.create(QUESTION);
    assert.equal(completion.choices[0].message.content, "This is a test!");
  });

  it("gets a stream", async () => {
    let text = "";
    const stream = await (await client()).chat.completions.create({ ...QUESTION, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    assert.equal(text, "This is a test!");
  });

  it("lists models", async () => {
    const ids = [];
    for await (const model of (await client()).models.list()) ids.push(model.id);
    assert.ok(ids.includes("stand-in-ngram-1"));
  });

  it("gets errors of its own classes", async () => {
    const good = await client();
    await assert.rejects(good.chat.completions.create({ ...QUESTION, temperature: 9 }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, "temperature");
      assert.match(error.requestID, /^[0-9a-f-]{36}$/);
      return true;
    });
    await assert.rejects(good.files.list(), OpenAI.NotFoundError);
    const expired = await client({ apiKey: await mint(proxy.secret, { ttlSeconds: -120 }) });
    await assert.rejects(expired.models.list(), (error) => {
      assert.ok(error instanceof OpenAI.AuthenticationError);
      assert.equal(error.code, "token_expired");
      return true;
    });
  });

  it("closes the upstream's socket by abort in mid-stream", async () => {
    await upstream.arm("interval=100");
    const stream = await (await client()).chat.completions.create({
      ...QUESTION,
      messages: [{ role: "user", content: `repeat:${"word ".repeat(200)}` }],
      stream: true,
    });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break;
    }
    const left = Date.now();
    const [record] = await upstream.wait({ closed: 1 });
    assert.ok(record.closed_at_ms - left <= 1000, `it took ${record.closed_at_ms - left} ms`);
  });
});

describe("signSessionToken", () => {
  it("makes a JWT that jose verifies and the proxy accepts", async () => {
    const { signSessionToken } = await inNode();
    const token = await signSessionToken({ secret: proxy.secret, sub: "user-7", ttlSeconds: 60 });
    const { payload, protectedHeader } = await jwtVerify(
      token,
      new TextEncoder().encode(proxy.secret),
    );
    assert.deepEqual(protectedHeader, { typ: "JWT", alg: "HS256" });
    assert.equal(payload.sub, "user-7");
    assert.equal(payload.exp - payload.iat, 60);
    const answer = await send(`${proxy.url}/v1/models`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200, answer.text());
  });

  it("names the option that it refuses, and not its value", async () => {
    const { signSessionToken, InvalidOptionError } = await inNode();
    const good = { secret: newSecret(), sub: "user-7" };
    for (const [option, value] of [
      ["secret", undefined],
      ["secret", ""],
      ["secret", "tooshort-canary"],
      ["secret", "a".repeat(40)],
      ["secret", 7],
      ["sub", undefined],
      ["sub", ""],
      ["sub", "a\nb"],
      ["sub", "x".repeat(129)],
      ["ttlSeconds", 0],
      ["ttlSeconds", -1],
      ["ttlSeconds", 1.5],
      ["ttlSeconds", "60"],
      ["ttlSeconds", 1e9],
      ["ttlSeconds", null],
      ["unknown", 1],
    ]) {
      await assert.rejects(signSessionToken({ ...good, [option]: value }), (error) => {
        assert.ok(error instanceof InvalidOptionError, String(error));
        assert.equal(error.option, option);
        assert.ok(!error.message.includes("tooshort-canary"));
        return true;
      });
    }
    await assert.rejects(signSessionToken(), InvalidOptionError);
  });
});

describe("verifySessionToken", () => {
  it("gives the session of a good token, and nothing for any other", async () => {
    const { verifySessionToken } = await inNode();
    const secret = newSecret();
    const verify = (authorization, options) =>
      verifySessionToken({ secret, authorization, ...options });
    const session = await verify(
      `Bearer ${await mint(secret, { claims: { models: ["m"], max_tokens: 9 } })}`,
    );
    assert.deepEqual(
      [session.sub, session.models, session.maxTokens, session.origin],
      ["user-1", ["m"], 9, undefined],
    );
    assert.ok(Math.abs(session.expiresAt - Date.now() / 1000 - 600) < 60);
    for (const authorization of [
      null,
      undefined,
      "",
      "Bearer x",
      `Bearer ${await mint(newSecret())}`,
      `Bearer ${await mint(secret, { ttlSeconds: -120 })}`,
      `Bearer ${await mint(secret, { ttlSeconds: 3600 })}`,
    ]) {
      assert.equal(await verify(authorization), undefined, authorization);
    }
    assert.equal(
      (
        await verify(`Bearer ${await mint(secret, { ttlSeconds: 3600 })}`, {
          maxTokenSeconds: 3600,
        })
      ).sub,
      "user-1",
    );
  });

  it("refuses to verify with a weak secret", async () => {
    const { verifySessionToken } = await inNode();
    for (const secret of [undefined, "", "short"]) {
      await assert.rejects(verifySessionToken({ secret, authorization: "Bearer x" }), {
        option: "secret",
      });
    }
  });
});

describe("createProxy", () => {
  it("names the option that it refuses, at once", async () => {
    const { createProxy, InvalidOptionError } = await inNode();
    assert.throws(() => createProxy({ allowed_origin: [] }), {
      message: "allowed_origin: is not an option, but allowedOrigins is",
    });
    assert.throws(() => createProxy({ zzz: [] }), { message: "zzz: is not an option" });
    for (const [options, option] of [
      [{ upstream: "" }, "upstream"],
      [{ upstream: "x" }, "upstream"],
      [{ upstream: "/v1" }, "upstream"],
      [{ upstream: 7 }, "upstream"],
      [{ upstream: "http://api.example.com/v1" }, "upstream"],
      [{ upstream: "https://u:p@api.example.com" }, "upstream"],
      [{ upstream: "https://api.example.com/v1?key=1" }, "upstream"],
      [{ upstream: "https://api.example.com/#x" }, "upstream"],
      [{ keySecret: "" }, "keySecret"],
      [{ allowShortKey: "yes" }, "allowShortKey"],
      [{ sessionSecret: 7 }, "sessionSecret"],
      [{ allowedOrigins: "*" }, "allowedOrigins"],
      [{ allowedOrigins: ["*"] }, "allowedOrigins[0]"],
      [
        { allowedOrigins: ["https://a.example.com", "https://b.example.com/"] },
        "allowedOrigins[1]",
      ],
      [{ allowedOrigins: ["null"] }, "allowedOrigins[0]"],
      [{ allowedOrigins: ["https://a.example.com:443"] }, "allowedOrigins[0]"],
      [{ fetch: "UPSTREAM" }, "fetch"],
      [{ maxBodyBytes: 0 }, "maxBodyBytes"],
      [{ maxTokenSeconds: 1e9 }, "maxTokenSeconds"],
      [{ timeout: "1s" }, "timeout"],
      [{ issuer: "" }, "issuer"],
      [{ audience: [] }, "audience"],
      [{ models: [] }, "models"],
      [{ models: "gpt-4o" }, "models"],
      [{ models: ["a", "*"] }, "models[1]"],
      [{ models: [7] }, "models[0]"],
      [{ routes: ["files"] }, "routes[0]"],
      [{ routes: "models" }, "routes"],
      [{ allowParams: [""] }, "allowParams[0]"],
      [{ maxOutputTokens: 0 }, "maxOutputTokens"],
      [{ maxMessages: 1.5 }, "maxMessages"],
      [{ maxInputChars: "1" }, "maxInputChars"],
      [{ maxImageBytes: -1 }, "maxImageBytes"],
      [{ imageUrls: 1 }, "imageUrls"],
      [{ systemPrompt: " " }, "systemPrompt"],
      [{ endUserParam: "id" }, "endUserParam"],
      [{ maxConcurrent: 0 }, "maxConcurrent"],
      [{ coalesceMs: -1 }, "coalesceMs"],
      [{ coalesceMs: 1001 }, "coalesceMs"],
      [{ maxUploadBytes: 0 }, "maxUploadBytes"],
      [{ rateLimits: "L" }, "rateLimits"],
      [{ rateLimits: { ip: "L" } }, "rateLimits.ip"],
      [{ rateLimits: { subject: {} } }, "rateLimits.subject"],
      [{ authenticate: true }, "authenticate"],
      [{ isRevoked: "x" }, "isRevoked"],
      [{ claimOnce: {} }, "claimOnce"],
      [{ disabled: true }, "disabled"],
      [{ anonymousSessions: {} }, "anonymousSessions.hostnames"],
      [{ anonymousSessions: { hostnames: ["https://a"] } }, "anonymousSessions.hostnames[0]"],
      [{ anonymousSessions: { hostnames: ["a"] } }, "rateLimits.session"],
      [
        { anonymousSessions: { hostnames: ["a"], ttlSeconds: 901 }, rateLimits: { session: "L" } },
        "anonymousSessions.ttlSeconds",
      ],
      [{ apiKey: "sk-proj-abcdefghijkl" }, "apiKey"],
      [{ allowedOrigin: [] }, "allowedOrigin"],
      [null, "options"],
    ]) {
      assert.throws(
        () => createProxy(options),
        (error) => {
          assert.ok(error instanceof InvalidOptionError, `${JSON.stringify(options)}: ${error}`);
          assert.equal(error.option, option);
          assert.doesNotMatch(error.message, /sk-proj-/);
          return true;
        },
      );
    }
    createProxy();
    createProxy({
      upstream: "http://localhost:11434/v1",
      allowedOrigins: ["https://a.example.com", "capacitor://localhost", "http://localhost:5173"],
    });
  });

  it("works in Node as it does in a Worker", async () => {
    const { createProxy } = await inNode();
    const env = {
      OPENAI_API_KEY: proxy.key,
      SESSION_SECRET: proxy.secret,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODELS: "*",
    };
    const request = new Request("https://proxy.example.com/v1/chat/completions", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await mint(proxy.secret)}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ ...QUESTION, stream: true }),
    });
    const response = await createProxy().fetch(request, env);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /\[DONE\]/);
    assert.equal(
      (await createProxy().fetch(new Request("https://proxy.example.com/v1/models"))).status,
      503,
    );
  });

  it("A7_is not configured while a secrets store does not give the key", async () => {
    const { createProxy } = await inNode();
    const said = [];
    const { error } = console;
    console.error = (...words) => said.push(words.join(" "));
    try {
      for (const get of [
        async () => {
          throw new Error("no secret store-canary");
        },
        async () => undefined,
        async () => 7,
        () => null,
      ]) {
        const env = { OPENAI_API_KEY: { get }, SESSION_SECRET: newSecret(), OPENAI_MODELS: "*" };
        const answer = await createProxy().fetch(
          new Request("https://proxy.example.com/v1/models"),
          env,
        );
        assert.deepEqual([answer.status, (await answer.json()).error.code], [503, "misconfigured"]);
      }
    } finally {
      console.error = error;
    }
    assert.deepEqual(
      [...new Set(said)],
      ["openai-wasm proxy: not configured: OPENAI_API_KEY: the upstream key is missing"],
    );
  });

  it("asks a secrets store, takes other names, issuers and audiences, and another fetch", async () => {
    const { createProxy, signSessionToken } = await inNode();
    const secret = newSecret();
    const asked = [];
    const custom = createProxy({
      upstream: upstream.baseUrl,
      models: "*",
      routes: ["models"],
      keySecret: "MY_KEY",
      allowShortKey: true,
      sessionSecret: "MY_SECRET",
      issuer: "https://id.example.com",
      audience: "proxy",
      fetch: (url, init, env) => {
        asked.push([url, env.MARK]);
        return fetch(url, init);
      },
    });
    const env = { MY_KEY: { get: async () => "sk-local" }, MY_SECRET: secret, MARK: "mark" };
    const status = async (claims) => {
      const token = await signSessionToken({ secret, sub: "s", ...claims });
      const request = new Request("https://proxy.example.com/v1/models", {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await custom.fetch(request, env)).status;
    };
    assert.equal(await status({}), 401);
    assert.equal(await status({ issuer: "https://id.example.com", audience: "staging" }), 401);
    assert.equal(await status({ issuer: "https://id.example.com", audience: "proxy" }), 200);
    assert.deepEqual(asked, [[`${upstream.baseUrl}/models`, "mark"]]);
    assert.equal(headerOf((await upstream.requests())[0], "authorization"), "Bearer sk-local");
  });
});

describe("a Worker of the author's own", () => {
  it("mounts the proxy beside its own routes and asks with the key itself", async () => {
    const modules = await bundleWorker(`
      import OpenAI from "openai-wasm/edge";
      import { createProxy, signSessionToken } from "openai-wasm/proxy";
      const proxy = createProxy({ models: ["stand-in-ngram-1"], routes: ["models"] });
      export default {
        async fetch(request, env, ctx) {
          const { pathname } = new URL(request.url);
          if (pathname.startsWith("/v1/")) return proxy.fetch(request, env, ctx);
          if (pathname === "/session") return new Response(await signSessionToken({ secret: env.SESSION_SECRET, sub: "user-1" }));
          const client = new OpenAI({ apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL, maxRetries: 0 });
          const question = { model: "stand-in-ngram-1", messages: [{ role: "user", content: "Say this is a test" }] };
          if (pathname === "/error") {
            const error = await client.chat.completions.create({ ...question, temperature: 9 }).catch((error) => error);
            return Response.json({ name: error.name, status: error.status, param: error.param, text: String(error) });
          }
          if (pathname === "/stream") {
            const stream = await client.chat.completions.create({ ...question, stream: true });
            let text = "";
            for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
            return new Response(text);
          }
          const completion = await client.chat.completions.create(question);
          return new Response(completion.choices[0].message.content);
        },
      };`);
    const bindings = {
      OPENAI_API_KEY: proxy.key,
      SESSION_SECRET: proxy.secret,
      OPENAI_BASE_URL: upstream.baseUrl,
    };
    const worker = await startWorkerd({ modules, bindings });
    try {
      assert.equal((await send(`${worker.url}/create`)).text(), "This is a test!");
      assert.equal((await send(`${worker.url}/stream`)).text(), "This is a test!");
      const error = await send(`${worker.url}/error`);
      assert.deepEqual(
        [error.json().name, error.json().status, error.json().param],
        ["BadRequestError", 400, "temperature"],
      );
      for (const record of await upstream.requests())
        assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
      const token = (await send(`${worker.url}/session`)).text();
      const models = await send(`${worker.url}/v1/models`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(models.status, 200, models.text());
      assert.deepEqual(findCanary(proxy.key, worker.output + error.seen()), []);
    } finally {
      await worker.stop();
    }
  });
});
