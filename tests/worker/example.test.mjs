// examples/worker-js, as it stands, in workerd.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, it } from "node:test";

import { bundleWorker } from "../support/bundle.mjs";
import { newCanary } from "../support/canary.mjs";
import { send } from "../support/http.mjs";
import { limiter } from "../support/limiter.mjs";
import { newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const EXAMPLE = new URL("../../examples/worker-js/", import.meta.url);

const CODE = "an access code of the test";
const services = { limiter: limiter(3) };

let upstream;
let modules;
let bindings;
before(async () => {
  upstream = await startUpstream();
  modules = await bundleWorker(await readFile(new URL("src/index.js", EXAMPLE), "utf8"));
  bindings = {
    OPENAI_API_KEY: newCanary(),
    SESSION_SECRET: newSecret(),
    ACCESS_CODE: CODE,
    OPENAI_BASE_URL: upstream.baseUrl,
    MODEL: "stand-in-ngram-1",
    OPENAI_MODELS: "stand-in-ngram-1",
    SESSION_LIMIT: { service: "limiter" },
  };
});
after(() => upstream?.stop());

const post = (url, body, headers) =>
  send(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

it("gives a session for the code alone, and serves the proxy and its own route with it", async () => {
  const worker = await startWorkerd({ modules, bindings }, { services });
  try {
    const from = (address) => ({ "cf-connecting-ip": address });
    for (const body of [{}, { code: "" }, { code: `${CODE}x` }, { code: [CODE] }]) {
      const address = from(`192.0.2.${Math.random()}`);
      assert.equal(
        (await post(`${worker.url}/session`, body, address)).status,
        401,
        JSON.stringify(body),
      );
    }
    const session = await post(`${worker.url}/session`, { code: CODE }, from("198.51.100.1"));
    assert.equal(session.status, 200, session.text());
    const authorization = `Bearer ${session.json().token}`;

    const models = await send(`${worker.url}/v1/models`, { headers: { authorization } });
    assert.equal(models.status, 200, models.text());
    const title = await post(
      `${worker.url}/title`,
      { text: "Say this is a test" },
      { authorization },
    );
    assert.equal(title.status, 200, title.text());
    assert.equal(title.json().title, "This is a test!");
    for (const record of await upstream.requests()) {
      assert.equal(headerOf(record, "authorization"), `Bearer ${bindings.OPENAI_API_KEY}`);
    }

    await upstream.reset();
    assert.equal((await post(`${worker.url}/title`, { text: "x" })).status, 401);
    assert.equal((await send(`${worker.url}/v1/models`)).status, 401);
    assert.equal((await send(`${worker.url}/session`)).status, 405);
    assert.equal((await send(`${worker.url}/`)).status, 404);
    assert.deepEqual(await upstream.requests(), []);

    for (let attempt = 0; attempt < 3; attempt++)
      await post(`${worker.url}/session`, {}, from("198.51.100.2"));
    assert.equal(
      (await post(`${worker.url}/session`, { code: CODE }, from("198.51.100.2"))).status,
      429,
    );
  } finally {
    await worker.stop();
  }
});

it("fails closed while anything is missing", async () => {
  await upstream.reset();
  for (const name of ["ACCESS_CODE", "SESSION_LIMIT", "SESSION_SECRET"]) {
    const { [name]: _, ...rest } = bindings;
    const worker = await startWorkerd({ modules, bindings: rest }, { services });
    try {
      assert.equal((await post(`${worker.url}/session`, { code: CODE })).status, 503, name);
    } finally {
      await worker.stop();
    }
  }
  assert.deepEqual(await upstream.requests(), []);
});
