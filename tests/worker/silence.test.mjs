// The gate of every test here: no Worker prints its secrets, a token, a question or an answer, on its console
// or in its trace (threat table, row K8). Shown by Workers that do.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { newCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { mint, newSecret } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

/** How the stop of a Worker fails that has run `statement` for one request with this body and token. */
async function outcomeOf({ statement, bindings, body = "{}", token, crash = false }) {
  const esModule = `export default { async fetch(request, env) {
    const body = await request.text();
    const authorization = request.headers.get("authorization");
    const bearer = (authorization ?? "").slice("Bearer ".length);
    ${statement};
    ${crash ? "" : "return new Response();"}
  } };`;
  const worker = await startWorkerd({ modules: [{ name: "worker.js", esModule }], bindings });
  await send(worker.url, {
    method: "POST",
    headers: token ? { authorization: `Bearer ${token}` } : {},
    body,
  });
  return worker.stop().then(
    () => undefined,
    (error) => error.message.split(":")[0],
  );
}

describe("K8_control: a Worker that prints what it must not fails its test", () => {
  const key = newCanary();
  const secret = newSecret();
  const bindings = {
    OPENAI_API_KEY: key,
    SESSION_SECRET: secret,
    OPENAI_MODELS: "stand-in-ngram-1",
  };
  const hex = (value) => `[...${value}].map((c) => c.charCodeAt(0).toString(16)).join("")`;
  for (const [name, statement, found] of [
    ["its key", "console.log(env.OPENAI_API_KEY)", "OPENAI_API_KEY (raw)"],
    ["a part of it", "console.error(env.OPENAI_API_KEY.slice(20, 28))", "OPENAI_API_KEY (raw)"],
    [
      "its key backwards",
      'console.warn([...env.OPENAI_API_KEY].reverse().join(""))',
      "OPENAI_API_KEY (reversed)",
    ],
    [
      "its key in hexadecimal",
      `console.debug(${hex("env.OPENAI_API_KEY")})`,
      "OPENAI_API_KEY (hex)",
    ],
    [
      "its key in base64",
      'console.info(btoa("x" + env.OPENAI_API_KEY))',
      "OPENAI_API_KEY (base64+",
    ],
    [
      "its environment",
      "console.log(JSON.stringify(env))",
      "OPENAI_API_KEY (raw), SESSION_SECRET (raw)",
    ],
    [
      "the session secret in an error that nobody catches",
      "throw new Error(env.SESSION_SECRET)",
      "SESSION_SECRET (raw)",
    ],
    ["a header", "console.log(authorization)", "a token"],
    [
      "a token that no test has made",
      'console.log([btoa(\'{"alg":"none"}\'), btoa(\'{"sub":"user-1"}\'), ""].join("."))',
      "a token",
    ],
    [
      "a key that somebody else has",
      'console.log("sk-" + "proj-" + "0123456789abcdefghij")',
      "a key",
    ],
    ["a token's claims", 'console.log(bearer.split(".")[1])', "a token"],
    ["a question", "console.log(body)", "a question"],
    ["an answer", 'console.log("This is a test!")', "an answer"],
  ]) {
    it(name, async () => {
      const token = await mint(secret);
      const message = await outcomeOf({
        statement,
        bindings,
        token,
        body: JSON.stringify(QUESTION),
        crash: statement.startsWith("throw"),
      });
      assert.ok(message?.startsWith("a Worker has printed ") && message.includes(found), message);
    });
  }

  it("and one of several secrets, or a short one", async () => {
    const several = { SESSION_SECRET: JSON.stringify({ newer: newSecret(), older: secret }) };
    assert.match(
      await outcomeOf({
        statement: "console.log(JSON.parse(env.SESSION_SECRET).older)",
        bindings: several,
      }),
      /SESSION_SECRET/,
    );
    assert.match(
      await outcomeOf({ statement: "console.log(env.MY_KEY)", bindings: { MY_KEY: "lm-studio" } }),
      /MY_KEY \(raw\)/,
    );
  });

  it("and one that says nothing of them passes", async () => {
    const statement =
      'console.log(env.OPENAI_MODELS, request.method, bearer.split(".")[0], "sk-proj-")';
    assert.equal(
      await outcomeOf({
        statement,
        bindings,
        token: await mint(secret),
        body: JSON.stringify(QUESTION),
      }),
      undefined,
    );
  });
});

describe("K8_a proxy whose trace is watched", () => {
  // What `wrangler tail` shows, and other services that are given a Worker's trace.
  const TAIL =
    'export default { async fetch() { return new Response(); }, tail(events) { console.log("TRACE" + JSON.stringify(events) + ";"); } };';
  let upstream;
  before(async () => {
    upstream = await startUpstream();
  });
  after(() => upstream?.stop());

  const startTraced = (more) =>
    startProxy({
      upstream,
      worker: { tails: ["tail"] },
      services: { tail: { modules: [{ name: "tail.js", esModule: TAIL }] } },
      ...more,
    });
  /** The traces of so many requests, once they are there. */
  const traced = (proxy, count) =>
    proxy.until((output) => {
      const traces = [...output.matchAll(/TRACE(\[.*\]);\n/g)].flatMap(([, json]) =>
        JSON.parse(json),
      );
      return traces.length >= count && traces;
    });

  it("tells of each request, and of no key, token, question or answer", async () => {
    const proxy = await startTraced();
    try {
      const faults = [
        "",
        "status=401,echo-key",
        "reset",
        "cut-events=2",
        "echo-key=split",
        "bad-json",
        "html",
        "echo-key",
      ];
      for (const fault of faults) {
        await upstream.arm(fault);
        await proxy.chat({ ...QUESTION, stream: true });
      }
      await proxy.chat('{"messages": "Say this is a test"');
      await proxy.send("/v1/chat/completions", {
        method: "POST",
        headers: { authorization: `Bearer ${proxy.key}` },
      });
      const events = await traced(proxy, faults.length + 2);
      assert.ok(
        events.every(({ outcome }) => outcome === "ok"),
        JSON.stringify(events.map(({ outcome }) => outcome)),
      );
      // The control: what the proxy prints stands in the trace.
      assert.ok(
        events.some(({ logs }) => JSON.stringify(logs).includes("the upstream refused the key")),
      );
    } finally {
      await proxy.stop();
    }
  });

  it("control: the trace of one that prints its key gives it away", async () => {
    const source =
      "export default { fetch(request, env) { throw new Error(`no answer with ${env.OPENAI_API_KEY}`); } };";
    const proxy = await startTraced({ source });
    await proxy.chat(QUESTION);
    const [event] = await traced(proxy, 1);
    assert.match(JSON.stringify(event.exceptions), /no answer with sk-proj-/);
    await assert.rejects(proxy.stop(), /a Worker has printed OPENAI_API_KEY/);
  });
});
