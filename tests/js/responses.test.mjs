// client.responses: whole answers, events, parsed answers and streams with their final response, by the corpus
// that Rust runs as well (tests/native/responses_accumulate.rs), and beside the official client.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { z } from "zod";
import * as official from "openai/helpers/zod";

import { workshop } from "../support/app.mjs";
import { failure, keyless } from "../support/packed.mjs";
import { both, scripted } from "../support/scripted.mjs";

const errors = await keyless();
const { StreamTruncatedError, APIError } = errors;
const fixture = new URL("../fixtures/responses-streams.json", import.meta.url);
const { streams } = JSON.parse(await readFile(fixture, "utf8"));
const isClosing = ({ type }) => /^response\.(completed|incomplete)$/.test(type);

let shop;
let zod;
before(async () => {
  shop = await workshop();
  zod = await shop.module("helpers/zod.js");
});
after(() => shop.remove());

const asked = { model: "m", input: "Hi" };
const framed = ({ frames, unnamed }) =>
  frames
    .map((frame) => {
      if (typeof frame === "string") return `data: ${frame}\n\n`;
      return `${unnamed ? "" : `event: ${frame.type}\n`}data: ${JSON.stringify(frame)}\n\n`;
    })
    .join("");
const sse = (text) => ({ type: "text/event-stream", text });

/** Whether all that `expected` holds is in `value`; null says as much as nothing. */
function holds(value, expected, path = "") {
  if (expected === null) return assert.equal(value ?? null, null, path);
  if (typeof expected !== "object") return assert.equal(value, expected, path);
  if (Array.isArray(expected)) assert.equal(value?.length, expected.length, path);
  for (const [name, item] of Object.entries(expected))
    holds(value?.[name], item, `${path}.${name}`);
}

for (const one of streams) {
  const { name, ends, text, frames, response: expected } = one;
  test(`responses.stream() and responses.create() of ${name}`, async () => {
    const answers = sse(framed(one));
    const stream = scripted(answers).responses.stream(asked);
    const seen = [];
    stream.on("event", (event) => seen.push(event));
    const created = await scripted(answers).responses.create({ ...asked, stream: true });
    let said = "";
    const reading = (async () => {
      for await (const piece of created.textStream) said += piece;
    })();
    if (ends !== "whole") {
      const [error, other] = [await failure(stream.finalResponse()), await failure(reading)];
      assert.equal(other.constructor, error.constructor);
      if (ends === "truncated") assert.ok(error instanceof StreamTruncatedError, String(error));
      else {
        assert.ok(error instanceof APIError, String(error));
        assert.equal(error.code, ends.code);
      }
      return;
    }
    const final = await stream.finalResponse();
    await reading;
    assert.equal(said, text);
    const close = frames.findIndex(isClosing);
    holds(final, expected ?? frames[close].response);
    assert.equal(seen.length, close + 1);
    for (const { type, snapshot } of seen)
      assert.equal(
        type === "response.output_text.delta",
        type.includes("output_text.delta") && typeof snapshot === "string",
      );
  });
}

test("pieces alone hold all that was said, in the order that they came", async () => {
  let checked = 0;
  for (const one of streams.filter(({ ends, text }) => ends === "whole" && text)) {
    const frames = one.frames.filter(({ type }) => /\.delta$/.test(type) || isClosing({ type }));
    if (!frames.some(({ type }) => type === "response.output_text.delta")) continue;
    const bare = frames.map((frame) => (isClosing(frame) ? { type: frame.type } : frame));
    const stream = scripted(sse(framed({ frames: bare }))).responses.stream(asked);
    assert.equal((await stream.finalResponse()).output_text, one.text, one.name);
    checked += 1;
  }
  assert.ok(checked > 10);
});

test("a stream that is cut at any byte never looks finished", async () => {
  const one = streams.find(({ name }) => name === "two calls of functions, their pieces mixed");
  const whole = Buffer.from(framed(one));
  const json = whole.lastIndexOf("}") + 1;
  for (let cut = 0; cut < whole.length; cut += 7) {
    const text = whole.subarray(0, cut).toString();
    const stream = scripted(sse(text)).responses.stream(asked);
    const error = await stream.finalResponse().then(
      () => undefined,
      (failed) => failed,
    );
    // The closing event's blank line alone may be missing.
    assert.equal(error === undefined, cut >= json, `cut at ${cut} of ${whole.length}`);
  }
});

const answer = (output, more) => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "m",
  output,
  from_tomorrow: [1],
  ...more,
});
const message = (text) => ({
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text, annotations: [] }],
});
const Weather = z.object({ city: z.string(), degrees: z.number() });
const good = JSON.stringify({ city: "Rome", degrees: 20 });

test("create, parse and retrieve send and give what the official client does", async () => {
  const call = { type: "function_call", call_id: "c", name: "f", arguments: good };
  const cases = [
    [answer([message("Hi"), message(" you")]), (client) => client.responses.create(asked)],
    [answer([]), (client) => client.responses.create({ ...asked, store: false, top: { k: 1 } })],
    [
      answer([message("Hi")]),
      (client) => client.responses.retrieve("r/1", { include: ["a", "b"] }),
    ],
    [answer([]), (client) => client.responses.cancel("r")],
    [
      answer([message(good)]),
      (client, helpers) =>
        client.responses.parse({ ...asked, text: { format: helpers.zodTextFormat(Weather, "w") } }),
    ],
    [
      answer([call]),
      (client, helpers) =>
        client.responses.parse({
          ...asked,
          tools: [helpers.zodResponsesFunction({ name: "f", parameters: Weather })],
        }),
    ],
    [answer([message(good)]), (client) => client.responses.parse(asked)],
  ];
  for (const [body, ask] of cases) {
    const { theirs } = await both([body], (client) => ask(client, official));
    const { ours } = await both([body], (client) => ask(client, zod));
    if (ours.error) throw ours.error;
    if (ask.length === 2 || !theirs.result.output_parsed) {
      // The official client adds nulls where nothing was to be parsed.
      const drop = (value) =>
        JSON.parse(JSON.stringify(value), (name, item) =>
          /parsed/.test(name) && item === null ? undefined : item,
        );
      assert.deepEqual(drop(ours), drop(theirs));
    } else assert.deepEqual(ours, theirs);
  }
});

test("a stream gives what was parsed, its text so far, and the official client's events", async () => {
  const one = streams.find(({ name }) => name === "an answer in JSON after a schema");
  const run = async (client) => {
    const stream = client.responses.stream({
      ...asked,
      text: { format: { type: "json_schema", name: "w", schema: {} } },
    });
    const seen = [];
    // The official client gives the text so far to listeners alone.
    stream.on("response.output_text.delta", ({ snapshot }) => seen.push(snapshot));
    for await (const event of stream) seen.push(event.type);
    const { output_text, output_parsed } = await stream.finalResponse();
    return { seen, output_text, output_parsed };
  };
  const { theirs, ours } = await both([sse(framed(one))], run);
  if (ours.error) throw ours.error;
  assert.deepEqual(ours, theirs);
  assert.deepEqual(JSON.parse(ours.result.output_text), ours.result.output_parsed);
});

test("an answer that the schema refuses keeps its text, in parse and in a stream", async () => {
  const wrong = JSON.stringify({ city: 5, degrees: 20 });
  const text = { format: zod.zodTextFormat(Weather, "w") };
  const parsing = scripted(answer([message(wrong)])).responses.parse({ ...asked, text });
  const error = await failure(parsing);
  assert.ok(error instanceof errors.StructuredOutputError);
  assert.deepEqual([error.path, error.text], ["city", wrong]);
  // An answer that was cut off is not parsed: its status says so.
  const cut = answer([message('{"city":')], { status: "incomplete" });
  const { status, output_parsed } = await scripted(cut).responses.parse({ ...asked, text });
  assert.deepEqual([status, output_parsed], ["incomplete", null]);
});

test("a response that runs in the background is read again, and its events go on after a number", async () => {
  const one = streams.find(({ name }) => name === "a response of the background, queued first");
  const run = async (client) => {
    const stream = client.responses.stream({ response_id: "resp_01", starting_after: 3 });
    const seen = [];
    for await (const event of stream) seen.push(event.sequence_number);
    return { seen, text: (await stream.finalResponse()).output_text };
  };
  const { theirs, ours } = await both([sse(framed(one))], run);
  if (ours.error) throw ours.error;
  assert.deepEqual(ours, theirs);
  assert.ok(ours.result.seen[0] > 3);
  const events = await scripted(sse(framed(one))).responses.retrieve("resp_01", {
    stream: true,
    starting_after: 3,
  });
  let count = 0;
  for await (const _ of events) count += 1;
  assert.ok(count > 3);
});

test("abort ends a stream of responses, and leaving its loop does", async () => {
  const one = streams.find(({ name }) => name === "a text");
  const stream = scripted(sse(framed(one))).responses.stream(asked);
  stream.on("response.output_text.delta", () => stream.abort());
  const error = await failure(stream.finalResponse());
  assert.equal(error.name, "APIUserAbortError");
  const left = scripted(sse(framed(one))).responses.stream(asked);
  for await (const _ of left) break;
  assert.equal((await failure(left.done())).name, "APIUserAbortError");
});
