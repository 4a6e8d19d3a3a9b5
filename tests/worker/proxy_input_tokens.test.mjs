// The proxy's `maxInputTokens`: bytes first, then the tokenizer of the request's model.

import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { startUpstream } from "../support/upstream.mjs";

const MODEL = QUESTION.model;
// A model of the stand-in's, whose encoding the author says.
const source = `
import { createProxy } from "openai-wasm/proxy";
import { tokenizer } from "openai-wasm/tokens";
const models = { "${MODEL}": { encoding: "o200k_base" } };
const counting = (model) => tokenizer(model, { models });
export default createProxy({ maxInputTokens: 200, tokenizer: counting, allowParams: ["tools"] });
`;

let upstream;
let proxy;
let bytes;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, source });
  bytes = await startProxy({ upstream, options: "{ maxInputTokens: 200 }" });
});
after(() => Promise.all([proxy?.stop(), bytes?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const saying = (content, model = MODEL) => ({ model, messages: [{ role: "user", content }] });
const untouched = async () => assert.deepEqual(await upstream.requests(), []);

it("a request that has more bytes than the limit and fewer tokens passes", async () => {
  const body = saying("Say this is a test. ".repeat(25));
  assert.ok(JSON.stringify(body).length > 2 * 200);
  assert.equal((await proxy.chat(body)).status, 200);
});

it("a request with more tokens than the limit is refused, and the upstream hears nothing", async () => {
  const answer = await proxy.chat(saying("Say this is a test. ".repeat(40)));
  refused(answer, 413, "input_too_large");
  assert.match(answer.text(), /at most 200 tokens here, and it has 2\d\d at most/);
  await untouched();
});

it("many bytes that are few tokens pass, and as many bytes that are many tokens do not", async () => {
  assert.equal((await proxy.chat(saying(" ".repeat(1000)))).status, 200);
  refused(await proxy.chat(saying("🦄x".repeat(200))), 413, "input_too_large");
});

it("a picture is counted at its most, however few bytes it has", async () => {
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
  refused(await proxy.chat(saying([picture])), 413, "input_too_large");
  await untouched();
});

it("without a tokenizer, and for a model that is not known, a byte is a token", async () => {
  const body = (model) => saying("Say this is a test. ".repeat(10), model);
  const short = await bytes.chat(saying("Say this is a test"));
  assert.equal(short.status, 200);
  const answer = await bytes.chat(body());
  refused(answer, 413, "input_too_large");
  assert.match(answer.text(), /a byte counts as one/);
  refused(await proxy.chat(body("stand-in-ngram-1-mini")), 413, "input_too_large");
});
