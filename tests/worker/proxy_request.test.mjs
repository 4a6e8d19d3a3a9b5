// What becomes of a request before the upstream hears of it: paths, bodies that do not come, what is said of
// a refusal, and where the upstream may be.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { open, send } from "../support/http.mjs";
import { limiter } from "../support/limiter.mjs";
import { setting } from "../support/program.mjs";
import { proxySource, QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";
const PAGE = "https://app.example.com";
const MODEL = QUESTION.model;

let upstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream?.stop());
beforeEach(() => upstream.reset());

const untouched = async () => assert.deepEqual(await upstream.requests(), []);

/** Runs `use` with a proxy of its own. */
async function withProxy(settings, use) {
  const proxy = await startProxy({ upstream, ...settings });
  try {
    return await use(proxy);
  } finally {
    await proxy.stop();
  }
}

describe("paths", () => {
  const authorized = async (proxy, token) => ({
    authorization: `Bearer ${await mint(proxy.secret, token)}`,
  });

  it("one model is answered from the list, whoever it is asked by", async () => {
    await withProxy({ options: `{ models: ["${MODEL}", "meta/llama 3"] }` }, async (proxy) => {
      const headers = await authorized(proxy);
      for (const [path, id] of [
        [MODEL, MODEL],
        [`${MODEL}/`, MODEL],
        [`${MODEL}?x=1`, MODEL],
        ["meta%2Fllama%203", "meta/llama 3"],
        ["meta/llama%203", "meta/llama 3"],
      ]) {
        const answer = await proxy.send(`/v1/models/${path}`, { headers });
        assert.deepEqual(
          [answer.status, answer.json().id, answer.json().object],
          [200, id, "model"],
          path,
        );
      }
      for (const path of ["gpt-big", "%C3%A9", `${MODEL}%20`]) {
        const error = refused(
          await proxy.send(`/v1/models/${path}`, { headers }),
          404,
          "model_not_found",
          path,
        );
        assert.ok(
          error.message.startsWith("The model ") && !error.message.includes("meta"),
          error.message,
        );
      }
      const scoped = await authorized(proxy, { claims: { models: ["other"] } });
      refused(await proxy.send(`/v1/models/${MODEL}`, { headers: scoped }), 404, "model_not_found");
      refused(await proxy.send(`/v1/models/${MODEL}`, {}), 401, "unauthorized");
      await untouched();
    });
  });

  it("and by the upstream where every model is open, below its own path", async () => {
    await withProxy({}, async (proxy) => {
      const headers = await authorized(proxy);
      const answer = await proxy.send(`/v1/models/${MODEL}`, { headers });
      assert.deepEqual([answer.status, answer.json().id], [200, MODEL], answer.text());
      assert.equal((await proxy.send("/v1/models/org%2Fnone", { headers })).status, 404);
      assert.equal((await proxy.send("/v1/models/a%20b", { headers })).status, 404);
      assert.deepEqual(
        (await upstream.requests()).map(({ path }) => path),
        [`/v1/models/${MODEL}`, "/v1/models/org%2Fnone"],
      );
      await upstream.reset();
      for (const path of [
        "..%2Ffiles",
        "..%252Ffiles",
        "a%2F..%2F..%2Ffiles",
        "%2E%2E%2Ffiles",
        "a%5C..%5Cfiles",
      ]) {
        assert.equal((await proxy.send(`/v1/models/${path}`, { headers })).status, 404, path);
      }
      await untouched();
    });
  });

  it("HEAD is answered as GET is, without a body, and a slash at the end is left out", async () => {
    for (const options of ["{}", `{ models: ["${MODEL}"] }`]) {
      await withProxy({ options }, async (proxy) => {
        const headers = await authorized(proxy);
        for (const path of ["/v1/models", "/v1/models/", `/v1/models/${MODEL}`]) {
          const head = await proxy.send(path, { method: "HEAD", headers });
          assert.deepEqual(
            [head.status, head.headers["content-type"], head.text()],
            [200, "application/json", ""],
            path,
          );
          assert.equal((await proxy.send(path, { headers })).status, 200, path);
          assert.equal((await proxy.send(path, { method: "HEAD" })).status, 401, path);
        }
        assert.equal((await proxy.post(`${CHAT}/`, { ...QUESTION, model: MODEL })).status, 200);
        assert.equal((await upstream.requests()).at(-1).path, CHAT);
        const preflight = {
          origin: proxy.url.replace(/\/$/, ""),
          "access-control-request-method": "HEAD",
        };
        assert.equal(
          (await proxy.send("/v1/models", { method: "OPTIONS", headers: preflight })).status,
          204,
        );
      });
      await upstream.reset();
    }
  });
});

/** The package with other times for bodies, and with a window on its memory. */
const bundleWith = (pace) => ({
  plugins: [
    {
      name: "pace",
      setup(bundler) {
        const change = (filter, from, to) =>
          bundler.onLoad({ filter }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            const changed = text.replace(from, to);
            assert.notEqual(changed, text, "the file has another form than the one known");
            return { contents: changed };
          });
        if (pace)
          change(
            /edge[/\\]proxy-option-table\.js$/,
            /BODY_PACE = \{[^}]*\}/,
            `BODY_PACE = ${JSON.stringify(pace)}`,
          );
        change(
          /edge[/\\]glue\.js$/,
          "wasm.__wbindgen_start();",
          "globalThis.wasmMemory = wasm.memory; $&",
        );
      },
    },
  ],
});
const SESSIONS = `{
  allowedOrigins: ["${PAGE}"], rateLimits: { session: "LIMIT" },
  anonymousSessions: { hostnames: ["app.example.com"], verifyUrl: "http://127.0.0.1:1/siteverify" },
}`;
const withMemory = (options) => `${proxySource(options).replace("export default", "const proxy =")}
export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/memory") return proxy.fetch(request, env, ctx);
    return new Response(String(globalThis.wasmMemory.buffer.byteLength));
  },
};`;
const withSessions = (pace, use) =>
  withProxy(
    {
      source: withMemory(SESSIONS),
      bundle: bundleWith(pace),
      bindings: {
        TURNSTILE_SECRET: "1x0000000000000000000000000000000AA",
        LIMIT: { service: "limiter" },
      },
      services: { limiter: limiter(100_000) },
    },
    use,
  );

describe("P3_bodies that do not come", () => {
  const session = { "content-type": "application/json", origin: PAGE };
  /** The head of a request to `/session`, and of its body what `write` gives. */
  const openSession = (proxy, length, write = () => {}) =>
    open(`${proxy.url}/session`, {
      method: "POST",
      headers: {
        ...session,
        ...(length === undefined
          ? { "transfer-encoding": "chunked" }
          : { "content-length": String(length) }),
      },
      body: (request) => {
        request.flushHeaders();
        write(request);
      },
    });
  const answered = async ({ response }) => {
    const answer = await response;
    await answer.ended;
    return answer;
  };
  /** A byte every now and then, until somebody has had enough. */
  const drip = (request) => {
    const timer = setInterval(() => request.write(" "), 20);
    request.once("close", () => clearInterval(timer));
  };

  it("one that stands still ends with 408 on every route, and the next request is served", async () => {
    await withSessions({ idleMs: 300, baseMs: 60_000, msPerBlock: 1000 }, async (proxy) => {
      const headers = { "content-length": "1000" };
      for (const pending of [
        await openSession(proxy, 1000),
        await openSession(proxy, 1000, (request) => request.write('{"turn')),
        await openSession(proxy),
        await proxy.openChat("", { headers, body: (request) => request.flushHeaders() }),
        await proxy.openChat("", { headers, body: (request) => request.write("{") }),
      ]) {
        const error = refused(await answered(pending), 408, "request_timeout");
        assert.equal(error.message, "Nothing of the request body came for 1 seconds.");
      }
      await untouched();
      assert.equal((await proxy.chat(QUESTION)).status, 200);
    });
  });

  it("one that comes too slowly ends, and one that takes its time in pieces does not", async () => {
    await withSessions({ idleMs: 60_000, baseMs: 400, msPerBlock: 1000 }, async (proxy) => {
      for (const pending of [
        await openSession(proxy, undefined, drip),
        await proxy.openChat("", { headers: { "transfer-encoding": "chunked" }, body: drip }),
      ]) {
        assert.match(
          refused(await answered(pending), 408, "request_timeout").message,
          /^The request body took longer than/,
        );
      }
    });
    await withSessions(undefined, async (proxy) => {
      const text = JSON.stringify(QUESTION);
      const pending = await proxy.openChat("", {
        headers: { "content-length": String(text.length) },
        body: (request) => {
          request.write(text.slice(0, 20));
          setTimeout(() => request.end(text.slice(20)), 300);
        },
      });
      assert.equal((await answered(pending)).status, 200);
    });
  });

  it("before a proof a body has 8 KiB at most, and nothing is reserved for what has not come", async () => {
    await withSessions(undefined, async (proxy) => {
      const large = refused(
        await answered(await openSession(proxy, 8193)),
        413,
        "request_too_large",
      );
      assert.equal(large.message, "The request body is too large: at most 8192 bytes here.");
      refused(
        await answered(
          await openSession(proxy, undefined, (request) => request.write("x".repeat(8193))),
        ),
        413,
        "request_too_large",
      );
      const memory = async () => Number((await proxy.send("/memory", {})).text());
      const before = await memory();
      const heads = await Promise.all(Array.from({ length: 200 }, () => openSession(proxy, 8192)));
      // One that came behind them has been answered, so they have all been looked at.
      refused(
        await send(`${proxy.url}/session`, { method: "POST", headers: session, body: "{}" }),
        401,
        "proof_required",
      );
      const grown = (await memory()) - before;
      for (const { close } of heads) close();
      assert.ok(grown <= 2 ** 22, `${grown} bytes`);
    });
  });
});

for (const { tag, title, start } of PROXIES) {
  describe(`what ${title} says of a refusal`, () => {
    let proxy;
    before(async () => {
      proxy = await start({ upstream });
    });
    after(() => proxy?.stop());

    it(`${tag}names what is refused to the caller, and the remedy to the operator`, async () => {
      const line = (pattern) => proxy.until((output) => pattern.exec(output)?.[0]);
      for (const [answer, message, said] of [
        [
          () => proxy.chat({ ...QUESTION, web_search_options: {} }),
          /web_search_options/,
          /allowParams \(Config::allowed_params\) lets it through: "web_search_options"/,
        ],
        [
          () => proxy.chat({ ...QUESTION, max_tokens: 1e6 }),
          /^max_tokens: at most \d+ here\.$/,
          /maxOutputTokens/,
        ],
        [() => proxy.post("/v1/embeddings", {}), /\/v1\/embeddings/, /routes: \["embeddings"\]/],
        [
          () => proxy.post("/v1/assistants", {}),
          /\/v1\/assistants/,
          /no option of routes serves: "\/v1\/assistants"/,
        ],
        [
          () => proxy.chat(QUESTION, { headers: { origin: "https://b.example.com" } }),
          /b\.example\.com/,
          /allowedOrigins .*"https:\/\/b\.example\.com"/,
        ],
        [
          async () =>
            proxy.send(CHAT, {
              method: "POST",
              headers: {
                authorization: `Bearer ${await mint(`${"f".repeat(16)}0123456789abcdef`)}`,
              },
            }),
          /^A valid session token/,
          /another secret than sessionSecret/,
        ],
      ]) {
        const { error } = (await answer()).json();
        assert.match(error.message, message);
        assert.match(await line(said), said);
      }
      await untouched();
    });

    it(`${tag}writes a kind of line once a second at most, short and on one line`, async () => {
      const began = Date.now();
      const name = `\u202e\u001b[2J\nopenai-wasm proxy: forged ${"x".repeat(5000)}`;
      await Promise.all(Array.from({ length: 40 }, () => proxy.chat({ ...QUESTION, [name]: 1 })));
      const lines = proxy.output.split("\n").filter((text) => text.includes("forged"));
      assert.ok(lines.length <= 1 + (Date.now() - began) / 1000, `${lines.length} lines`);
      for (const text of lines) assert.ok(text.length <= 220 && /^[\x20-\x7e]*$/.test(text), text);
    });
  });
}

it("the log names the host that could not be reached, and the caller does not learn it", async () => {
  await withProxy({ bindings: { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" } }, async (proxy) => {
    const error = refused(await proxy.chat(QUESTION), 502, "upstream_unreachable");
    assert.doesNotMatch(error.message, /127/);
    assert.match(
      await proxy.until(
        (output) => /the upstream 127\.0\.0\.1:1 could not be reached: .*/.exec(output)?.[0],
      ),
      /reached: "./,
    );
  });
});

describe("plain http to a server of one's own", () => {
  const inNode = () =>
    import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/proxy.node.js")).href);
  const load = async () =>
    JSON.parse(await readFile(new URL("../fixtures/allow-http.json", import.meta.url), "utf8"));
  const refuses = (createProxy, options, option) =>
    assert.throws(
      () => createProxy({ models: "*", ...options }),
      (error) => error.name === "InvalidOptionError" && error.option === option,
      JSON.stringify(options),
    );

  it("the list takes hosts with their ports, and opens these alone", async () => {
    const { createProxy } = await inNode();
    const { entries, urls } = await load();
    for (const entry of entries.good) createProxy({ models: "*", allowHttp: [entry] });
    for (const entry of entries.shape) refuses(createProxy, { allowHttp: [entry] }, "allowHttp[0]");
    for (const { allowHttp, accepted, refused: others } of urls) {
      if (allowHttp.some((entry) => !entries.good.includes(entry))) continue;
      for (const upstreamUrl of accepted)
        createProxy({ models: "*", allowHttp, upstream: upstreamUrl });
      for (const upstreamUrl of others)
        refuses(createProxy, { allowHttp, upstream: upstreamUrl }, "upstream");
    }
    assert.throws(
      () => createProxy({ upstream: "http://ollama:11434/v1" }),
      /allowHttp: \["ollama:11434"\]/,
    );
  });

  it("the proxy asks such a server, and none that the environment alone names", async () => {
    const fetch =
      '(url, init, env) => fetch(url.replace("http://ollama:11434/v1", env.REAL), init)';
    const bindings = { OPENAI_BASE_URL: "http://ollama:11434/v1", REAL: upstream.baseUrl };
    await withProxy(
      { options: `{ allowHttp: ["ollama:11434"], fetch: ${fetch} }`, bindings },
      async (proxy) => {
        assert.equal((await proxy.chat(QUESTION)).status, 200);
      },
    );
    await upstream.reset();
    for (const [options, why] of [
      [`{ fetch: ${fetch} }`, /allowHttp/],
      ['{ allowHttp: ["api.openai.com:80"] }', /allow_http\[0\].*provider/],
    ]) {
      await withProxy(
        { options, bindings: { ...bindings, ALLOW_HTTP: "ollama:11434" } },
        async (proxy) => {
          refused(await proxy.chat(QUESTION), 503, "misconfigured");
          assert.match(await proxy.until((output) => /not configured: .*/.exec(output)?.[0]), why);
        },
      );
    }
    await untouched();
  });
});

it("a system prompt stands beside no completions, and a path of allowParams is held against the tables", async () => {
  const { createProxy } = await import(
    pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/proxy.node.js")).href
  );
  assert.throws(
    () => createProxy({ systemPrompt: "Cheese.", routes: ["completions"] }),
    (error) => error.option === "routes" && /systemPrompt/.test(error.message),
  );
  assert.throws(
    () => createProxy({ allowParams: ["messages[0].x"] }),
    (error) => error.option === "allowParams[0]",
  );
  for (const entry of ["model", "messages.content.file", "messages.contents.x", "tools.type"]) {
    await withProxy({ options: `{ allowParams: ["${entry}"] }` }, async (proxy) => {
      refused(await proxy.chat(QUESTION), 503, "misconfigured");
      assert.match(
        await proxy.until((output) => /not configured: .*/.exec(output)?.[0]),
        /allowed_params\[0\] \(the option allowParams\)/,
      );
    });
  }
  await withProxy(
    { options: '{ allowParams: ["messages.content.cache_control"] }' },
    async (proxy) => {
      const content = [
        { type: "text", text: "Say this is a test", cache_control: { type: "ephemeral" } },
      ];
      await proxy.chat({ ...QUESTION, messages: [{ role: "user", content }] });
      const [{ body }] = await upstream.requests();
      assert.deepEqual(JSON.parse(body).messages[0].content, content);
    },
  );
});
