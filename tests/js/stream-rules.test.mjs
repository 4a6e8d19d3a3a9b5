// The rules of docs/stream-rules.md as JavaScript meets them: the streams of tests/fixtures/stream-rules.json, and
// what is JavaScript's own. What concerns bytes alone is tested over every cut in Rust: tests/native/sse_rules.rs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import {
  direct,
  DONE,
  event,
  OpenAI,
  outcome,
  outcomes,
  pieces,
  says,
  stops,
  streamOf,
} from "../support/streams.mjs";

/** The outcome of a text, the same for several cuts. */
async function decode(text, options) {
  const first = await outcomes(() => streamOf(text, options));
  for (const size of [1, 3, 64, 1000]) {
    const again = await outcomes(() => streamOf(pieces(text, size), options));
    assert.deepEqual(again.chunks, first.chunks, `reads of ${size}`);
    assert.equal(again.text, first.text, `reads of ${size}`);
    assert.equal(again.error?.message, first.error?.message, `reads of ${size}`);
  }
  assert.equal(first.error?.constructor, first.textError?.constructor);
  assert.equal(first.error?.message, first.textError?.message);
  return first;
}

const FIXTURE = JSON.parse(
  await readFile(new URL("../fixtures/stream-rules.json", import.meta.url), "utf8"),
);
const ENDS = {
  truncated: OpenAI.StreamTruncatedError,
  malformed: OpenAI.StreamDecodeError,
  "too-large": OpenAI.StreamLimitError,
};

for (const { rule, name, body, text, end, chunks, error, ...client } of FIXTURE.cases) {
  test(`rule ${rule}: ${name}`, async () => {
    const got = await decode(body, { client });
    assert.equal(got.text, text);
    if (Array.isArray(chunks)) assert.deepEqual(got.chunks, chunks);
    else if (chunks !== undefined) assert.equal(got.chunks.length, chunks);
    if (end === "done") return assert.equal(got.error, undefined);
    assert.equal(got.error?.text, text);
    assert.equal(got.error.eventIndex, got.chunks.length);
    assert.doesNotMatch(`${got.error.message}${got.error.stack}`, /secret/);
    if (end !== "failed") return assert.equal(got.error.constructor, ENDS[end]);
    const { message, type, code, param, status } = error;
    const { constructor } = OpenAI.APIError.generate(status, {}, undefined, new Headers());
    assert.equal(got.error.constructor, constructor);
    assert.equal(got.error.message, status ? `${status} ${message}` : message);
    const said = [got.error.type, got.error.code?.toString(), got.error.param];
    assert.deepEqual(
      said.map((value) => value ?? undefined),
      [type, code, param],
    );
  });
}

/** A stream that says "a" and goes on like this ends whole, with this text. */
async function whole(rest, text = "a") {
  const { error, text: got, chunks } = await decode(event(says("a")) + rest);
  assert.equal(error, undefined, rest);
  assert.equal(got, text, rest);
  return chunks.slice(1);
}

/** A stream that says "a" and goes on like this fails so, and keeps what was said. */
async function fails(Class, rest, options) {
  const { error, text, chunks } = await decode(event(says("a")) + rest, options);
  assert.equal(error?.constructor, Class, rest);
  assert.equal(error.text, "a");
  assert.equal(error.eventIndex, 1);
  assert.equal(text, "a");
  assert.deepEqual(chunks, [says("a")], "an error is never a chunk");
  return error;
}

const _control = (text) => `event: ${text}`;

test("rule 13: after [DONE] all bytes are ignored, the body is cancelled and its lock released", async () => {
  const log = {};
  const stream = await streamOf([event(says("a")) + DONE + event(says("b")), "hang"], { log });
  const { items, error } = await outcome(stream);
  assert.deepEqual([items, error], [[says("a")], undefined]);
  assert.equal(log.cancelled, true);
  assert.equal(log.body.locked, false);
});

test("rule 14: cut at any byte, a stream is never reported complete", async () => {
  const text = event(says("a")) + event(says("b")) + event(stops()) + DONE;
  const finished = text.indexOf('"stop"');
  for (let at = 0; at < finished; at += 1) {
    for (const take of [(stream) => stream, (stream) => stream.textStream]) {
      const { error } = await outcome(take(await streamOf(text.slice(0, at))));
      const Expected = at === 0 ? OpenAI.ResponseError : OpenAI.StreamTruncatedError;
      assert.equal(error?.constructor, Expected, `cut at ${at}`);
    }
  }
});

test('rule 14: truncation: "ignore" is the opt-out', async () => {
  const client = { truncation: "ignore" };
  assert.equal((await decode(event(says("a")), { client })).error, undefined);
  const { error } = await decode(": only a comment\n\n", { client });
  assert.equal(error.constructor, OpenAI.StreamTruncatedError, "no event at all is no answer");
});

test("rule 15: every dialect of an error in the stream is an error of its class", async () => {
  const cases = [
    [{ error: { message: "m", type: "t", code: "c", param: "p" } }, OpenAI.APIError, "m"],
    [{ error: "overloaded" }, OpenAI.APIError, "overloaded"],
    [
      {
        id: "g",
        error: { code: 429, message: "m" },
        choices: [{ index: 0, delta: {}, finish_reason: "error" }],
      },
      OpenAI.RateLimitError,
      "429 m",
    ],
    [
      { object: "error", message: "too long", type: "BadRequestError", param: null, code: 400 },
      OpenAI.BadRequestError,
      "400 too long",
    ],
    [
      { error: { message: "m", type: "InternalServerError", code: 500 } },
      OpenAI.InternalServerError,
      "500 m",
    ],
    [{ error: { message: "m", code: 7 } }, OpenAI.APIError, "m"],
  ];
  for (const [body, Class, message] of cases) {
    const error = await fails(Class, event(body) + event(says("never")) + DONE, {
      headers: { "x-request-id": "req_7" },
    });
    assert.equal(error.message, message);
    assert.equal(error.requestID, "req_7");
  }
  const openai = await fails(OpenAI.APIError, event(cases[0][0]));
  assert.deepEqual([openai.type, openai.code, openai.param], ["t", "c", "p"]);
});

test("rule 18: a JSON body where a stream was asked for is an error, or one whole answer", async () => {
  const json = { "content-type": "application/json; charset=utf-8" };
  const failed = await decode('\n\n{"error":{"message":"nope","code":"c"}}', { headers: json });
  assert.deepEqual([failed.error.constructor, failed.error.code], [OpenAI.APIError, "c"]);
  const completion = {
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  };
  const answered = await decode(JSON.stringify(completion), { headers: json });
  completion.choices[0].delta = completion.choices[0].message;
  assert.deepEqual(
    [answered.chunks, answered.text, answered.error],
    [[completion], "Hi", undefined],
  );
  for (const bad of ["{", "[]", "1"]) {
    const { error } = await decode(bad, { headers: json });
    assert.ok(error instanceof OpenAI.OpenAIError, bad);
  }
});

test("rule 18: an HTML page in place of a stream is an error with the status", async () => {
  const { error } = await decode(`<!doctype html><title>Sign in</title>${"x".repeat(10_000)}`, {
    headers: { "content-type": "text/html" },
  });
  assert.equal(error.constructor, OpenAI.ResponseError);
  assert.equal(error.status, 200);
  assert.ok(error.message.length < 300);
});

test("rule 20: an empty body, and none at all, are errors", async () => {
  for (const body of ["", null]) {
    const { error, textError } = await outcomes(() => streamOf(body));
    assert.equal(error.constructor, OpenAI.ResponseError);
    assert.equal(textError.constructor, OpenAI.ResponseError);
  }
});

test("rule 33: reads may be of any kind that a runtime delivers", async () => {
  const text = event(says("é")) + DONE;
  const raw = new TextEncoder().encode(text);
  const padded = new Uint8Array(raw.length + 8);
  padded.set(raw, 5);
  const kinds = {
    string: text,
    buffer: raw.buffer,
    view: new DataView(padded.buffer, 5, raw.length),
    shorts: new Uint8Array(padded.buffer, 5, raw.length),
  };
  for (const [kind, read] of Object.entries(kinds)) {
    const body = new ReadableStream({
      start(controller) {
        for (const each of [new Uint8Array(0), read]) controller.enqueue(each);
        controller.close();
      },
    });
    const response = { ok: true, status: 200, headers: new Headers(), body };
    assert.equal((await outcome((await direct(response)).textStream)).items.join(""), "é", kind);
  }
  const iterable = {
    ok: true,
    status: 200,
    headers: new Headers(),
    body: (async function* () {
      yield raw;
    })(),
  };
  assert.equal(
    (await outcome((await direct(iterable)).textStream)).items.join(""),
    "é",
    "an async iterable",
  );
});

test("rule 37: two halves of bad JSON never join into good JSON", async () => {
  const pairs = [
    ['{"a":1', '"b":2}'],
    ['{"a":[1', "2]}"],
    ['{"a":"', '"}'],
    ['{"a":[{}', "{}]}"],
    ['{"a":1},{"b":2}', '{"c":3}'],
    ["[1", "2]"],
    ['{},0,"x"', "{}"],
    ["{},{}", "{}"],
  ];
  for (const [first, second] of pairs) {
    await fails(OpenAI.StreamDecodeError, event(first) + event(second) + DONE);
    // Also beside events that fit a template.
    const many = "bcdefg"
      .split("")
      .map((letter) => event(says(letter)))
      .join("");
    const { error, text } = await decode(
      many + event(first) + event(says("x")) + event(second) + DONE,
    );
    assert.equal(error.constructor, OpenAI.StreamDecodeError, first);
    assert.deepEqual([text, error.text, error.eventIndex], ["bcdefg", "bcdefg", 6], first);
  }
});

test("rule 37: numbers and depths beyond any measure are no trap", async () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  for (const odd of ['{"choices":[],"n":1e400}', `{"choices":[],"deep":${deep}}`]) {
    const { error } = await outcome(await streamOf(event(says("a")) + event(odd) + DONE));
    assert.ok(error === undefined || error instanceof OpenAI.StreamDecodeError);
  }
});

test("rule 38: lone surrogates and line separators inside strings pass, also in pieces", async () => {
  const raw = (inside) => event(JSON.stringify(says("@")).replace("@", inside));
  const rest = raw("x\u2028y") + raw("\\ud83d") + raw("\\ude00") + raw("\\ud800") + raw("z");
  await whole(rest + rest + DONE, "ax\u2028y\ud83d\ude00\ud800zx\u2028y\ud83d\ude00\ud800z");
});
