// The Workers of README.md and of docs/, unchanged, in workerd.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { bundleWorker, jose } from "../support/bundle.mjs";
import { newCanary } from "../support/canary.mjs";
import { limiter } from "../support/limiter.mjs";
import { failure, MODEL } from "../support/packed.mjs";
import { mint, newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { COMPATIBILITY_FLAGS, startWorkerd } from "../support/workerd.mjs";
import { block, runPage } from "./pages.mjs";

describe("the Workers of the pages, in workerd,", () => {
  const key = newCanary();
  let upstream;
  before(async () => {
    upstream = await startUpstream({ apiKey: key });
  });
  beforeEach(() => upstream.reset());
  after(() => upstream?.stop());

  const bindings = (more) => ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: upstream.baseUrl, ...more });
  /** The author's own login: everyone who gives a name. */
  const login = {
    name: "login",
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\/login\.js$/ }, ({ path }) => ({
        path,
        namespace: "login",
      }));
      bundler.onLoad({ filter: /.*/, namespace: "login" }, () => ({
        contents: `export const userOf = (request) => {
          const id = request.headers.get("x-user");
          return id ? { id } : undefined;
        };`,
      }));
    },
  };
  const wrangler = JSON.parse(block("jsonc wrangler", "docs/proxy.md"));
  const startProxy = async (source) =>
    startWorkerd({
      modules: await bundleWorker(source, { plugins: [login] }),
      bindings: bindings({ SESSION_SECRET: newSecret() }),
      flags: wrangler.compatibility_flags,
      compatibilityDate: wrangler.compatibility_date,
    });

  it("the proxy with its session endpoint answers the page's script", async () => {
    const worker = await startProxy(block("js proxy", "docs/proxy.md"));
    try {
      for (const file of ["docs/page.md", "README.md"])
        assert.equal(await runPage(block("js page", file), worker.url), "This is a test!", file);
      const [record] = await upstream.requests();
      assert.equal(headerOf(record, "authorization"), `Bearer ${key}`);
      assert.equal((await fetch(`${worker.url}/session`, { method: "POST" })).status, 401);
      assert.equal(
        (await fetch(`${worker.url}/session`, { headers: { "x-user": "user-1" } })).status,
        401,
      );
    } finally {
      await worker.stop();
    }
  });

  it("the proxy of README.md answers the page's script", async () => {
    const worker = await startProxy(block("js worker", "README.md"));
    try {
      assert.equal(await runPage(block("js page", "README.md"), worker.url), "This is a test!");
    } finally {
      await worker.stop();
    }
  });

  it("the proxy answers the official client", async () => {
    const worker = await startProxy(block("js proxy", "docs/proxy.md"));
    try {
      const source = block("js official", "docs/proxy.md").replace(
        "https://my-proxy.example.com",
        worker.url,
      );
      const installed = source.replace('"openai"', JSON.stringify(import.meta.resolve("openai")));
      assert.notEqual(installed, source);
      assert.equal(await runPage(installed, worker.url), "This is a test!");
    } finally {
      await worker.stop();
    }
  });

  it("control: the page's script fails where a name is wrong, and without the proxy", async () => {
    const worker = await startProxy(block("js proxy", "docs/proxy.md"));
    try {
      const broken = block("js page", "docs/page.md").replace(
        "completions.create",
        "completions.creat",
      );
      assert.match((await failure(runPage(broken, worker.url))).message, /completions\.creat: /);
      const nowhere = block("js page", "docs/page.md").replace('"/v1"', '"/v2"');
      assert.equal((await failure(runPage(nowhere, worker.url))).status, 404);
    } finally {
      await worker.stop();
    }
  });

  it("the wrangler file's flag is the one that the proxy needs", async () => {
    assert.deepEqual(wrangler.compatibility_flags, COMPATIBILITY_FLAGS);
    const bare = await startWorkerd({
      modules: await bundleWorker(block("js proxy", "docs/proxy.md"), { plugins: [login] }),
      bindings: bindings({ SESSION_SECRET: newSecret() }),
      flags: [],
    });
    try {
      assert.equal((await fetch(`${bare.url}/v1/models`)).status, 503);
    } finally {
      await bare.stop();
    }
  });

  it("the proxy behind an identity provider knows nobody else, and needs no session secret", async () => {
    const worker = await startWorkerd({
      modules: await bundleWorker(block("js jwks", "docs/callers.md"), { plugins: [jose] }),
      bindings: bindings(),
      flags: wrangler.compatibility_flags,
      compatibilityDate: wrangler.compatibility_date,
    });
    try {
      const ask = (headers) =>
        fetch(`${worker.url}/v1/chat/completions`, { method: "POST", headers });
      for (const headers of [{}, { authorization: `Bearer ${await mint(newSecret())}` }])
        assert.equal((await ask(headers)).status, 401);
    } finally {
      await worker.stop();
    }
  });

  it("the proxy with anonymous sessions asks for a proof", async () => {
    const limits = {
      SESSION_LIMIT: { service: "limiter" },
      ADDRESS_LIMIT: { service: "limiter" },
      SUBJECT_LIMIT: { service: "limiter" },
    };
    const worker = await startWorkerd(
      {
        modules: await bundleWorker(block("js anonymous", "docs/callers.md")),
        bindings: bindings({
          SESSION_SECRET: newSecret(),
          TURNSTILE_SECRET: newSecret(),
          ...limits,
        }),
        flags: wrangler.compatibility_flags,
        compatibilityDate: wrangler.compatibility_date,
      },
      { services: { limiter: limiter(10) } },
    );
    try {
      const ask = (path, origin) =>
        fetch(worker.url + path, {
          method: "POST",
          headers: { "content-type": "application/json", origin },
          body: "{}",
        });
      const answer = await ask("/session", "https://app.example.com");
      assert.deepEqual([answer.status, (await answer.json()).error.code], [401, "proof_required"]);
      assert.equal((await ask("/session", "https://evil.example.com")).status, 403);
      assert.equal((await ask("/v1/chat/completions", "https://app.example.com")).status, 401);
    } finally {
      await worker.stop();
    }
  });

  it("the proxy before a server of one's own takes its key, though it is a word", async () => {
    const at = "http://localhost:11434/v1";
    const source = block("js own-server", "docs/servers.md").replace(
      '"llama3.2"',
      JSON.stringify(MODEL),
    );
    assert.ok(source.includes(at));
    const statuses = [];
    for (const script of [source, source.replace("allowShortKey: true,", "")]) {
      const secret = newSecret();
      const worker = await startWorkerd({
        modules: await bundleWorker(script.replace(at, upstream.baseUrl)),
        bindings: { OPENAI_API_KEY: "local", SESSION_SECRET: secret },
        flags: wrangler.compatibility_flags,
        compatibilityDate: wrangler.compatibility_date,
      });
      try {
        const headers = {
          authorization: `Bearer ${await mint(secret)}`,
          "content-type": "application/json",
        };
        const body = JSON.stringify({
          model: MODEL,
          messages: [{ role: "user", content: "Say this is a test" }],
        });
        statuses.push(
          (await fetch(`${worker.url}/v1/chat/completions`, { method: "POST", headers, body }))
            .status,
        );
      } finally {
        await worker.stop();
      }
    }
    // The stand-in wants another key; the control, without the option, asks nobody.
    assert.deepEqual(statuses, [502, 503]);
    assert.deepEqual(
      (await upstream.requests()).map((record) => headerOf(record, "authorization")),
      ["Bearer local"],
    );
  });

  it("the Worker with the edge client streams an answer's text to callers with a session", async () => {
    const secret = newSecret();
    const worker = await startWorkerd({
      modules: await bundleWorker(block("js edge", "docs/proxy.md")),
      bindings: bindings({ SESSION_SECRET: secret }),
      flags: wrangler.compatibility_flags,
      compatibilityDate: wrangler.compatibility_date,
    });
    try {
      assert.equal(
        (await fetch(worker.url, { method: "POST", body: "Say this is a test" })).status,
        401,
      );
      assert.deepEqual(await upstream.requests(), []);
      const headers = { authorization: `Bearer ${await mint(secret)}` };
      const response = await fetch(worker.url, {
        method: "POST",
        headers,
        body: "Say this is a test",
      });
      assert.equal(await response.text(), "This is a test!");
      assert.equal(headerOf((await upstream.requests())[0], "authorization"), `Bearer ${key}`);

      await upstream.reset();
      await upstream.arm("interval=50");
      const leaving = new AbortController();
      const body = `repeat:${"word ".repeat(300)}`;
      const long = await fetch(worker.url, {
        method: "POST",
        headers,
        body,
        signal: leaving.signal,
      });
      await long.body.getReader().read();
      leaving.abort();
      await upstream.wait({ closed: 1 });
    } finally {
      await worker.stop();
    }
  });
});
