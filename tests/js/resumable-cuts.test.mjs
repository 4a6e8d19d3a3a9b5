// A numbered stream that is cut at any byte: what follows the last whole event makes it whole.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { bytes } from "../support/streams.mjs";
import { keyless } from "../support/packed.mjs";
import { partOf } from "../support/streams.mjs";

const { decodeEventStream } = await keyless();
const { EventBlocks } = await partOf("lib/event-blocks.js");
const { streams } = JSON.parse(
  await readFile(new URL("../fixtures/resumed-streams.json", import.meta.url), "utf8"),
);

/** What the stand-in or a proxy sends after an event of that number. */
function after(stream, last) {
  const blocks = new EventBlocks(0);
  const all = bytes(stream);
  for (let end = 0; end < all.length; end += 1) {
    if (blocks.last >= last) return all.slice(end);
    blocks.push(all.slice(end, end + 1));
    blocks.next();
  }
  return all.slice(all.length);
}

/** The blocks of these reads, and the number after each. */
function take(blocks, read, taken) {
  blocks.push(read);
  for (let value; (value = blocks.next()); ) taken.push({ value, id: blocks.last });
}

/** Events as `{ id, data }`: each block is decoded alone. */
async function eventsOf(taken) {
  const events = [];
  for (const { value, id } of taken)
    for await (const { data } of decodeEventStream(new Response(value).body))
      events.push({ id, data });
  return events;
}

for (const { what, stream, events } of streams) {
  test(`cut at any byte: ${what}`, async () => {
    const all = bytes(stream);
    const whole = [];
    take(new EventBlocks(0), all, whole);
    assert.deepEqual(await eventsOf(whole), events);
    const texts = (taken) => taken.map(({ value, id }) => `${id} ${Buffer.from(value)}`);
    const said = texts(whole).filter((text) => text.includes("data"));
    for (let cut = 0; cut <= all.length; cut += 1) {
      const taken = [];
      const blocks = new EventBlocks(0);
      take(blocks, all.slice(0, cut), taken);
      blocks.cut();
      take(blocks, after(stream, blocks.last), taken);
      const found = texts(taken).filter((text) => text.includes("data"));
      assert.deepEqual(found.map(trimmed), said.map(trimmed), `cut after ${cut} bytes`);
    }
  });

  test(`cut at any byte, and given twice: ${what}`, async () => {
    const all = bytes(stream);
    for (let cut = 0; cut <= all.length; cut += 7) {
      const taken = [];
      const blocks = new EventBlocks(0);
      take(blocks, all.slice(0, cut), taken);
      blocks.cut();
      for (let at = 0; at < all.length; at += 3) take(blocks, all.slice(at, at + 3), taken);
      assert.deepEqual(await eventsOf(taken), events, `cut after ${cut} bytes`);
    }
  });
}

/** Without the line end that a block may begin with, and a byte order mark. */
const trimmed = (text) => text.replace(/^(\d+ )(\ufeff?\s*)/, "$1");

test("an event whose number does not follow is not given, and a cut makes room for those before it", () => {
  const blocks = new EventBlocks(0);
  const taken = [];
  take(blocks, bytes("id: 1\ndata: a\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n"), taken);
  assert.equal(taken.length, 1);
  assert.equal(blocks.gap, true);
  blocks.cut();
  take(blocks, bytes("id: 2\ndata: b\n\nid: 3\ndata: c\n\n"), taken);
  assert.deepEqual(
    taken.map(({ id }) => id),
    [1, 2, 3],
  );
});

test("an event above the limit is handed on as it comes, so that what reads it refuses it", () => {
  const blocks = new EventBlocks(0);
  blocks.limit = 100;
  const taken = [];
  take(blocks, bytes(`id: 1\ndata: ${"a".repeat(80)}`), taken);
  assert.equal(taken.length, 0);
  take(blocks, bytes("a".repeat(50)), taken);
  assert.equal(blocks.spilt, true);
  take(blocks, bytes("a\n\nid: 2\ndata: b\n\n"), taken);
  assert.equal(
    Buffer.concat(taken.map(({ value }) => value)).toString(),
    `id: 1\ndata: ${"a".repeat(131)}\n\ndata: b\n\n`,
  );
  assert.deepEqual([blocks.last, blocks.spilt], [2, false]);
});

test("large and small events take turns, in reads of any size", () => {
  const blocks = new EventBlocks(0);
  const sizes = [10, 3_000_000, 20, 1_500_000, 5];
  const stream = bytes(
    sizes.map((size, at) => `id: ${at + 1}\ndata: ${"x".repeat(size)}\n\n`).join(""),
  );
  const taken = [];
  for (let at = 0; at < stream.length; at += 65_521)
    take(blocks, stream.slice(at, at + 65_521), taken);
  assert.deepEqual(
    taken.map(({ value, id }) => [value.length - "data: \n\n".length, id]),
    sizes.map((size, at) => [size, at + 1]),
  );
});
