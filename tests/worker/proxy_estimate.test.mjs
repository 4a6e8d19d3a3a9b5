// What an answer has cost where the server's count is far away, or does not come (threat table, rows L6 and L7).

import assert from "node:assert/strict";
import { it } from "node:test";

import { bothBefore } from "../support/both.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { event, head, rawUpstream } from "../support/raw_upstream.mjs";

const STREAM = { ...QUESTION, stream: true };
const USAGE = { prompt_tokens: 100, completion_tokens: 2000, total_tokens: 2100 };
const LARGE = "x".repeat(1_500_000);

const source = (options) => `
import { createProxy } from "openai-wasm/proxy";
const more = { maxConcurrent: 100, routes: ["models", "images.generations"], allowParams: ["stream"], ...${options} };
export default createProxy({ ...more, onUsage: (event) => console.log("usage " + JSON.stringify(event)) });`;

/** The only event that is told while `act` runs, and the answer. */
async function told(proxy, act) {
  const start = proxy.output.length;
  const events = () =>
    [...proxy.output.slice(start).matchAll(/usage (\{.*\})/g)].map(([, json]) => JSON.parse(json));
  const answer = await act();
  await proxy.until(() => events().length > 0);
  assert.equal(events().length, 1);
  return { answer, ...events()[0] };
}

bothBefore({ source: source("{}") }, ({ tag, raw }) => {
  for (const [name, delta] of [
    [
      "a custom tool's input",
      { tool_calls: [{ index: 0, type: "custom", custom: { name: "say", input: "@" } }] },
    ],
    ["audio", { audio: { data: "@" } }],
    ["a member that no list names", { "nobody knows it": "@" }],
  ]) {
    it(`L7_${tag}${name} costs who reads it and leaves`, async () => {
      const piece = event({ choices: [{ index: 0, delta }] }).replace("@", "y".repeat(500));
      raw.answer = (socket) => socket.write(head("text/event-stream") + piece.repeat(20));
      const { outcome, estimated, usage } = await told(raw.proxy, async () => {
        const caller = await raw.proxy.openChat(STREAM);
        await (await caller.response).events(20);
        caller.reset();
      });
      assert.deepEqual([outcome, estimated], ["disconnected", true]);
      assert.ok(usage.completion_tokens >= 2500, JSON.stringify(usage));
    });
  }

  it(`L7_${tag}every choice of an event counts`, async () => {
    const choices = [0, 1, 2].map((index) => ({ index, delta: {} }));
    raw.answer = (socket) =>
      socket.end(head("text/event-stream") + event({ choices }).repeat(100) + event("[DONE]"));
    const { outcome, usage } = await told(raw.proxy, () => raw.proxy.chat(STREAM));
    assert.equal(outcome, "completed");
    assert.ok(usage.completion_tokens >= 300, JSON.stringify(usage));
  });

  it(`L6_${tag}a long answer's count is the server's, wherever it stands`, async () => {
    const choices = [{ index: 0, message: { content: LARGE }, finish_reason: "stop" }];
    for (const [json, counted] of [
      [JSON.stringify({ choices, usage: USAGE }), true],
      [JSON.stringify({ usage: USAGE, choices }), true],
      [" \n".repeat(600_000) + JSON.stringify({ choices: [], usage: USAGE }), true],
      [JSON.stringify({ choices, tools: [{ usage: USAGE }] }), false],
    ]) {
      raw.answer = (socket) => socket.end(head("application/json") + json);
      const {
        answer: got,
        estimated,
        usage,
      } = await told(raw.proxy, () => raw.proxy.chat(QUESTION));
      assert.equal(got.text().trim(), json.trim());
      assert.equal(estimated, !counted);
      if (counted) assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [100, 2000]);
      else assert.ok(usage.completion_tokens >= LARGE.length / 4, JSON.stringify(usage));
    }
  });

  it(`L7_${tag}who leaves in the midst of a long answer pays for what came`, async () => {
    raw.answer = (socket) =>
      socket.write(`${head("application/json")}{"choices":[{"message":{"content":"${LARGE}`);
    const { outcome, usage } = await told(raw.proxy, async () => {
      const caller = await raw.proxy.openChat(QUESTION);
      const response = await caller.response;
      while (response.text().length < 1_000_000)
        await new Promise((resolve) => setTimeout(resolve, 10));
      caller.reset();
    });
    assert.equal(outcome, "disconnected");
    assert.ok(usage.completion_tokens >= 250_000, JSON.stringify(usage));
  });

  it(`T9_${tag}an event of more than 1 MiB is judged by both of its ends`, async () => {
    const last = event({
      choices: [{ index: 0, delta: { content: LARGE }, finish_reason: "stop" }],
      usage: USAGE,
    });
    raw.answer = (socket) => socket.end(head("text/event-stream") + last);
    const {
      answer: got,
      outcome,
      estimated,
      usage,
    } = await told(raw.proxy, () => raw.proxy.chat(STREAM));
    assert.equal(got.text(), last);
    assert.deepEqual([outcome, estimated, usage.completion_tokens], ["completed", false, 2000]);
  });
});

it("T9_a streamed picture of more than 1 MiB is whole, and counted", async () => {
  const usage = { input_tokens: 10, output_tokens: 4160, total_tokens: 4170 };
  const picture = event({ type: "image_generation.completed", b64_json: LARGE, usage });
  const upstream = await rawUpstream((socket) => socket.end(head("text/event-stream") + picture));
  const proxy = await startProxy({ upstream, source: source("{}") });
  try {
    const body = { model: "gpt-image-1", prompt: "a cheese", stream: true };
    const { answer, ...record } = await told(proxy, () =>
      proxy.post("/v1/images/generations", body),
    );
    assert.equal(answer.text(), picture);
    assert.deepEqual(
      [record.outcome, record.estimated, record.usage.completion_tokens],
      ["completed", false, 4160],
    );
  } finally {
    await proxy.stop();
    upstream.stop();
  }
});

it("L6_a request whose caller left before it was sent on is not told", async () => {
  const upstream = await rawUpstream((socket) =>
    socket.end(head("application/json") + JSON.stringify({ choices: [], usage: USAGE })),
  );
  const slow = `{ async claimOnce() { console.log("asked"); await scheduler.wait(500); console.log("claimed"); return true; } }`;
  const proxy = await startProxy({ upstream, source: source(slow) });
  try {
    const caller = await proxy.openChat(QUESTION, { token: { claims: { jti: "left" } } });
    await proxy.until(() => proxy.output.includes("asked"));
    caller.reset();
    await proxy.until(() => proxy.output.includes("claimed"));
    assert.equal(upstream.requests(), 0);
    const { outcome } = await told(proxy, () =>
      proxy.chat(QUESTION, { token: { claims: { jti: "stayed" } } }),
    );
    assert.equal(outcome, "completed");
    assert.equal(upstream.requests(), 1);
    assert.equal(
      proxy.output.match(/usage \{/g).length,
      1,
      "the request that was not sent on is not told",
    );
  } finally {
    await proxy.stop();
    upstream.stop();
  }
});
