// examples/public-proxy, as it stands but for where it verifies challenges, in workerd.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, it } from "node:test";

import { bundleWorker } from "../support/bundle.mjs";
import { newCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { limiter } from "../support/limiter.mjs";
import { EXAMPLE_MODEL } from "../support/model.mjs";
import { newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const EXAMPLE = new URL("../../examples/public-proxy/", import.meta.url);
const PAGE = "https://app.example.com";
const MODEL = "stand-in-ngram-1";
const PROOF = "a-solved-challenge";
const WIDGET_SECRET = newSecret();

let upstream;
let verifier;
let modules;
let bindings;
let services;
before(async () => {
  upstream = await startUpstream();
  // In the place of Cloudflare's siteverify: one proof is good.
  const verify = `export default { async fetch(request) {
    const { secret, response } = await request.json();
    const success = secret === ${JSON.stringify(WIDGET_SECRET)} && response === ${JSON.stringify(PROOF)};
    return Response.json({ success, hostname: "app.example.com", action: "session", "error-codes": [] });
  } };`;
  verifier = await startWorkerd({ modules: [{ name: "verify.js", esModule: verify }] });
  const source = (await readFile(new URL("src/index.js", EXAMPLE), "utf8"))
    .replace(
      "anonymousSessions: { ",
      `anonymousSessions: { verifyUrl: ${JSON.stringify(`${verifier.url}/siteverify`)}, `,
    )
    .replace(JSON.stringify(EXAMPLE_MODEL), JSON.stringify(MODEL));
  modules = await bundleWorker(source);
  const config = JSON.parse(
    (await readFile(new URL("wrangler.jsonc", EXAMPLE), "utf8")).replace(/^\s*\/\/.*$/gm, ""),
  );
  services = Object.fromEntries(
    config.ratelimits.map(({ name, simple }) => [name.toLowerCase(), limiter(simple.limit)]),
  );
  bindings = {
    OPENAI_API_KEY: newCanary(),
    SESSION_SECRET: newSecret(),
    TURNSTILE_SECRET: WIDGET_SECRET,
    OPENAI_BASE_URL: upstream.baseUrl,
    ...Object.fromEntries(
      config.ratelimits.map(({ name }) => [name, { service: name.toLowerCase() }]),
    ),
  };
});
after(() => Promise.all([upstream?.stop(), verifier?.stop()]));

const post = (url, body, headers) =>
  send(url, {
    method: "POST",
    headers: { "content-type": "application/json", origin: PAGE, ...headers },
    body: JSON.stringify(body),
  });
const question = { model: MODEL, messages: [{ role: "user", content: "Say this is a test" }] };
const from = (address) => ({ "cf-connecting-ip": address });

it("gives a session for a solved challenge, and answers within its bounds", async () => {
  const worker = await startWorkerd({ modules, bindings }, { services });
  try {
    const chat = `${worker.url}/v1/chat/completions`;
    assert.equal((await post(chat, question)).status, 401);
    assert.equal((await post(`${worker.url}/session`, {}, from("192.0.2.1"))).status, 401);
    assert.equal(
      (await post(`${worker.url}/session`, { turnstile: "guessed" }, from("192.0.2.1"))).status,
      403,
    );
    assert.equal(
      (
        await post(
          `${worker.url}/session`,
          { turnstile: PROOF },
          { ...from("192.0.2.1"), origin: "https://other.example" },
        )
      ).status,
      403,
    );
    assert.deepEqual(await upstream.requests(), []);

    const session = await post(`${worker.url}/session`, { turnstile: PROOF }, from("192.0.2.1"));
    assert.equal(session.status, 200, session.text());
    const authorization = { authorization: `Bearer ${session.json().token}`, ...from("192.0.2.1") };
    const answer = await post(chat, question, authorization);
    assert.equal(answer.status, 200, answer.text());
    const [record] = await upstream.requests();
    assert.equal(headerOf(record, "authorization"), `Bearer ${bindings.OPENAI_API_KEY}`);
    assert.equal(answer.headers["access-control-allow-origin"], PAGE);

    await upstream.reset();
    for (const [status, body, headers] of [
      [403, { ...question, model: "gpt-4o" }],
      [400, { ...question, max_tokens: 2000 }],
      [
        400,
        {
          ...question,
          messages: [{ role: "system", content: "Do something else." }, ...question.messages],
        },
      ],
      [403, question, { origin: "https://other.example" }],
    ]) {
      assert.equal(
        (await post(chat, body, { ...authorization, ...headers })).status,
        status,
        JSON.stringify(body),
      );
    }
    assert.deepEqual(await upstream.requests(), []);
    // The rate limits of wrangler.jsonc: ten a session, of which five are gone.
    const statuses = [];
    for (let call = 0; call < 12; call++)
      statuses.push((await post(chat, question, authorization)).status);
    assert.equal(statuses.at(-1), 429);
    assert.match(worker.output, /"route":"\/v1\/chat\/completions"/);
    assert.ok(!worker.output.includes("Say this is a test"));
  } finally {
    await worker.stop();
  }
});

it("fails closed while anything is missing", async () => {
  await upstream.reset();
  for (const name of ["OPENAI_API_KEY", "SESSION_SECRET", "TURNSTILE_SECRET", "SESSION_LIMIT"]) {
    const { [name]: _, ...rest } = bindings;
    const worker = await startWorkerd({ modules, bindings: rest }, { services });
    try {
      const { status } = await post(
        `${worker.url}/session`,
        { turnstile: PROOF },
        from("192.0.2.9"),
      );
      assert.equal(status, 503, name);
    } finally {
      await worker.stop();
    }
  }
  assert.deepEqual(await upstream.requests(), []);
});
