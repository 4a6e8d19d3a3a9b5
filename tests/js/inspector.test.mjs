// The machine that decides about responses, as it is packed: the cases that Rust plays in
// tests/native/proxy_inspector.rs. What the proxy does with its steps: tests/worker.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";
import { partOf } from "../support/streams.mjs";

const { key, request, cases } = JSON.parse(
  await readFile(new URL("../fixtures/inspector.json", import.meta.url), "utf8"),
);
const codes = await partOf("edge/codes.js");
const { runtime } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/runtime.node.js")).href
);
const { Inspector } = (await runtime.instance()).exports;

/** The request of a case: the fixture's, with the case's own members. */
const merged = (base, own = {}) => {
  const all = { ...base };
  for (const [name, value] of Object.entries(own))
    all[name] = value && typeof value === "object" ? merged(base?.[name], value) : value;
  return all;
};

/** Tells the machine what an event of a script says. Gives its first step. */
function tell(inspector, event) {
  const { at = 0, push, fill = 0, head, tick, unreachable, end, lost } = event;
  if (push !== undefined) return inspector.push(Buffer.from(push + "x".repeat(fill)), at);
  if (head) return inspector.head(head.status, head.contentType, head.retryAfter, at);
  if (tick) return inspector.tick(at, tick.waiting, tick.asked);
  if (unreachable) return inspector.unreachable(unreachable);
  if (end) return inspector.end(at);
  if (lost) return inspector.lost();
  assert.ok(event.left);
  inspector.left();
  return inspector.step();
}

const WORDS = {
  [codes.DONE]: () => "done",
  [codes.FAILED]: () => "failed",
  [codes.BROKEN]: () => "broken",
  [codes.FORWARD]: ({ len, skip }) => (skip > 0 ? { forward: len, skip } : { forward: len }),
  [codes.INSERT]: ({ text }) => ({ insert: text }),
  [codes.REFUSE]: ({ status, text, retryAfter }) => ({
    refuse: status,
    code: JSON.parse(text).error.code,
    ...(retryAfter !== undefined && { retryAfter }),
  }),
  [codes.STREAM]: ({ contentType }) => ({ stream: contentType }),
  [codes.WHOLE]: ({ contentType }) => ({ whole: contentType }),
  [codes.TEXT]: ({ contentType }) => ({ text: contentType }),
  [codes.UNTOUCHED]: ({ contentType }) => ({ untouched: contentType }),
};

function steps(inspector, first) {
  const all = [];
  for (let step = first; step !== codes.WAIT; step = inspector.step()) {
    all.push(WORDS[step](inspector));
  }
  return all;
}

for (const { name, request: own, script, record: expected = {} } of cases) {
  test(name, () => {
    const facts = JSON.stringify(merged(request, own));
    const inspector = new Inspector(key, facts, 0, 0);
    for (const event of script) {
      assert.deepEqual(steps(inspector, tell(inspector, event)), event.steps);
      if (event.againMs !== undefined) assert.equal(inspector.againMs, event.againMs);
    }
    const { outcome, usage, estimated } = JSON.parse(inspector.record(1000));
    const record = {
      outcome,
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      estimated,
    };
    assert.deepEqual({ ...record, ...expected }, record);
    assert.equal(inspector.record(1000), undefined, "there is one record");
    inspector.free();
  });
}

test("An inspector takes over in the midst of a stream from the facts that another left", () => {
  const first = new Inspector(key, JSON.stringify({ ...request, hidesUsage: true }), 0, 0);
  first.head(200, "text/event-stream", undefined, 100);
  const facts = first.facts();
  first.free();

  const event = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n';
  const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
  const second = new Inspector(key, facts, 5000, 200);
  const pushed = second.push(Buffer.from(`${event}${usage}`), 200);
  assert.deepEqual(steps(second, pushed), [{ forward: event.length, skip: usage.length }]);
  assert.deepEqual(steps(second, second.end(300)), ["done"]);
  assert.equal(JSON.parse(second.record(300)).usage.completion_tokens, 2);
});

test("Facts that are not the machine's own are refused", () => {
  assert.throws(() => new Inspector(key, "{}", 0, 0), /facts of the request are malformed/);
});
