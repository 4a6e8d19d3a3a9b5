// Random answers, sound and broken, under random cuts: JavaScript gets from the decoder what a naive
// reader gets, which splits the text into events and parses each.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { random } from "../../benches/shapes.mjs";
import { setting } from "../support/program.mjs";
import {
  bodyOf,
  bytes,
  chunkOf,
  direct,
  DONE,
  event,
  instanceOf,
  outcome,
  says,
  stops,
} from "../support/streams.mjs";

const load = (file) => import(pathToFileURL(join(setting("OPENAI_WASM_PKG"), file)).href);
const { ChunkReader, textOf } = await load("lib/chunk-reader.js");
const { reportedError } = await load("lib/response-error.js");
const { errorIn, isLast, isOfResponse } = await load("lib/report.js");

const CASES = Number(process.env.STREAM_FUZZ_CASES ?? 2000);
const SEED = Number(process.env.STREAM_FUZZ_SEED ?? 1);
/** One case in so many goes through a body and a stream as well. */
const STREAMED = Math.max(20, CASES / 200);

// Millions of the errors here are looked at by name, text and place alone.
Error.stackTraceLimit = process.env.STREAM_FUZZ_CASES ? 0 : Error.stackTraceLimit;

const headers = new Headers();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const KEEP_ALIVE = ["ping", "keepalive", "keep-alive", "heartbeat"];

/** The blocks of a stream: name, data and `error` field. The last one lacks its blank line. */
function blocksOf(all) {
  let block = { name: "", data: [] };
  const blocks = [block];
  const lines = utf8.decode(all).replace(/\r\n?/g, "\n").split("\n");
  // Behind the last line end nothing has begun.
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    if (line === "") blocks.push((block = { name: "", data: [] }));
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") block.data.push(value);
    else if (field === "event") block.name = value;
    else if (field === "error") block.error = value.trim();
  }
  return blocks.map(({ data, ...rest }) => ({ ...rest, data: data.join("\n").trim() }));
}

const parsed = (text) => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** What a naive reader gets: the chunks, their text, and how it ended: undefined after a whole answer. */
function naive(all) {
  const chunks = [];
  let text = "";
  let final = false;
  let byEvent = false;
  const ended = (name, message) => ({
    chunks,
    text,
    end: name && [name, text, chunks.length, message],
  });
  const reported = (error) => {
    const { constructor, message } = reportedError(error, headers);
    return ended(constructor.name, message);
  };
  const blocks = blocksOf(all);
  for (const [at, { name, data, error }] of blocks.entries()) {
    const body = error ?? data;
    const json = parsed(body);
    if (error !== undefined || (name === "error" && data !== "" && data !== "[DONE]")) {
      return reported(errorIn(json ? json.value : body, true));
    }
    if (data === "" || KEEP_ALIVE.includes(name) || data.startsWith(":")) continue;
    if (data === "[DONE]") return byEvent && !final ? ended("StreamTruncatedError") : ended();
    const value = json?.value;
    const found = json && errorIn(value);
    if (found !== undefined) {
      text += textOf(value);
      return reported(found);
    }
    if (!json && at === blocks.length - 1) return ended("StreamTruncatedError");
    if (value === null || typeof value !== "object" || Array.isArray(value))
      return ended("StreamDecodeError");
    chunks.push(value);
    text += textOf(value);
    const { choices, type } = value;
    final ||= Array.isArray(choices)
      ? choices.some((choice) => choice?.finish_reason)
      : isLast(type);
    if (Array.isArray(choices) || !isOfResponse(type)) continue;
    byEvent = true;
    if (isLast(type)) return ended();
  }
  return final ? ended() : ended("StreamTruncatedError");
}

/** What the decoder gives of these reads. */
function decoded(instance, reads, textOnly) {
  const reader = new ChunkReader(instance, {
    maxEventBytes: 1 << 20,
    truncation: "error",
    headers,
    textOnly,
  });
  const items = [];
  for (const read of reads) if (!reader.end && read.length > 0) reader.push(read, items);
  if (!reader.end) reader.finish(items);
  reader.free();
  return { items, ...result(reader.end.error, reader.text) };
}

/** The words of an error matter where they are the server's. */
const result = (error, text) => {
  const name = error?.constructor.name;
  const message = name?.startsWith("Stream") ? undefined : error?.message;
  return { text, end: name && [name, error.text, error.eventIndex, message] };
};

/** Makes the bytes of random answers. Each case has a seed of its own, so that one can be made alone. */
function answers() {
  let next;
  const begin = (round) =>
    (next = random(Math.imul(round + 1, 0x9e3779b1) + Math.imul(SEED, 0x85ebca6b)));
  const below = (limit) => Math.floor(next() * limit);
  const pick = (list) => list[below(list.length)];
  // Marks are numbers from 2^28 to 2^29: values and texts that could be taken for one.
  const large = () => pick([2 ** 28, 2 ** 29, 1760000000, 268435457.5, -1, 0, 7]) + below(20) - 10;
  const word = () =>
    pick([
      "a",
      " the",
      '"',
      "\\",
      "\n",
      "é",
      "😀",
      "\ud83d",
      "\u2028",
      "",
      "}",
      "[DONE]",
      String(large()),
      "1e999",
      "],",
      ",1",
    ]);
  // A name may stand in any place; those of every object in JavaScript mean nothing here.
  const name = () =>
    pick([
      "x",
      "__proto__",
      "constructor",
      "length",
      "0",
      "toString",
      "content",
      "delta",
      "choices",
      "a b",
      "",
    ]);
  const any = () =>
    pick([
      large,
      word,
      () => [large(), word()],
      () => ({ [name()]: large() }),
      () => null,
      () => [[{}]],
    ])();
  const named = (value) => JSON.parse(`{${JSON.stringify(name())}:${JSON.stringify(value)}}`);
  const makers = [
    () => event(says(word())),
    () => event(says(word() + word())),
    () => event(says(word(), { obfuscation: "x".repeat(below(4)) })),
    () => event(chunkOf({ index: below(2), delta: { content: word() } })),
    () =>
      event(chunkOf({ delta: { tool_calls: [{ index: 0, function: { arguments: word() } }] } })),
    () =>
      event(
        chunkOf({
          delta: { content: word() },
          logprobs: { content: [{ token: word(), logprob: -next(), bytes: [below(9)] }] },
        }),
      ),
    () => event(chunkOf(undefined, { usage: { total_tokens: below(9) } })),
    () => event(chunkOf({ text: word(), delta: undefined })),
    () => event(says(word(), { created: large() })),
    () => event(says(word(), { created: large(), system_fingerprint: String(large()) })),
    () => event({ ...says(word(), { created: large() }), ...named(any()) }),
    () => event(chunkOf({ delta: { content: word(), ...named(any()) }, logprobs: any() })),
    () =>
      event({
        type: pick(["response.output_text.delta", "x.delta"]),
        delta: word(),
        sequence_number: large(),
      }),
    () =>
      event({
        type: pick(["response.output_text.delta", "x.delta"]),
        delta: below(3) ? word() : any(),
      }),
    () => ": ping\n\n",
    () => "data:\n\n",
    () => `data: ${JSON.stringify(says(word()))}\r\n\r\n`,
    () => `event: x\nid: 1\ndata: ${JSON.stringify(says(word()))}\n\n`,
  ];
  const breakers = [
    // Forged: what follows is meant to be taken for marks, fits and runs of text.
    () => event(`${JSON.stringify(named(any()))},${below(9)}`),
    () => event(`{"x":1},${large()}`),
    () => event(`{"x":1},${large()},[${below(3)}],{"y":2}`),
    () => event(`{"x":1},"a",${below(3)}`),
    () => event('{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":[{"a":[1]}]'),
    () => event("[1"),
    () => event("2]"),
    () => event(chunkOf({ delta: { content: word() }, finish_reason: "abort" })),
    () => event(chunkOf({ error: { message: word() || "x" } })),
    () => event("{"),
    () => event('{"a":1},{"b":2}'),
    () => event('{"a":['),
    () => event("]}"),
    () => event("1"),
    () => event({ error: word() || "x" }),
    () => "event: error\ndata: x\n\n",
    () => `error: {"message":"m"}\n\n`,
  ];
  const body = () => {
    const kinds = [pick(makers), pick(makers), () => pick(makers)()];
    const parts = Array.from({ length: 1 + below(20) }, () =>
      below(25) ? pick(kinds)() : pick(breakers)(),
    );
    if (below(3)) parts.push(event(stops()), DONE);
    const text = parts.join("");
    return bytes(text.slice(0, text.length - below(2) * below(10)) || "\n");
  };
  const cut = (all) => {
    const reads = [];
    const largest = pick([1, 20, 200, 2000, 100_000]);
    for (let at = 0; at < all.length; ) {
      const size = 1 + below(largest);
      reads.push(all.subarray(at, at + size));
      at += size;
    }
    return reads;
  };
  return { begin, body, cut, below };
}

test("any answer reads as a naive reader reads it, however it is cut, as chunks and as text", async () => {
  const instance = await instanceOf();
  const { begin, body, cut } = answers();
  const seen = { failed: 0, whole: 0, chunks: 0, kinds: new Set() };
  for (let round = 0; round < CASES; round += 1) {
    begin(round);
    const all = body();
    const reads = cut(all);
    const { chunks, text, end } = naive(all);
    seen[end ? "failed" : "whole"] += 1;
    seen.chunks += chunks.length;
    seen.kinds.add(end?.[0]);
    const shown = () => `${round}: ${JSON.stringify(utf8.decode(all))}`;
    const got = decoded(instance, reads, false);
    if (JSON.stringify([got.items, got.text, got.end]) !== JSON.stringify([chunks, text, end])) {
      assert.deepEqual(got, { items: chunks, text, end }, shown());
    }
    const said = decoded(instance, reads, true);
    if (said.items.join("") !== text || said.text !== text || String(said.end) !== String(end)) {
      assert.deepEqual(
        { ...said, items: said.items.join("") },
        { items: text, text, end },
        shown(),
      );
    }
  }
  assert.ok(
    seen.failed > CASES / 10 && seen.whole > CASES / 10 && seen.chunks > CASES,
    "the control: answers of both kinds",
  );
  assert.ok(seen.kinds.size > 3, `the control: ${[...seen.kinds]}`);
});

test("a stream gives what the decoder gives, however its body is cut", async () => {
  const instance = await instanceOf();
  const { begin, body, cut } = answers();
  for (let round = 0; round < STREAMED; round += 1) {
    begin(round);
    const all = body();
    const { chunks, text, end } = naive(all);
    for (const how of ["chunks", "text"]) {
      const response = new Response(bodyOf(cut(all)), {
        headers: { "content-type": "text/event-stream" },
      });
      const stream = await direct(response, { instance });
      const { items, error } = await outcome(how === "text" ? stream.textStream : stream);
      const shown = JSON.stringify(utf8.decode(all));
      if (how === "text") assert.equal(items.join(""), text, shown);
      else assert.equal(JSON.stringify(items), JSON.stringify(chunks), shown);
      assert.deepEqual(result(error).end, end, shown);
    }
  }
});

test("the raw decoders survive any order of calls, with any bytes", async () => {
  const instance = await instanceOf();
  const { begin, body, below } = answers();
  const { exports, memory } = instance;
  const words = (decoder) => new Uint32Array(memory.buffer, decoder.head(), 10);
  let found = 0;
  for (let round = 0; round < CASES / 4; round += 1) {
    begin(round);
    const limit = [1, 10, 100, 1 << 20][below(4)];
    const decoder = below(2)
      ? new exports.EventDecoder(limit)
      : new exports.ChunkDecoder(limit, 1 << 28, below(2) === 1);
    for (let calls = below(10); calls > 0; calls -= 1) {
      const input = body().subarray(0, 16 * 1024);
      new Uint8Array(memory.buffer).set(input, words(decoder)[9]);
      if (below(8) === 0) decoder.finish?.();
      else decoder.decode(below(8) === 0 ? 0xffffffff : input.length);
      found += words(decoder)[0] ? 1 : 0;
    }
    decoder.free();
  }
  assert.ok(found > CASES / 20, "the control: some calls find an end");
});
