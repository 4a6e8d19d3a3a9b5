// What keeps streams, as it is packed: the cases that Rust plays in src/streamlog/cases.rs. What the Durable Object
// does with it: tests/worker/streams_*.test.mjs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { proxy } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const { numbered, after, logs, verdicts } = JSON.parse(
  await readFile(new URL("../fixtures/streamlog.json", import.meta.url), "utf8"),
);
const { runtime } = await import(
  pathToFileURL(join(setting("OPENAI_WASM_PKG"), "edge/runtime.node.js")).href
);
const { StreamLog, eventsAfter, judgeStream } = (await runtime.instance()).exports;

const text = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** `[id, event, data]` of each event that has come whole. */
function eventsOf(bytes) {
  const blocks = text(bytes).split("\n\n").slice(0, -1);
  return blocks.map((block) => {
    const found = { id: "", event: "", data: [] };
    for (const line of block.split("\n")) {
      const [, field, value] = /^(\w+): (.*)$/s.exec(line);
      if (field === "data") found.data.push(value);
      else found[field] = value;
    }
    return [Number(found.id), found.event, found.data.join("\n")];
  });
}

test("events are numbered as the fixture says however they are cut", () => {
  for (const { name, stream, written } of numbered) {
    const bytes = Buffer.from(stream);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const log = new StreamLog(1e6, 1000, 0);
      const out = [];
      for (let at = 0; at < bytes.length; at += size) {
        out.push(log.push(bytes.subarray(at, at + size), 0));
      }
      assert.equal(text(Buffer.concat(out)), written, `${name}, by ${size}`);
      log.free();
    }
  }
});

test("a reader goes on where the fixture says", () => {
  for (const { events, after: last, rest } of after) {
    const bytes = Buffer.from(events);
    assert.equal(text(bytes.subarray(eventsAfter(bytes, last))), rest);
  }
});

test("what came before any cut and what is replayed after it are the whole", () => {
  for (const { name, stream, written } of numbered) {
    const log = new StreamLog(1e6, 1000, 0);
    log.setReaders(1, 0);
    const rows = [];
    const bytes = Buffer.from(stream);
    for (let at = 0; at < bytes.length; at += 7) {
      log.push(bytes.subarray(at, at + 7), at * 9);
      if (log.look(at * 9) === 0) rows.push({ last: log.rowLast, bytes: log.takeRow() });
    }
    log.end(undefined, 1e6);
    if (log.look(1e6) === 0) rows.push({ last: log.rowLast, bytes: log.takeRow() });
    const kept = Buffer.concat(rows.map((row) => row.bytes));
    assert.equal(text(kept), written, name);
    const whole = eventsOf(kept);
    for (let cut = 0; cut <= kept.length; cut++) {
      const seen = eventsOf(kept.subarray(0, cut));
      const last = seen.at(-1)?.[0] ?? 0;
      const rest = rows.filter((row) => row.last > last);
      const replayed = rest.map((row) => row.bytes.subarray(eventsAfter(row.bytes, last)));
      assert.deepEqual([...seen, ...eventsOf(Buffer.concat(replayed))], whole, `${name}, ${cut}`);
    }
  }
});

const [[, , STOPPED]] = eventsOf(new StreamLog(1e6, 1000, 0).end("stopped", 0));

for (const { name, limits, steps } of logs) {
  test(`a log: ${name}`, () => {
    const log = new StreamLog(limits.maxBytes, limits.graceMs, 0);
    // The words of an error are the package's own.
    const error = steps.find(({ end }) => end)?.end;
    const own = (events) => events.replace(`data: ${error}\n`, `data: ${STOPPED}\n`);
    for (const { at, push, readers, look, take, giveUp, ...step } of steps) {
      if (push !== undefined) assert.equal(text(log.push(Buffer.from(push), at)), step.events);
      else if (readers !== undefined) log.setReaders(readers, at);
      else if (giveUp) log.giveUpKeeping();
      else if (take) {
        assert.equal(log.rowLast, step.last);
        assert.equal(text(log.takeRow()), own(step.row));
      } else if (look) {
        const said = log.look(at);
        assert.equal(said > 0 ? "nothing" : { 0: "write", "-1": "stop" }[said], step.due);
        if (step.againMs) assert.equal(said, step.againMs);
      } else {
        assert.equal(text(log.end(step.end ? "stopped" : undefined, at)), own(step.events));
      }
      if (step.isKept !== undefined) assert.equal(log.isKept, step.isKept);
    }
  });
}

test("requests for streams are judged as the fixture says", () => {
  for (const { says, isRead = false, ...asked } of verdicts) {
    const kept = ["ended", "interrupted", "gone", "outgrown", "live"].map((state) => ({
      ...{ id: state, hash: "h", state, last: 5, isRead },
    }));
    const question = { hash: "", after: 0, maxStreams: 8, kept, ...asked };
    assert.deepEqual(JSON.parse(judgeStream(JSON.stringify(question))), says);
  }
});

test("a question that is malformed is refused", () => {
  assert.throws(() => judgeStream('{"ask":"sing"}'), /question for a stream/);
});

test("every wrong member of the option is refused at start by its name", async () => {
  const { createProxy, InvalidOptionError } = await proxy();
  const GOOD = { binding: "STREAMS" };
  for (const [resumable, option, more] of [
    [null, "resumable"],
    [true, "resumable"],
    [{}, "resumable.binding"],
    [{ binding: "" }, "resumable.binding"],
    [{ ...GOOD, grace: 5 }, "resumable.grace"],
    [{ ...GOOD, graceMs: 0 }, "resumable.graceMs"],
    [{ ...GOOD, keepMs: 1.5 }, "resumable.keepMs"],
    [{ ...GOOD, maxStreams: 0 }, "resumable.maxStreams"],
    [{ ...GOOD, maxBytes: "4 MiB" }, "resumable.maxBytes"],
    [GOOD, "inspectAnswers", { inspectAnswers: false }],
    // It is right, and Node.js has no Durable Objects.
    [GOOD, "resumable"],
  ]) {
    assert.throws(
      () => createProxy({ models: "*", resumable, ...more }),
      (error) => error instanceof InvalidOptionError && error.option === option,
      JSON.stringify(resumable),
    );
  }
});
