// Streams of the Responses API, by the corpus that Rust runs as well (tests/native/stream_responses.rs).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { bytes, direct, instanceOf, OpenAI, outcome, pieces } from "../support/streams.mjs";

const { streams } = JSON.parse(
  await readFile(new URL("../fixtures/responses-streams.json", import.meta.url), "utf8"),
);
const CLOSING = ["response.completed", "response.incomplete"];

/** The bytes of each frame. */
const framesOf = ({ frames, unnamed }) =>
  frames.map((frame) => {
    if (typeof frame === "string") return bytes(`data: ${frame}\n\n`);
    const name = unnamed ? "" : `event: ${frame.type}\n`;
    return bytes(`${name}data: ${JSON.stringify(frame)}\n\n`);
  });

/** From which byte on the answer is whole: all of its closing event's JSON is there. */
function wholeFrom({ ends, frames }, texts) {
  if (ends !== "whole") return Infinity;
  const closing = frames.findIndex((frame) => CLOSING.includes(frame.type));
  return texts.slice(0, closing + 1).reduce((sum, { length }) => sum + length, -2);
}

const instance = await instanceOf();
const type = { "content-type": "text/event-stream" };

/** A stream over these reads; `endsByEvent` says that it was asked for as one of this API. */
const over = (reads, endsByEvent = true) => {
  const body = new ReadableStream({
    start(controller) {
      for (const read of reads) controller.enqueue(read);
      controller.close();
    },
  });
  return direct(new Response(body, { headers: type }), { instance, endsByEvent });
};

test("every stream of the corpus ends as it says, as events and as text, however it is cut", async () => {
  assert.ok(streams.length > 40);
  for (const one of streams) {
    const { name, ends, text, frames, empty } = one;
    const all = await new Blob(framesOf(one)).bytes();
    const whole = (frame) => CLOSING.includes(frame.type) && ends === "whole";
    const isError = (frame) => ["error", "response.failed"].includes(frame.type);
    const failed = typeof ends === "object";
    const last = frames.findIndex(
      failed ? (frame) => isError(frame) || CLOSING.includes(frame.type) : whole,
    );
    const events = last < 0 ? frames : frames.slice(0, failed ? last : last + 1);
    for (const size of [1, 7, 300, all.length]) {
      const reads = pieces(all, size);
      for (const declared of empty ? [true] : [true, false]) {
        const taken = await outcome(await over(reads, declared));
        const said = await outcome((await over(reads, declared)).textStream);
        const where = `${name}, reads of ${size}`;
        assert.deepEqual(
          taken.items,
          events.filter((frame) => typeof frame === "object"),
          where,
        );
        assert.equal(said.items.join(""), text, where);
        assert.equal(taken.error?.message, said.error?.message, where);
        if (ends === "whole") assert.equal(taken.error, undefined, where);
        else if (failed) {
          for (const [member, value] of Object.entries(ends))
            assert.equal(taken.error?.error?.[member], value, `${where}: ${member}`);
          assert.equal(taken.error.text, text, where);
        } else assert.equal(taken.error?.constructor, OpenAI.StreamTruncatedError, where);
      }
    }
  }
});

test("a response that is cut at any byte never looks finished", async () => {
  for (const one of streams) {
    const texts = framesOf(one);
    const all = await new Blob(texts).bytes();
    const from = wholeFrom(one, texts);
    // Rust cuts at the others, too: here each twentieth of a long stream, up to its end.
    const dense = all.length < 1500 ? 1 : all.length - 300;
    for (let cut = 1; cut < all.length; cut += cut < dense ? 20 : 1) {
      const { error } = await outcome(await over([all.subarray(0, cut)]));
      assert.equal(error === undefined, cut >= from, `${one.name}, cut at byte ${cut}`);
    }
  }
});

test("a whole answer in JSON is the events of a stream, and one that is not done does not end it", async () => {
  const output = [
    { type: "reasoning", id: "rs_1", summary: [] },
    {
      type: "message",
      id: "msg_1",
      content: [{ type: "output_text", text: "Hi" }, { type: "refusal", refusal: "no" }, null],
    },
    null,
  ];
  const answer = (rest) => ({ id: "resp_1", object: "response", output, ...rest });
  const ask = async (body) => {
    const stream = () => direct(Response.json(body), { instance, endsByEvent: true });
    const { items, error } = await outcome(await stream());
    const text = await outcome((await stream()).textStream);
    assert.equal(text.error?.message, error?.message);
    return { items, error, text: text.items.join("") };
  };
  const delta = {
    type: "response.output_text.delta",
    item_id: "msg_1",
    output_index: 1,
    content_index: 0,
    delta: "Hi",
  };
  for (const [rest, type] of [
    [{ status: "completed", error: null }, "response.completed"],
    [{ status: "incomplete" }, "response.incomplete"],
    [{}, "response.completed"],
  ]) {
    const { items, error, text } = await ask(answer(rest));
    assert.deepEqual(items, [delta, { type, response: answer(rest) }]);
    assert.deepEqual([error, text], [undefined, "Hi"]);
  }
  for (const status of ["queued", "in_progress", "cancelled"]) {
    const { error } = await ask(answer({ status }));
    assert.equal(error?.constructor, OpenAI.StreamTruncatedError, status);
  }
  const error = { code: "server_error", message: "m" };
  assert.equal((await ask(answer({ status: "failed", error }))).error?.code, "server_error");
  assert.equal((await ask(answer({ status: "failed" }))).error?.code, "failed");
});
