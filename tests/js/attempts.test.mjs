// The machine that decides about attempts, as it is packed: the cases that Rust plays in
// src/policy/attempts.rs. What the clients do with its steps: retries.test.mjs, tokens.test.mjs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, mock, test } from "node:test";
import { pathToFileURL } from "node:url";

import { failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { partOf, runtimeOf } from "../support/streams.mjs";

const fixture = JSON.parse(
  await readFile(new URL("../fixtures/attempts.json", import.meta.url), "utf8"),
);
const { hintsOf } = await partOf("lib/exchange.js");
const codes = await partOf("lib/codes.js");
const { runtime } = await runtimeOf();
const { runtime: edgeRuntime } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/runtime.node.js")).href
);
const packed = [
  ["client", (await runtime.instance()).exports],
  ["edge", (await edgeRuntime.instance()).exports],
];

const STAGES = {
  asking: codes.ASKING,
  sent: codes.SENT,
  answered: codes.ANSWERED,
  ended: codes.ENDED,
};
const WORDS = {
  [codes.RENEW]: "renew",
  [codes.RENEW_ALONE]: "renew alone",
  [codes.GIVE]: "give",
  [codes.GIVE_REFUSED]: "drop",
  [codes.GIVE_REDIRECT]: "redirect",
};

/** When the fixture's dates are in the future, or past. */
const NOW = Date.parse("Sun, 06 Nov 1994 08:49:37 GMT");
before(() => mock.timers.enable({ apis: ["Date"], now: NOW }));
after(() => mock.timers.reset());

/** The machine's step after an answer or a fault. */
function step(wasm, machine, { stage, status, headers, body = "", permille = 0 }) {
  if (stage !== undefined) return wasm.onFault(machine, STAGES[stage], permille);
  const { shouldRetry, afterMs } = hintsOf(new Headers(headers));
  return wasm.onResponse(
    machine,
    status,
    shouldRetry,
    afterMs,
    typeof body === "string" ? body : JSON.stringify(body),
    permille,
  );
}

for (const [name, wasm] of packed) {
  const next = (machine, event) => {
    const code = step(wasm, machine, event);
    return code < 0 ? WORDS[code] : code;
  };

  test(`what follows from a 401 is what the fixture says, for every origin of the token: ${name}`, () => {
    const asked = wasm.attempts(2, true, true);
    const machines = [
      ["given", wasm.attempts(2, false, true)],
      ["asked", asked],
      ["shared", wasm.renewed(asked, true)],
      ["last", wasm.renewed(asked, false)],
      ["last", wasm.attempts(2, true, false)],
    ];
    for (const answer of fixture.refusals) {
      for (const [token, machine] of machines)
        assert.equal(
          next(machine, answer),
          answer.then[token] ?? "give",
          `${answer.what}, ${token}`,
        );
    }
    assert.ok(fixture.refusals.length > 15);
  });

  test(`what is sent again is what the fixture says: ${name}`, () => {
    for (const answer of fixture.answers) {
      assert.equal(
        typeof next(wasm.attempts(2, false, true), answer) === "number",
        answer.retried,
        `${answer.status} ${answer.what}`,
      );
    }
    assert.ok(fixture.answers.length > 20);
  });

  test(`calls take the fixture's steps: ${name}`, () => {
    for (const { what, retries, renewable = false, repeatable = true, events } of fixture.calls) {
      let machine = wasm.attempts(retries, renewable, repeatable);
      for (const event of events) {
        const found = next(machine, event);
        assert.equal(found, event.step, `${what}: ${JSON.stringify(event)}`);
        if (typeof found === "number") machine = wasm.retried(machine);
        if (event.shared !== undefined) machine = wasm.renewed(machine, event.shared);
      }
    }
    assert.ok(fixture.calls.length > 10);
  });
}

for (const [name, wasm] of packed) {
  test(`streams reconnect by the fixture's steps: ${name}`, () => {
    const following = () => wasm.attempts(codes.RECONNECTS, false, true);
    for (const { what, events } of fixture.streams) {
      let machine = following();
      for (const event of events) {
        if (event.stage === "event") {
          machine = following();
          continue;
        }
        const code = step(wasm, machine, event);
        assert.equal(
          code < 0 ? WORDS[code] : code,
          event.step,
          `${what}: ${JSON.stringify(event)}`,
        );
        machine = wasm.retried(machine);
      }
    }
    assert.ok(fixture.streams.length > 5);
  });
}

test("a proxy that refuses every token is asked three times at most, by a call whose new token another call had used up", async () => {
  const { default: OpenAI } = await keyless();
  const body =
    '{"error":{"message":"x","type":"authentication_error","code":"unauthorized","param":null}}';
  let sent = 0;
  const fetch = async () => {
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return new Response(body, { status: 401 });
  };
  let tokens = 0;
  const token = async () => `token-${(tokens += 1)}`;
  const client = new OpenAI({ proxyUrl: "/v1", fetch, token, maxRetries: 0 });
  const calls = Array.from({ length: 4 }, () => failure(client.models.list()));
  for (const error of await Promise.all(calls)) assert.equal(error.name, "AuthenticationError");
  assert.ok(sent <= 12, `${sent} requests`);
});
