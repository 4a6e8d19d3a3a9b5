// tee, toReadableStream and fromReadableStream.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bodyOf,
  bytes,
  DONE,
  event,
  OpenAI,
  outcome,
  pieces,
  says,
  stops,
  Stream,
  streamOf,
} from "../support/streams.mjs";

const chunks = [says("a"), says("b"), says('c\n"'), stops()];
const text = chunks.map(event).join("") + DONE;

test("tee gives both branches every chunk, in whatever order they read", async () => {
  const orders = {
    together: ([left, right]) => Promise.all([outcome(left), outcome(right)]),
    "one after the other": async ([left, right]) => [await outcome(left), await outcome(right)],
    "the other first": async ([left, right]) => [await outcome(right), await outcome(left)],
  };
  for (const [order, read] of Object.entries(orders)) {
    const stream = await streamOf(pieces(text, 50));
    const branches = stream.tee();
    assert.ok(
      branches.every(
        (branch) => branch instanceof Stream && branch.controller === stream.controller,
      ),
    );
    for (const { items, error } of await read(branches))
      assert.deepEqual([items, error], [chunks, undefined], order);
  }
});

test("a branch of tee has its text and its own end", async () => {
  const [left, right] = (await streamOf(text)).tee();
  assert.deepEqual((await outcome(left.textStream)).items, ["a", "b", 'c\n"']);
  for await (const _ of right) break;
});

test("an error reaches both branches, and a branch nobody reads reports nothing", async () => {
  const [left, right] = (await streamOf(event(says("a")))).tee();
  for (const branch of [left, right]) {
    const { items, error } = await outcome(branch);
    assert.deepEqual([items, error.constructor], [[says("a")], OpenAI.StreamTruncatedError]);
  }
  const [read] = (await streamOf(event(says("a")))).tee();
  assert.ok((await outcome(read)).error);
});

test("the request lives until both branches are left", async () => {
  const log = {};
  const [left, right] = (
    await streamOf([event(says("a")) + event(says("b")), "hang"], { log })
  ).tee();
  for await (const _ of left) break;
  assert.equal(log.signal.aborted, false);
  for await (const _ of right) break;
  assert.equal(log.signal.aborted, true);
});

test("toReadableStream gives a line of JSON a chunk, and fromReadableStream reads it", async () => {
  const readable = (await streamOf(text)).toReadableStream();
  const [mine, theirs] = readable.tee();
  assert.equal(
    await new Response(mine).text(),
    chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join(""),
  );
  const again = Stream.fromReadableStream(theirs);
  assert.ok(again instanceof Stream && again.controller instanceof AbortController);
  assert.deepEqual((await outcome(again)).items, chunks);
});

test("toTextStream gives the text as UTF-8, whole letters even where chunks part them", async () => {
  const parts = ["Gr\u00fc\u00dfe ", "\ud83d", "\ude00", "!"];
  const all = [...parts.map((part) => event(says(part))), "data: [DONE]\n\n"];
  for (const source of [all, [all.join("")]]) {
    const readable = (await streamOf(source)).toTextStream();
    assert.equal(await new Response(readable).text(), "Gr\u00fc\u00dfe \ud83d\ude00!");
  }
  // A branch has no text of its own reading.
  const [branch] = (await streamOf(all)).tee();
  assert.equal(await new Response(branch.toTextStream()).text(), "Gr\u00fc\u00dfe \ud83d\ude00!");
});

test("toTextStream consumes the stream, as the other ways do", async () => {
  const stream = await streamOf(text);
  stream.toTextStream();
  assert.throws(() => stream.toReadableStream(), /consumed once/);
});

test("fromReadableStream reads lines however they are cut, and refuses what is no JSON", async () => {
  const lines = `${chunks.map((chunk) => JSON.stringify(chunk)).join("\n")}\r\n\n${JSON.stringify(says("é😀"))}`;
  for (const size of [1, 3, 1000]) {
    const { items } = await outcome(Stream.fromReadableStream(bodyOf(pieces(lines, size))));
    assert.deepEqual(items, [...chunks, says("é😀")]);
  }
  const { items, error } = await outcome(
    Stream.fromReadableStream(bodyOf([bytes('{"a":1}\n{secret\n')])),
  );
  assert.deepEqual(items, [{ a: 1 }]);
  assert.ok(error instanceof OpenAI.OpenAIError);
  assert.doesNotMatch(error.message, /secret/);
});

for (const way of ["toReadableStream", "toTextStream"])
  test(`${way} reads on demand, passes errors on, and closes the connection when cancelled`, async () => {
    const log = {};
    const readable = (
      await streamOf([event(says("a")), event(says("b")), event(says("c")), "hang"], { log })
    )[way]();
    const reader = readable.getReader();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(log.pulled <= 2, `${log.pulled} reads for one chunk`);
    await reader.cancel();
    assert.equal(log.signal.aborted, true);

    const cut = (await streamOf(event(says("a"))))[way]();
    await assert.rejects(new Response(cut).text(), OpenAI.StreamTruncatedError);
  });
