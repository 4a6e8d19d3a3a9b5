// client.chat.completions.stream(): its events, its final values, and the accumulation of chunks.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import {
  ask,
  bodyOf,
  bytes,
  chunkOf,
  DONE,
  event,
  OpenAI,
  pieces,
  says,
  stops,
  streamOf,
} from "../support/streams.mjs";
import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const fixture = new URL("../fixtures/tool-call-pieces.json", import.meta.url);
const toolCallPieces = JSON.parse(await readFile(fixture, "utf8"));
const packedEntry = pathToFileURL(join(setting("OPENAI_WASM_PKG"), "index.js")).href;
const { ChatCompletionStream } = await keyless();

/** A helper's stream over these reads. */
function helped(reads, { params, options, log = {} } = {}) {
  const list = (Array.isArray(reads) ? reads : [reads]).map((read) =>
    read === "hang" ? read : bytes(read),
  );
  const fetch = async (url, init) => {
    log.signal = init?.signal ?? url.signal;
    log.body = bodyOf(list, log);
    return new Response(log.body, { headers: { "content-type": "text/event-stream" } });
  };
  const client = new OpenAI({
    proxyUrl: "http://127.0.0.1:9/v1",
    token: "t",
    fetch,
    maxRetries: 0,
  });
  return client.chat.completions.stream({ ...ask, ...params }, options);
}

const framed = (...chunks) => chunks.map(event).join("") + DONE;
const finished = (chunks, options) => helped(framed(...chunks), options).finalChatCompletion();
const calls = (...tool_calls) => chunkOf({ delta: { tool_calls } });

/** Every event in its order. */
function recorded(stream) {
  const names = [
    "connect",
    "content",
    "content.delta",
    "content.done",
    "refusal.delta",
    "refusal.done",
  ];
  names.push(
    "tool_calls.function.arguments.delta",
    "tool_calls.function.arguments.done",
    "logprobs.content.delta",
  );
  names.push(
    "message",
    "chatCompletion",
    "finalContent",
    "finalMessage",
    "finalChatCompletion",
    "totalUsage",
  );
  names.push("error", "abort", "end");
  const seen = [];
  for (const name of names)
    stream.on(name, (...values) => seen.push([name, ...structuredClone(values.map(plain))]));
  return seen;
}
const plain = (value) =>
  value instanceof Error ? value.constructor.name : JSON.parse(JSON.stringify(value));

test("events come in order, and the final values at the end", async () => {
  const usage = { completion_tokens: 2, prompt_tokens: 1, total_tokens: 3 };
  const stream = helped(
    framed(
      chunkOf({ delta: { role: "assistant", content: "" } }),
      says("a"),
      says("b"),
      stops(),
      chunkOf(undefined, { usage }),
    ),
  );
  const seen = recorded(stream);
  const message = { role: "assistant", content: "ab", refusal: null };
  assert.deepEqual(await stream.finalMessage(), message);
  assert.equal(await stream.finalContent(), "ab");
  assert.deepEqual(await stream.totalUsage(), usage);
  const completion = {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1760000000,
    model: "m",
    choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }],
    usage,
  };
  assert.deepEqual(await stream.finalChatCompletion(), completion);
  assert.deepEqual(seen, [
    ["connect"],
    ["content", "a", "a"],
    ["content.delta", { delta: "a", snapshot: "a", parsed: null }],
    ["content", "b", "ab"],
    ["content.delta", { delta: "b", snapshot: "ab", parsed: null }],
    ["content.done", { content: "ab", parsed: null }],
    ["chatCompletion", completion],
    ["message", message],
    ["finalMessage", message],
    ["finalContent", "ab"],
    ["finalChatCompletion", completion],
    ["totalUsage", usage],
    ["end"],
  ]);
});

test("chunk events carry the answer so far, and once, off and emitted do what they say", async () => {
  const stream = helped(framed(says("a"), says("b"), stops()));
  const snapshots = [];
  const never = () => assert.fail("it was taken off");
  let once = 0;
  stream.on("chunk", (_chunk, snapshot) => snapshots.push(snapshot.choices[0].message.content));
  stream
    .on("content", never)
    .off("content", never)
    .once("content", () => (once += 1));
  const emitted = stream.emitted("content.done");
  await stream.done();
  assert.deepEqual([snapshots, once, (await emitted).content], [["a", "ab", "ab"], 1, "ab"]);
  assert.deepEqual([stream.ended, stream.errored, stream.aborted], [true, false, false]);
  assert.equal(stream.currentChatCompletionSnapshot.choices[0].finish_reason, "stop");
});

test("an error reaches listeners and promises, with the text so far", async () => {
  const stream = helped(event(says("a")) + event({ error: { message: "m", code: 429 } }));
  const seen = recorded(stream);
  await assert.rejects(
    stream.finalContent(),
    (error) => error instanceof OpenAI.RateLimitError && error.text === "a",
  );
  await assert.rejects(stream.done(), OpenAI.RateLimitError);
  assert.deepEqual(seen.slice(-2), [["error", "RateLimitError"], ["end"]]);
  await assert.rejects(helped(event(says("a"))).finalMessage(), OpenAI.StreamTruncatedError);
});

test("an error that nobody looks for is reported as unhandled", async () => {
  // In a program of its own: the test runner takes every unhandled rejection for a failed test.
  const program = `
    import { ChatCompletionStream } from ${JSON.stringify(packedEntry)};
    process.on("unhandledRejection", (error) => console.log("unhandled", error.constructor.name));
    const body = new Response("not JSON\\n").body;
    const stream = ChatCompletionStream.fromReadableStream(body);
    if (process.argv[1] === "heard") stream.on("error", () => console.log("heard"));
  `;
  const run = (how) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, how]);
  assert.equal((await run("unheard")).stdout, "unhandled OpenAIError\n");
  assert.equal((await run("heard")).stdout, "heard\n");
});

test("abort, by the stream or by a signal, is an abort and closes the request", async () => {
  for (const abort of [(stream) => stream.abort(), (_, signal) => signal.abort()]) {
    const log = {};
    const aborting = new AbortController();
    const stream = helped([event(says("a")), "hang"], {
      log,
      options: { signal: aborting.signal },
    });
    const seen = recorded(stream);
    stream.on("content", () => abort(stream, aborting));
    await assert.rejects(stream.finalMessage(), OpenAI.APIUserAbortError);
    assert.deepEqual(seen.slice(-2), [["abort", "APIUserAbortError"], ["end"]]);
    assert.deepEqual([stream.aborted, log.signal.aborted], [true, true]);
  }
});

test("iterating gives the chunks; leaving aborts the request", async () => {
  const chunks = [says("a"), says("b"), stops()];
  const got = [];
  for await (const chunk of helped(pieces(framed(...chunks), 60))) got.push(chunk);
  assert.deepEqual(got, chunks);

  const log = {};
  const stream = helped([event(says("a")), event(says("b")), "hang"], { log });
  for await (const _ of stream) break;
  await stream.done().catch(() => {});
  assert.equal(log.signal.aborted, true);

  const failing = async () => {
    for await (const _ of helped(event(says("a"))));
  };
  await assert.rejects(failing, OpenAI.StreamTruncatedError);
});

test("a slow loop holds the reading back", async () => {
  const log = {};
  const iterator = helped(
    Array.from({ length: 1000 }, () => event(says("a"))),
    { log },
  )[Symbol.asyncIterator]();
  await iterator.next();
  for (let turns = 0; turns < 3000; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(log.pulled < 300, `${log.pulled} reads for one chunk`);
  await iterator.return();
});

test("a listener that throws ends the stream with its error", async () => {
  const stream = helped([event(says("a")), "hang"]);
  stream.on("content", () => {
    throw new Error("mine");
  });
  await assert.rejects(stream.done(), /mine/);
});

test("toReadableStream and fromReadableStream hand a stream on", async () => {
  const chunks = [says("a"), says("b"), stops()];
  const again = ChatCompletionStream.fromReadableStream(
    helped(framed(...chunks)).toReadableStream(),
  );
  assert.equal(await again.finalContent(), "ab");
});

test("rule 26: tool calls are put together from any server's pieces", async () => {
  for (const { name, pieces: sent, calls: expected } of toolCallPieces) {
    const { choices } = await finished([
      ...sent.map((tool_calls) => calls(...tool_calls)),
      stops("tool_calls"),
    ]);
    assert.deepEqual(choices[0].message.tool_calls, expected, name);
    assert.equal(choices[0].message.content, null);
  }
});

test("tool call events tell name, index, arguments so far and what they say as JSON", async () => {
  const stream = helped(
    framed(
      calls({ index: 0, id: "a", function: { name: "f", arguments: '{"city":"Pa' } }),
      calls({ index: 0, function: { arguments: 'ris"}' } }),
      stops("tool_calls"),
    ),
  );
  const seen = recorded(stream).concat();
  const deltas = [];
  stream.on("tool_calls.function.arguments.delta", (event) => deltas.push(plain(event)));
  const done = stream.emitted("tool_calls.function.arguments.done");
  await stream.done();
  assert.deepEqual(seen, []);
  assert.deepEqual(deltas, [
    {
      name: "f",
      index: 0,
      arguments: '{"city":"Pa',
      arguments_delta: '{"city":"Pa',
      parsed_arguments: { city: "Pa" },
    },
    {
      name: "f",
      index: 0,
      arguments: '{"city":"Paris"}',
      arguments_delta: 'ris"}',
      parsed_arguments: { city: "Paris" },
    },
  ]);
  assert.deepEqual((await done).parsed_arguments, { city: "Paris" });
});

test("rule 27: choices interleave, and an index that is no small number is refused", async () => {
  const say = (index, content) => chunkOf({ index, delta: { content } });
  const answer = await finished([
    say(1, "x"),
    say(0, "a"),
    say(1, "y"),
    chunkOf({ index: undefined, delta: { content: "b" } }),
    stops(),
    chunkOf({ index: 1, finish_reason: "length" }),
  ]);
  assert.deepEqual(
    answer.choices.map(({ index, message, finish_reason }) => [
      index,
      message.content,
      finish_reason,
    ]),
    [
      [0, "ab", "stop"],
      [1, "xy", "length"],
    ],
  );
  for (const index of [-1, 1.5, 128, 1e9, "__proto__"])
    await assert.rejects(finished([say(index, "a"), stops()]), OpenAI.OpenAIError, String(index));
});

test("rules 21 to 25 and 28: the rest of the answer is kept as the servers mean it", async () => {
  const logprob = (token) => ({
    content: [{ token, logprob: -1, bytes: null, top_logprobs: [] }],
    refusal: null,
  });
  const answer = await finished([
    { choices: [], id: "", model: "", created: 0, prompt_filter_results: [1] },
    chunkOf(
      {
        delta: { role: "assistant", content: null, reasoning_content: "h" },
        logprobs: logprob("a"),
      },
      { usage: null, service_tier: "default" },
    ),
    chunkOf(
      {
        delta: { role: "", content: [{ type: "text", text: "a" }], reasoning_content: "m" },
        logprobs: logprob("b"),
      },
      { id: "other", usage: { total_tokens: 1 } },
    ),
    chunkOf(
      {
        delta: { refusal: "no", annotations: [1] },
        finish_reason: "stop",
        content_filter_results: {},
      },
      { obfuscation: "x", usage: {} },
    ),
    { choices: null, usage: { total_tokens: 2 }, x_groq: { id: "r" } },
    chunkOf({ delta: null, finish_reason: "" }),
  ]);
  assert.deepEqual(answer, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1760000000,
    model: "m",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "a",
          refusal: "no",
          reasoning_content: "hm",
          annotations: [1],
        },
        logprobs: { content: [...logprob("a").content, ...logprob("b").content], refusal: null },
        finish_reason: "stop",
        content_filter_results: {},
      },
    ],
    prompt_filter_results: [1],
    service_tier: "default",
    usage: { total_tokens: 2 },
    x_groq: { id: "r" },
  });
});

test("no field of a server reaches a prototype", async () => {
  const delta = JSON.parse(
    '{"content":"a","__proto__":{"polluted":1},"constructor":{"polluted":1}}',
  );
  const { choices } = await finished([chunkOf({ delta }), stops()]);
  assert.equal(choices[0].message.polluted, undefined);
  assert.equal({}.polluted, undefined);
});

test("a structured answer can be read while it comes, at every cut", async () => {
  const text = '{"name":"A\\"é","list":[1,-2.5e3,true,null,{"x":"y"}],"end":false}';
  const chunks = [...text].map((letter) => says(letter));
  const stream = helped(framed(...chunks, stops()), {
    params: { response_format: { type: "json_object" } },
  });
  const seen = [];
  stream.on("content.delta", ({ parsed }) => seen.push(parsed));
  const done = stream.emitted("content.done");
  await stream.done();
  assert.deepEqual(seen.at(-1), JSON.parse(text));
  assert.deepEqual((await done).parsed, JSON.parse(text));
  assert.deepEqual(seen[0], {});
  assert.ok(seen.some((value) => value?.name === "A" && value.list === undefined));
  assert.ok(seen.some((value) => value?.list?.length === 4));
  assert.ok(
    seen.every((value) => value !== null),
    "there is something to see at every cut",
  );
});

test("the official client's helper says the same of the same stream", async () => {
  const { OpenAI: Official } = await import("../node_modules/openai/index.mjs");
  const usage = { completion_tokens: 2, prompt_tokens: 1, total_tokens: 3 };
  const chunks = [
    chunkOf({ delta: { role: "assistant", content: "" } }),
    says("a"),
    says("b"),
    calls({ index: 0, id: "c", type: "function", function: { name: "f", arguments: "{" } }),
    calls({ index: 0, function: { arguments: "}" } }),
    stops("tool_calls"),
    chunkOf(undefined, { usage }),
  ];
  const text = framed(...chunks);
  const fetch = async () =>
    new Response(text, { headers: { "content-type": "text/event-stream" } });
  const theirs = new Official({
    apiKey: "k",
    baseURL: "http://127.0.0.1:9/v1",
    fetch,
  }).chat.completions.stream(ask);
  const ours = helped(text);
  const known = ({ id, choices, usage: used }) => ({
    id,
    used,
    choices: choices.map(({ finish_reason, index, message: { content, role, tool_calls } }) => ({
      finish_reason,
      index,
      content,
      role,
      calls: tool_calls.map(({ id: callId, type, function: { name, arguments: args } }) => ({
        callId,
        type,
        name,
        args,
      })),
    })),
  });
  assert.deepEqual(
    known(await ours.finalChatCompletion()),
    known(await theirs.finalChatCompletion()),
  );
  assert.equal(await ours.finalContent(), await theirs.finalContent());
  assert.deepEqual(await ours.totalUsage(), await theirs.totalUsage());
});

test("the plain stream stays what it was", async () => {
  assert.ok(Symbol.asyncIterator in (await streamOf(framed(says("a")))));
});
