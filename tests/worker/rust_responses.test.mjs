// examples/responses in real workerd: both streaming APIs added up, a tool loop, an answer as a type, and a
// response of the background that is followed. tests/wasm runs the same file in Node.js and Chromium.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { send } from "../support/http.mjs";
import { rustExample } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const PIECES = ["This", " is", " a", " test", "!"];
const WHOLE = PIECES.join("");

describe("responses in a Worker in Rust", () => {
  let upstream;
  let worker;
  before(async () => {
    let modules;
    [modules, upstream] = await Promise.all([rustExample("responses"), startUpstream()]);
    const bindings = { PROXY_URL: `${upstream.url}/v1`, MODEL: "stand-in-ngram-1" };
    worker = await startWorkerd({ modules, bindings });
  });
  after(() => Promise.all([worker?.stop(), upstream?.stop()]));
  beforeEach(() => upstream.reset());

  const ask = (path, body) =>
    send(worker.url, { method: "POST", path, body, headers: { authorization: "Bearer a-token" } });

  it("streams of both APIs come in pieces and add up to the whole", async () => {
    for (const [path, asked] of [
      ["/ask", "/v1/responses"],
      ["/chat", "/v1/chat/completions"],
    ]) {
      await upstream.reset();
      const answer = await ask(path, "Say this is a test");
      assert.equal(answer.status, 200, `${path}: ${answer.text()} ${worker.output}`);
      assert.deepEqual(answer.json(), { pieces: PIECES, whole: WHOLE }, path);
      const [record] = await upstream.requests();
      assert.equal(record.path, asked);
      const token = record.headers.find(([name]) => /^authorization$/i.test(name));
      assert.equal(token[1], "Bearer a-token", "the caller's token, and no key");
    }
  });

  it("a stream that is cut is an error", async () => {
    for (const path of ["/ask", "/chat"]) {
      await upstream.arm("end-events=4");
      assert.equal((await ask(path, "Say this is a test")).status, 502, path);
    }
  });

  it("calls of tools are answered until there are none, and the answer is read as a type", async () => {
    const answer = await ask("/weather", "Use get_weather for Bern");
    assert.equal(answer.status, 200, `${answer.text()} ${worker.output}`);
    const { city, degrees } = answer.json();
    assert.equal(typeof city, "string");
    assert.ok(Number.isInteger(degrees));
    const asked = (await upstream.requests()).map(({ body }) => JSON.parse(body).input);
    assert.equal(asked.length, 2);
    const call = asked[1].find(({ type }) => type === "function_call");
    const result = asked[1].find(({ type }) => type === "function_call_output");
    assert.equal(call.name, "get_weather");
    assert.equal(result.call_id, call.call_id);
    assert.match(result.output, /^20 degrees in /);
  });

  it("a response of the background is followed, though its connection is lost", async () => {
    await upstream.armAll([
      { faults: "", path: "/v1/responses" },
      { faults: "cut-events=4", path: "/v1/responses/", times: 2 },
    ]);
    const answer = await ask("/follow", "Say this is a test");
    assert.equal(answer.status, 200, `${answer.text()} ${worker.output}`);
    assert.deepEqual(answer.json(), { whole: WHOLE });
    const paths = (await upstream.requests()).map(({ path }) => path);
    assert.ok(paths.length > 2, "it was cut");
    assert.match(paths.at(-1), /starting_after=\d+/);
  });
});
