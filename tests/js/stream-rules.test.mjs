// The decoder's rules as JavaScript meets them; numbers name them in the project's list.
// What concerns bytes alone is tested over every cut in Rust: tests/native/{sse,stream}_rules.rs.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  chunkOf,
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

const control = (text) => `event: ${text}`;

test("rule 2: a byte order mark may come byte by byte", async () => {
  const { text } = await decode(`\ufeff${event(says("a"))}${DONE}`);
  assert.equal(text, "a");
});

test("rules 3 and 8: all line ends, comments between", async () => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const lines = [
      ": hello",
      "",
      `data: ${JSON.stringify(says("b"))}`,
      "",
      ": ping",
      "",
      "data: [DONE]",
      "",
      "",
    ];
    await whole(lines.join(end), "ab");
  }
});

test("rule 5: empty and blank data is skipped", () =>
  whole(`data:\n\ndata:  \n\n${control("x")}\n\n${DONE}`));

test("rule 6: [DONE] must be the whole value", async () => {
  await whole("data:[DONE]\n\n");
  await whole("data:  [DONE] \n\n");
  await fails(OpenAI.StreamDecodeError, `data: [DONE]x\n\n${DONE}`);
  await fails(OpenAI.StreamDecodeError, `data: [DONE]\ndata: x\n\n${DONE}`);
});

test("rule 10: the error line of old llama.cpp is an error", async () => {
  const error = await fails(
    OpenAI.InternalServerError,
    `error: {"code":500,"message":"full"}\n\n${DONE}`,
  );
  assert.equal(error.message, "500 full");
});

test("rule 11: a comment framed as data is skipped", () =>
  whole(`data: : OPENROUTER PROCESSING\n\n${DONE}`));

test("rule 12: an unterminated last event counts if it is whole, and is a truncation if not", async () => {
  await whole("data: [DONE]");
  await whole(`data: ${JSON.stringify(stops())}`);
  await fails(OpenAI.StreamTruncatedError, 'data: {"choices":[{"delta":');
});

test("rule 13: after [DONE] all bytes are ignored, the body is cancelled and its lock released", async () => {
  const log = {};
  const stream = await streamOf([event(says("a")) + DONE + event(says("b")), "hang"], { log });
  const { items, error } = await outcome(stream);
  assert.deepEqual([items, error], [[says("a")], undefined]);
  assert.equal(log.cancelled, true);
  assert.equal(log.body.locked, false);
});

test("rule 14: the end of the bytes after a finish_reason is an end", () =>
  whole(event(stops()) + event(chunkOf())));

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

test("rule 15: an error that says nothing is none", async () => {
  for (const error of [null, false, 0, ""]) {
    assert.equal((await whole(event({ ...chunkOf(), error }) + DONE)).length, 1);
  }
});

test("rule 16: an event named error is an error whatever its body", async () => {
  const flat = await fails(
    OpenAI.APIError,
    `${control("error")}\ndata: {"message":"m","code":"c"}\n\n`,
  );
  assert.deepEqual([flat.message, flat.code], ["m", "c"]);
  const wrapped = await fails(
    OpenAI.APIError,
    `${control("error")}\ndata: {"error":{"message":"m"}}\n\n`,
  );
  assert.equal(wrapped.message, "m");
  const text = await fails(OpenAI.APIError, `${control("error")}\ndata: upstream went away\n\n`);
  assert.equal(text.message, "upstream went away");
});

test("rule 17: named events are chunks, and keep-alives are skipped", async () => {
  await whole(`${control("completion")}\n${event(says("b"))}${DONE}`, "ab");
  for (const name of ["ping", "keepalive"]) {
    for (const data of ["", "data:\n", "data: {}\n", "data: ok\n"])
      await whole(`${control(name)}\n${data}\n${DONE}`);
  }
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

test("rules 21 to 25: odd chunks pass as they came and add no text", async () => {
  const odd = [
    { choices: [], prompt_filter_results: [{ prompt_index: 0 }], id: "", model: "", created: 0 },
    { choices: null, usage: { total_tokens: 1 } },
    { usage: {} },
    { choices: [], x_groq: { usage: { total_tokens: 1 } } },
    { choices: [{ index: 0, delta: null }] },
    { choices: [{ delta: { role: null, content: null } }] },
    { choices: [{ index: 0 }, null] },
    { choices: [{ index: null, delta: { role: "", content: "" }, finish_reason: "" }] },
    { choices: [{ index: 0, delta: { reasoning_content: "hm", unheard: [1] } }] },
    { id: "", created: 1.5, model: null, choices: [] },
    { __proto__: null, choices: [] },
  ];
  for (const chunk of odd)
    assert.deepEqual(await whole(event(chunk) + DONE), [JSON.parse(JSON.stringify(chunk))]);
  const parts = {
    choices: [{ index: 0, delta: { content: [{ type: "text", text: "b" }, { type: "other" }] } }],
  };
  await whole(event(parts) + DONE, "ab");
});

test("rule 24: a finish_reason may be unknown or sent twice, and an empty one is none", async () => {
  await whole(event(stops("eos_token")));
  await whole(event(stops()) + event(stops()));
  const { error } = await decode(event(says("a")) + event(stops("")));
  assert.equal(error.constructor, OpenAI.StreamTruncatedError);
});

test("rule 27: the text is that of choice 0, whatever the others say between", async () => {
  const choice = (index, content) => event(chunkOf({ index, delta: { content } }));
  const rest = choice(1, "x") + choice(0, "b") + choice(2, "y") + choice(1, "z") + choice(0, "c");
  await whole(rest + rest + DONE, "abcbc");
});

test("rule 29: a completions stream has text in place of a delta", async () => {
  const text = (text) =>
    event({ object: "text_completion", choices: [{ index: 0, text, finish_reason: null }] });
  const { text: got } = await decode(text("a") + text("b") + text("c") + DONE);
  assert.equal(got, "abc");
});

test("rule 31: an event beyond the limit ends the stream", async () => {
  const long = event(says("b".repeat(500)));
  await fails(OpenAI.StreamLimitError, long + DONE, { client: { maxEventBytes: 500 } });
  await fails(OpenAI.StreamLimitError, "data:\n".repeat(1000), { client: { maxEventBytes: 500 } });
  await whole(long + DONE, `a${"b".repeat(500)}`);
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

test("rule 37: bad JSON names the event and never shows it", async () => {
  for (const bad of [
    "{secret",
    '{"a":1}}',
    "[1",
    "secret",
    '{"a":1},{"b":2}',
    "1",
    "[]",
    "null",
    '"s"',
    "]",
    "{}]",
    '{"a":[',
  ]) {
    const error = await fails(OpenAI.StreamDecodeError, event(bad) + event(says("never")) + DONE);
    assert.doesNotMatch(`${error.message}${error.stack}`, /secret/, bad);
  }
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

test("data over several lines is one JSON text", () =>
  whole(`data: {"choices":\ndata: [{"delta":{"content":"b"}}]}\n\n${DONE}`, "ab"));
