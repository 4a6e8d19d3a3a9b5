// Answers at a status of success that are not what they are called, and servers that gave up. The Rust
// client's tests of the same: tests/native/client_answers.rs, stream_rules.rs.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bytes,
  chunkOf,
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

const JSON_TYPE = { "content-type": "application/json" };

/** A client whose `fetch` answers so, and how often it was asked. */
function answering(body, { status = 200, headers = JSON_TYPE } = {}) {
  const asked = { times: 0 };
  const fetch = async () => {
    asked.times += 1;
    return new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers,
    });
  };
  return {
    asked,
    client: new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch, maxRetries: 2 }),
  };
}

const params = { model: "m", messages: [{ role: "user", content: "?" }] };

test("an error at a status of success is an error, and not repeated", async () => {
  for (const [body, Class, code] of [
    [{ error: { message: "Provider returned error", code: 429 } }, OpenAI.RateLimitError, 429],
    [
      {
        id: "c",
        error: { message: "m", code: 502 },
        choices: [{ message: { content: null }, finish_reason: "stop" }],
      },
      OpenAI.InternalServerError,
      502,
    ],
    [[{ error: { message: "m", code: 429 } }], OpenAI.RateLimitError, 429],
    [{ object: "error", message: "m", code: 404 }, OpenAI.NotFoundError, 404],
    [{ error: {} }, OpenAI.APIError, undefined],
    [{ error: "m" }, OpenAI.APIError, undefined],
    [
      { choices: [{ message: { content: "Par" }, finish_reason: "abort" }] },
      OpenAI.APIError,
      "abort",
    ],
    [`data: {"error":{"message":"m","code":"c"}}\n\ndata: [DONE]\n\n`, OpenAI.APIError, "c"],
  ]) {
    const { client, asked } = answering(body);
    for (const call of [
      () => client.chat.completions.create(params),
      () => client.embeddings.create({ model: "m", input: "a" }),
    ]) {
      asked.times = 0;
      const { error } = await outcome(
        (async function* () {
          yield await call();
        })(),
      );
      assert.deepEqual(
        [error?.constructor, error?.code, asked.times],
        [Class, code, 1],
        JSON.stringify(body),
      );
    }
  }
});

test("what says nothing is no error, and what was asked for may have one of its own", async () => {
  const good = {
    choices: [{ message: { content: "a" }, finish_reason: "stop" }],
    error: { message: "", type: "", param: "", code: null },
  };
  assert.deepEqual(await answering(good).client.chat.completions.create(params), good);
  const job = {
    id: "ftjob-1",
    object: "fine_tuning.job",
    status: "failed",
    error: { code: "x", message: "m" },
  };
  assert.deepEqual(await answering(job).client.get("/fine_tuning/jobs/ftjob-1"), job);
});

test("an error status says what an odd body says", async () => {
  for (const body of [
    { error: null, message: "m" },
    [{ error: { message: "m" } }],
    { error: { code: null }, message: "m" },
  ]) {
    const { error } = await outcome(
      (async function* () {
        yield await answering(body, { status: 400 }).client.models.list();
      })(),
    );
    assert.deepEqual([error.constructor, error.message], [OpenAI.BadRequestError, "400 m"]);
  }
});

test("a server that gave up has not finished, and the text so far is kept", async () => {
  const par = event(says("Par"));
  for (const [last, code, text, status] of [
    [
      chunkOf({
        delta: { content: "" },
        finish_reason: "error",
        native_finish_reason: "network_error",
        error: { code: 502, message: "upstream died" },
      }),
      502,
      "Par",
      502,
    ],
    [chunkOf({ delta: { content: "t" }, finish_reason: "abort" }), "abort", "Part", undefined],
    [
      chunkOf({ text: "t", delta: undefined, finish_reason: "timeout" }),
      "timeout",
      "Part",
      undefined,
    ],
    [
      chunkOf({ index: 1, delta: { content: "t" }, finish_reason: "network_error" }),
      "network_error",
      "Par",
      undefined,
    ],
    [chunkOf({ delta: {}, error: { message: "m", code: "c" } }), "c", "Par", undefined],
    [{ object: "error", message: "m", code: 400 }, 400, "Par", 400],
  ]) {
    for (const reads of [par + event(last) + DONE, pieces(par + event(last) + DONE, 7)]) {
      const { chunks, text: said, error, textError } = await outcomes(() => streamOf(reads));
      assert.deepEqual([chunks.length, said], [1, text], JSON.stringify(last));
      for (const failure of [error, textError]) {
        assert.ok(failure instanceof OpenAI.APIError);
        assert.deepEqual(
          [failure.code, failure.text, failure.eventIndex, failure.status],
          [code, text, 1, status],
        );
      }
    }
  }
  // The control: another reason is a finish, whoever thought of it.
  assert.equal((await outcome(await streamOf(par + event(stops("eos"))))).error, undefined);
});

test("a good stream whose events all carry an empty error is read to its end", async () => {
  const empty = { error: { message: "", type: "", param: "", code: null } };
  const all =
    ["a", "b", "c", "d"].map((word) => event(says(word, empty))).join("") + event(stops());
  for (const reads of [all, pieces(all, 300)]) {
    const { chunks, text, error } = await outcomes(() => streamOf(reads));
    assert.deepEqual([chunks.length, text, error], [5, "abcd", undefined]);
  }
  const late = all.replace('"content":"d"}', '"content":"d"},"error":{"message":"m"}');
  assert.equal((await outcome(await streamOf(late))).error.message, "m");
});

test("an answer that broke off behind our proxy is told as if it broke off here", async () => {
  const of = (code, more) =>
    event({
      error: { message: "The answer broke off.", type: "server_error", code, param: null, ...more },
    });
  for (const [last, Class] of [
    [of("upstream_truncated"), OpenAI.StreamTruncatedError],
    [of("upstream_timeout"), OpenAI.StreamIdleTimeoutError],
    [of("upstream_refused"), OpenAI.APIError],
    [of("constructor"), OpenAI.APIError],
    [of("upstream_truncated", { param: "x" }), OpenAI.APIError],
    [of("upstream_truncated", { type: "x" }), OpenAI.APIError],
  ]) {
    const { error, textError } = await outcomes(() => streamOf(event(says("a")) + last));
    for (const failure of [error, textError]) {
      assert.deepEqual(
        [failure.constructor, failure.text, failure.eventIndex, failure.message],
        [Class, "a", 1, "The answer broke off."],
      );
    }
  }
});

test("an event stream under another type is read event by event, the first one at once", async () => {
  for (const headers of [
    JSON_TYPE,
    { "content-type": "text/plain;charset=utf-8" },
    { "content-type": "application/octet-stream" },
    { "content-type": "" },
  ]) {
    for (const before of ["", "\ufeff", "\r\n\n", ": a comment\n\n", "event: x\n"]) {
      const first = before + event(says("a"));
      for (const reads of [[first], pieces(first, 1)]) {
        const stream = await streamOf([...reads, "hang"], { headers });
        const iterator = stream[Symbol.asyncIterator]();
        assert.deepEqual(await iterator.next(), { value: says("a"), done: false });
        await iterator.return();
        const all = await outcome(await streamOf([...reads, event(stops()) + DONE], { headers }));
        assert.deepEqual([all.items.length, all.error], [2, undefined]);
        const cut = await outcome(await streamOf(reads, { headers }));
        assert.deepEqual(
          [cut.error.constructor, cut.error.text],
          [OpenAI.StreamTruncatedError, "a"],
        );
      }
    }
  }
});

test("a page is no stream, whatever it begins with, and nothing false is said of it", async () => {
  for (const type of ["text/html", "application/xhtml+xml", "image/svg+xml"]) {
    const { error } = await outcome(
      await streamOf(event(says("a")) + DONE, { headers: { "content-type": type } }),
    );
    assert.equal(error.constructor, OpenAI.ResponseError);
    assert.ok(error.message.includes(type) && !error.message.includes("HTML page"), error.message);
  }
});

test("a body of another type has the limits of a stream", async () => {
  const long = Array.from({ length: 50 }, () => bytes(`{"a":"${"x".repeat(1000)}`));
  const tooLong = await outcome(
    await streamOf([...long, "hang"], { headers: JSON_TYPE, options: { maxEventBytes: 10_000 } }),
  );
  assert.equal(tooLong.error.constructor, OpenAI.StreamLimitError);
  const silent = await outcome(
    await streamOf(["\n", "hang"], { headers: JSON_TYPE, options: { idleTimeout: 20 } }),
  );
  assert.equal(silent.error.constructor, OpenAI.StreamIdleTimeoutError);
  const words = await outcome(
    await streamOf(["upstream", " went away"], { headers: { "content-type": "text/plain" } }),
  );
  assert.deepEqual(
    [words.error.constructor, words.error.message],
    [
      OpenAI.ResponseError,
      "200 with text/plain (upstream went away) where an event stream was expected",
    ],
  );
});

test("a whole answer where a stream was asked for is one chunk with message and delta", async () => {
  const message = {
    role: "assistant",
    content: "Hi",
    tool_calls: [{ id: "x", type: "function", function: { name: "f", arguments: "{}" } }],
  };
  const answer = {
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "tool_calls" }],
  };
  for (const body of [
    JSON.stringify(answer),
    JSON.stringify(answer, null, 2),
    `${JSON.stringify(answer)}\n\n${DONE}`,
  ]) {
    const { chunks, text, error } = await outcomes(() =>
      streamOf(pieces(body, 100), { headers: JSON_TYPE }),
    );
    assert.deepEqual([chunks.length, text, error], [1, "Hi", undefined]);
    assert.deepEqual(chunks[0].choices[0].message, message);
    assert.deepEqual(chunks[0].choices[0].delta, {
      ...message,
      tool_calls: [{ index: 0, ...message.tool_calls[0] }],
    });
  }
  const { error } = await outcome(
    await streamOf('{"error":{"message":"m","code":429}}', { headers: JSON_TYPE }),
  );
  assert.equal(error.constructor, OpenAI.RateLimitError);
});

test("a list where a text is due hides no text of later events", async () => {
  const of = (delta) => event({ type: "response.output_text.delta", delta });
  for (const odd of [[1, 2], [], 5, null, { a: 1 }]) {
    const said =
      [odd, [-1.5], "a", odd, "b", "\n"].map(of).join("") +
      event({ type: "response.completed", response: {} });
    for (const reads of [said, pieces(said, 60), pieces(said, 7)]) {
      const { text, chunks, error, textError } = await outcomes(() => streamOf(reads));
      assert.deepEqual(
        [text, chunks.length, error, textError],
        ["ab\n", 7, undefined, undefined],
        JSON.stringify(odd),
      );
      const broken = await outcomes(() => streamOf(said.slice(0, said.lastIndexOf("data:"))));
      assert.deepEqual(
        [broken.error.text, broken.textError.text],
        ["ab\n", "ab\n"],
        JSON.stringify(odd),
      );
    }
  }
});

test("responses end by their own events and say their text", async () => {
  const of = (type, rest) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const words = ["a", "b", "c", "d", "e"];
  const said =
    of("response.created", { response: { id: "r", error: null } }) +
    words
      .map((delta, at) =>
        of("response.output_text.delta", { delta, sequence_number: at + 2 ** 28 }),
      )
      .join("") +
    of("response.function_call_arguments.delta", { delta: "{}" }) +
    of("response.output_text.done", { text: "abcde" });
  const error = { code: "server_error", message: "m" };
  for (const [last, failure] of [
    [of("response.completed", { response: {} }), undefined],
    [
      of("response.incomplete", {
        response: { incomplete_details: { reason: "max_output_tokens" } },
      }),
      undefined,
    ],
    ["", [OpenAI.StreamTruncatedError, undefined]],
    [of("response.failed", { response: { error } }), [OpenAI.APIError, "server_error"]],
    [of("response.failed", {}), [OpenAI.APIError, "failed"]],
    [of("error", error), [OpenAI.APIError, "server_error"]],
  ]) {
    for (const reads of [said + last, pieces(said + last, 150), pieces(said + last, 1)]) {
      const { text, error, textError } = await outcomes(() => streamOf(reads));
      assert.equal(text, "abcde");
      for (const thrown of [error, textError])
        assert.deepEqual(thrown && [thrown.constructor, thrown.code], failure);
    }
  }
});

test("numbers as large as marks and forged items bend no chunk beside a broken one", async () => {
  const of = (created, print, content) =>
    chunkOf({ delta: { content } }, { created, system_fingerprint: print });
  const ticking = ["A", "B", "C"].map((word, at) => event(of(1760000000 + at, `f${at}`, word)));
  const odd = [event('{"choices":[],"usage":[{"a":[1]}]}'), event("{")];
  const good = await outcome(
    await streamOf([...ticking, event(of(1760000003, "f4", "D")) + odd.join("")]),
  );
  assert.equal(good.items[3].choices[0].delta.content, "D");
  assert.deepEqual([good.items.length, good.error.text, good.error.eventIndex], [5, "ABCD", 5]);
  assert.equal(good.error.constructor, OpenAI.StreamDecodeError);

  // An item that a server wrote itself, before one whose template has a hole less than it takes.
  const one = (content) => event({ object: "c", choices: [{ index: 0, delta: { content } }] });
  const two = (id, content) =>
    event({ id, object: "c", choices: [{ index: 0, delta: { content } }] });
  const reads = [one("1"), one("2"), one("3"), two("i1", "4"), two("i2", "5"), two("i3", "6")];
  for (const forged of [
    '{"x":1},1',
    '{"x":1},0,"y"',
    '{"x":1},268435456',
    '{"x":1},536870912,[0],{"y":1}',
    '{"x":1},"y"',
    '{"x":1},null',
    '{"x":1},{"y":1},[1]',
  ]) {
    const { chunks, error, textError } = await outcomes(() =>
      streamOf([...reads, event(forged) + one("seven"), DONE]),
    );
    assert.equal(chunks.length, 6, forged);
    for (const failure of [error, textError]) {
      assert.deepEqual(
        [failure.constructor, failure.text, failure.eventIndex],
        [OpenAI.StreamDecodeError, "123456", 6],
        forged,
      );
    }
  }
});
