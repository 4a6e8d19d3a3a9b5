// The machine that admits requests of the proxy, as it is packed: the cases that Rust plays in
// src/proxy/admission/cases.rs. What the proxy does with its steps: tests/worker.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const fixture = JSON.parse(
  await readFile(new URL("../fixtures/admission.json", import.meta.url), "utf8"),
);
const { runtime } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/runtime.node.js")).href
);
const { exports } = await runtime.instance();
const now = fixture.nowMs;

function begin({ config, asks = {}, secrets, head }) {
  const { key, session, turnstile } = { ...fixture.secrets, ...secrets };
  const named = [
    ["key", key],
    ["session", session],
    ["turnstile", turnstile],
  ];
  const core = new exports.ProxyCore(
    JSON.stringify({ ...fixture.config, ...config }),
    "{}",
    JSON.stringify(asks),
    JSON.stringify(named),
  );
  return core.handle(JSON.stringify(head), fixture.requestId, now);
}

/** A step as the fixture writes it. */
function written(text, admission) {
  const step = JSON.parse(text);
  const inner = step.forward ?? step.respond;
  if (!inner) return step;
  inner.headers = Object.fromEntries(inner.headers);
  const body = step.forward ? admission.takeBody() : inner.body;
  const json = typeof body === "string" ? body : body && new TextDecoder().decode(body);
  inner.body = json ? JSON.parse(json) : null;
  if (inner.body?.error) inner.code = inner.body.error.code;
  return step;
}

const WHOLE = new Set(["ask", "body", "error", "argument"]);

/** Throws unless the step has what is expected: see the fixture's comment. */
function compare(expected, actual, whole, about) {
  if (typeof expected === "string" && expected.endsWith("*")) {
    assert.ok(String(actual).startsWith(expected.slice(0, -1)), `${about}: ${actual}`);
  } else if (Array.isArray(expected)) {
    assert.equal(actual?.length, expected.length, about);
    expected.forEach((item, index) => compare(item, actual[index], true, about));
  } else if (expected !== null && typeof expected === "object") {
    assert.equal(typeof actual, "object", about);
    if (whole) assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), about);
    for (const [name, value] of Object.entries(expected))
      compare(value, actual?.[name] ?? null, WHOLE.has(name), `${about}.${name}`);
  } else {
    assert.deepEqual(actual, expected, about);
  }
}

function tell(admission, told) {
  if (told.said !== undefined) return admission.said(told.said, now);
  if (told.body !== undefined) return admission.body(new TextEncoder().encode(told.body), now);
  if (told.pace) assert.equal(admission.pace(...told.pace), -1);
  return told.lost ? admission.lost(told.lost, now) : admission.failed(now);
}

describe("a request that asks to be admitted", () => {
  for (const { name, steps, ...request } of fixture.cases) {
    it(name, () => {
      const admission = begin(request);
      for (const [index, expected] of steps.entries()) {
        if (index % 2 === 1) continue;
        const text = index === 0 ? admission.first() : tell(admission, steps[index - 1]);
        compare(expected, written(text, admission), true, `step ${index}`);
      }
      admission.free();
    });
  }
});

it("control: a step that differs fails", () => {
  const actual = { respond: { status: 401, body: { a: 1, b: 2 } } };
  compare({ respond: { status: 401 } }, actual, true, "");
  for (const expected of [
    { respond: { status: 403 } },
    { forward: {} },
    { respond: { body: { a: 1 } } },
    { respond: { headers: { x: "y" } } },
  ])
    assert.throws(() => compare(expected, actual, true, ""), assert.AssertionError);
});

it("a core of settings that are refused answers every request with 503, and tells the operator why", () => {
  const admission = begin({
    config: { maxMessages: 0 },
    head: { method: "GET", url: "https://proxy.example.com/v1/models" },
  });
  const { respond } = JSON.parse(admission.first());
  assert.equal(respond.status, 503);
  assert.deepEqual(respond.log, [
    "openai-wasm proxy: not configured: max_messages (the option maxMessages) must be from 1 to 10000 messages",
  ]);
});

it("requests of one subject share its places until they are freed", () => {
  const { head } = fixture.cases[0];
  const core = new exports.ProxyCore(
    JSON.stringify({ ...fixture.config, maxConcurrent: 1 }),
    "{}",
    "{}",
    JSON.stringify(Object.entries(fixture.secrets)),
  );
  const first = () => {
    const admission = core.handle(JSON.stringify(head), fixture.requestId, now);
    return [admission, JSON.parse(admission.first())];
  };
  const [held, step] = first();
  assert.ok(step.readBody);
  assert.equal(first()[1].respond.status, 429);
  held.free();
  assert.ok(first()[1].readBody);
});
