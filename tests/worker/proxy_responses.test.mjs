// Responses through the proxy of the package: capped, counted once, never kept,
// and never finished when the model server's answer broke off.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import OpenAI from "openai";

import { startProxy } from "../support/proxy.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const ASK = { model: "stand-in-ngram-1", input: "Say this is a test" };
const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
export default createProxy({
  routes: ["models", "responses", "responses.input_tokens"], maxConcurrent: 100,
  onUsage: (event) => console.log("usage " + JSON.stringify(event)),
});`;

describe("responses", () => {
  let upstream;
  let proxy;
  let client;
  before(async () => {
    upstream = await startUpstream();
    proxy = await startProxy({ upstream, source: SOURCE });
    const apiKey = await mint(proxy.secret);
    client = new OpenAI({ apiKey, baseURL: `${proxy.url}/v1`, maxRetries: 0 });
  });
  after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
  beforeEach(() => upstream.reset());

  const body = async () => JSON.parse((await upstream.requests()).at(-1).body);

  /** The usage that is told of what happens from now on. */
  function usage() {
    const start = proxy.output.length;
    const told = () =>
      [...proxy.output.slice(start).matchAll(/usage (\{.*\})/g)].map(([, json]) =>
        JSON.parse(json),
      );
    return async () => {
      await proxy.until(() => told().length > 0);
      return told()[0];
    };
  }

  it("an answer comes whole and as events, is not kept, and costs what its server says", async () => {
    let told = usage();
    const whole = await client.responses.create(ASK);
    assert.equal(whole.output_text, "This is a test!");
    let sent = await body();
    assert.deepEqual([sent.store, sent.max_output_tokens], [false, 2048]);
    let event = await told();
    assert.equal(event.usage.total_tokens, whole.usage.total_tokens);
    assert.deepEqual([event.estimated, event.outcome], [false, "completed"]);

    told = usage();
    const events = [];
    const stream = await client.responses.create({ ...ASK, stream: true });
    for await (const one of stream) events.push(one);
    assert.equal(events.at(-1).type, "response.completed");
    sent = await body();
    assert.equal(sent.stream_options, undefined, "it tells its usage unasked");
    event = await told();
    assert.equal(event.usage.total_tokens, events.at(-1).response.usage.total_tokens);
    assert.equal(event.estimated, false);
  });

  it("what is kept is out of reach, and what runs at the provider is refused", async () => {
    for (const [more, param] of [
      [{ previous_response_id: "resp_1" }, "previous_response_id"],
      [{ conversation: "conv_1" }, "conversation"],
      [{ background: true }, "background"],
      [{ store: true }, "store"],
      [{ tools: [{ type: "web_search" }] }, "tools[0].type"],
    ]) {
      const error = await client.responses.create({ ...ASK, ...more }).catch((error) => error);
      assert.deepEqual([error.status, error.param], [400, param]);
    }
    // One that the account keeps, of another caller.
    const direct = new OpenAI({ apiKey: "k", baseURL: upstream.baseUrl });
    const { id } = await direct.responses.create({ ...ASK, store: true });
    assert.equal((await direct.responses.retrieve(id)).id, id, "the control");
    await upstream.reset();
    for (const call of [
      () => client.responses.retrieve(id),
      () => client.responses.delete(id),
      () => client.responses.cancel(id),
      () => client.responses.inputItems.list(id),
      () => client.conversations.create({}),
    ]) {
      const error = await call().catch((error) => error);
      assert.deepEqual([error.status, error.code], [404, "not_found"]);
    }
    assert.deepEqual(await upstream.requests(), [], "none of it went on");
  });

  it("a stream that breaks off ends with an error, and is counted as truncated", async () => {
    for (const fault of ["cut-events=5", "end-events=5", "no-finish"]) {
      await upstream.arm(fault);
      const told = usage();
      const stream = await client.responses.create({ ...ASK, stream: true });
      const error = await (async () => {
        for await (const event of stream) assert.notEqual(event.type, "response.completed");
      })().catch((error) => error);
      assert.match(String(error?.message), /broke off/, fault);
      assert.equal((await told()).outcome, "truncated", fault);
    }
  });

  it("a count of the input costs nothing", async () => {
    const told = usage();
    const { input_tokens } = await client.responses.inputTokens.count(ASK);
    assert.ok(input_tokens > 0);
    assert.equal((await told()).usage.total_tokens, 0);
  });
});
