// A proxy whose environment is unusable (threat table, row A7).

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { findCanary, newCanary } from "../support/canary.mjs";
import { QUESTION, startProxy, withProxy as started } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const CHAT = "/v1/chat/completions";

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const untouched = async () => assert.deepEqual(await upstream.requests(), []);

const withProxy = (settings, test) => started({ upstream, ...settings }, test);

describe("A7_a_Worker_whose_environment_is_unusable", () => {
  const good = newSecret();
  const key = newCanary();
  const spoiled = (piece) => key.slice(0, 30) + piece + key.slice(30);
  const SHORT = /key is shorter than 32 bytes/;
  const PLACEHOLDER = /key is a placeholder/;
  const CHARACTERS = /key holds characters that no header can carry/;
  const ANONYMOUS = `{ rateLimits: { session: "LIMIT" }, anonymousSessions: { hostnames: ["app.example.com"] } }`;
  const session = (what) => new RegExp(`SESSION_SECRET: a session secret ${what}`);
  for (const [name, why, bindings, more] of [
    ["no key", /key is missing/, { OPENAI_API_KEY: null }],
    ["an empty key", /key is missing/, { OPENAI_API_KEY: "" }],
    ["a key that is a word", SHORT, { OPENAI_API_KEY: "ollama" }],
    ["a key of 31 bytes", SHORT, { OPENAI_API_KEY: key.slice(0, 31) }],
    ["a placeholder for a key", PLACEHOLDER, { OPENAI_API_KEY: "changeme" }],
    [
      "a placeholder in a key's shape",
      PLACEHOLDER,
      { OPENAI_API_KEY: `sk-proj-${"x".repeat(48)}` },
    ],
    [
      "a placeholder in the shape of a short key",
      PLACEHOLDER,
      { OPENAI_API_KEY: `fw_${"x".repeat(24)}` },
    ],
    [
      "a placeholder for the key of a server of one's own",
      PLACEHOLDER,
      { OPENAI_API_KEY: "changeme" },
      { options: "{ allowShortKey: true }" },
    ],
    [
      "no key for a server of one's own",
      /key is missing/,
      { OPENAI_API_KEY: "" },
      { options: "{ allowShortKey: true }" },
    ],
    ["a key with CR and LF", CHARACTERS, { OPENAI_API_KEY: spoiled("\r\nx-evil: 1") }],
    ["a key with CR", CHARACTERS, { OPENAI_API_KEY: spoiled("\r") }],
    ["a key with LF", CHARACTERS, { OPENAI_API_KEY: spoiled("\n") }],
    ["a key with NUL", CHARACTERS, { OPENAI_API_KEY: spoiled("\0") }],
    ["a key with spaces", CHARACTERS, { OPENAI_API_KEY: spoiled(" ") }],
    [
      "a short key with a line break for a server of one's own",
      CHARACTERS,
      { OPENAI_API_KEY: "lo\ncal" },
      { options: "{ allowShortKey: true }" },
    ],
    ["no session secret", session("is missing"), { SESSION_SECRET: null }],
    [
      "a short session secret",
      session("is shorter than 32 bytes"),
      { SESSION_SECRET: "0123456789abcdef" },
    ],
    [
      "a placeholder for a session secret",
      session("holds a word of templates"),
      { SESSION_SECRET: "changeme".repeat(5) },
    ],
    ["a uniform session secret", session("is too uniform"), { SESSION_SECRET: "a".repeat(64) }],
    [
      "a session secret with CR and LF",
      session("holds line breaks"),
      { SESSION_SECRET: `${good}\r\n${good}` },
    ],
    [
      "a session secret with NUL",
      session("holds line breaks"),
      { SESSION_SECRET: `${good}\0${good}` },
    ],
    [
      "a weak one among several session secrets",
      session("is shorter than 32 bytes"),
      { SESSION_SECRET: JSON.stringify({ a: good, b: "short" }) },
    ],
    [
      "session secrets without a name that fits",
      session("is badly named"),
      { SESSION_SECRET: JSON.stringify({ "../x": good }) },
    ],
    ["one secret for both", /must differ/, { OPENAI_API_KEY: good, SESSION_SECRET: good }],
    ["an epoch that is not a time", /SESSION_EPOCH must be/, { SESSION_EPOCH: "yesterday" }],
    ["no list of models", /models must list/, { OPENAI_MODELS: null }],
    ["an empty list of models", /models must list/, { OPENAI_MODELS: " , " }],
    ["an upstream without TLS", /upstream /, { OPENAI_BASE_URL: "http://api.example.com/v1" }],
    [
      "an upstream with a password",
      /upstream /,
      { OPENAI_BASE_URL: "https://user:pass@api.example.com/v1" },
    ],
    [
      "an upstream with a query",
      /upstream /,
      { OPENAI_BASE_URL: "https://api.example.com/v1?key=1" },
    ],
    [
      "no secret for anonymous sessions",
      /the Turnstile secret, and it is missing/,
      {},
      { options: ANONYMOUS },
    ],
    [
      "a placeholder for the secret of anonymous sessions",
      /the Turnstile secret/,
      { TURNSTILE_SECRET: "changeme" },
      { options: ANONYMOUS },
    ],
    ["no compatibility flag", /enable_request_signal/, {}, { worker: { flags: [] } }],
  ]) {
    it(`fails closed on ${name}`, async () => {
      await withProxy({ key, secret: good, bindings, ...more }, async (broken) => {
        const answers = [
          await broken.chat(QUESTION),
          await broken.models(),
          await broken.send("/"),
          await broken.send(CHAT, { method: "OPTIONS" }),
        ];
        for (const answer of answers) refused(answer, 503, "misconfigured");
        await untouched();
        const line = await broken.until(
          (output) => /openai-wasm proxy: not configured: .*/.exec(output)?.[0],
        );
        assert.match(line, why);
        const seen = answers.map((answer) => answer.seen()).join("\n") + broken.output;
        assert.deepEqual(findCanary(key, seen), []);
      });
    });
  }

  for (const [name, own, options] of [
    ["a key that ends in a newline", `${key}\n`],
    ["a key of 32 bytes", key.slice(0, 32)],
    ["a provider's key that is shorter by nature", "fw_3ZKx9QwErTyUiOpAsDfGhJkL"],
    ["a word, for a server of one's own", "ollama", "{ allowShortKey: true }"],
  ]) {
    it(`takes ${name}`, async () => {
      await withProxy({ key: own, secret: good, options }, async (sound) => {
        assert.equal((await sound.chat(QUESTION)).status, 200);
        const [record] = await upstream.requests();
        assert.equal(headerOf(record, "authorization"), `Bearer ${own.trim()}`);
      });
    });
  }
});
