// How streams that are kept end: by their callers, without readers, with their object, and by being too many or too
// long. And what they cost.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import { CAP, CHAT, limit, PRICES, TOKEN_NANO } from "../support/budget.mjs";
import { event, rawUpstream, says } from "../support/raw_upstream.mjs";
import {
  codeOf,
  ENDING,
  eventsOf,
  FLAG,
  lastCode,
  newId,
  scripted,
  STREAM,
  startResumable,
  withStreams,
} from "../support/resumable.mjs";

const DONE = ENDING.join("");

/** Looks again until it is so. */
async function until(found) {
  for (;;) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it("DELETE_closes_the_upstream_and_keeps_the_text_and_readers_are_told", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    (await upstream.socket()).write(says("one"));
    const first = await response;
    await first.events(1);
    const stopped = await proxy.remove(id);
    assert.deepEqual([stopped.status, stopped.text()], [204, ""]);
    await upstream.closed(1);
    assert.equal(await first.ended, "end");
    assert.equal(lastCode(first.text()), "stream_stopped");
    assert.equal((await proxy.read(id)).text(), first.text());
    assert.equal((await proxy.remove(id)).status, 204);
    assert.equal((await proxy.remove(newId())).status, 404);
  });
});

it("DELETE_stops_a_stream_that_nobody_reads", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response, reset } = await proxy.ask(id);
    (await upstream.socket()).write(says("one"));
    await (await response).events(1);
    reset();
    assert.equal((await proxy.remove(id)).status, 204);
    await upstream.closed(1);
    assert.equal(lastCode((await proxy.read(id)).text()), "stream_stopped");
  });
});

it("a_stream_that_nobody_reads_is_stopped_after_the_grace_and_not_before", async () => {
  await withStreams({ resumable: { graceMs: 400 } }, async (proxy, upstream) => {
    const id = newId();
    const { response, reset } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    await (await response).events(1);
    reset();
    // Somebody comes back in time, and stays for longer than the grace.
    const back = await proxy.resume(id, { after: 1 });
    const second = await back.response;
    let isOver = false;
    upstream.closed(1).then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.equal(isOver, false);
    back.reset();
    const left = Date.now();
    await upstream.closed(1);
    assert.ok(Date.now() - left > 300, "the grace");
    assert.equal(second.status, 200);
    const whole = (await proxy.read(id)).text();
    assert.equal(lastCode(whole), "stream_stopped");
    assert.equal(eventsOf(whole).length, 2);
  });
});

it("a_stream_is_deleted_after_its_time_and_its_id_is_free", async () => {
  await withStreams({ resumable: { keepMs: 500 } }, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    const first = await response;
    await first.events(1);
    // What comes for longer than that is kept.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const { response: second } = await proxy.resume(id);
    socket.end(DONE);
    await first.ended;
    await (await second).ended;
    assert.equal((await second).text(), first.text());
    await until(async () => (await proxy.read(id)).status === 404);
    const again = await proxy.ask(id);
    (await upstream.socket(1)).end(says("two") + DONE);
    await (await again.response).ended;
    assert.match((await again.response).text(), /two/);
  });
});

it("of_too_many_streams_the_one_that_ended_first_goes_and_one_more_under_way_is_an_ordinary_one", async () => {
  await withStreams({ resumable: { maxStreams: 2 } }, async (proxy, upstream) => {
    const ids = [newId(), newId(), newId(), newId()];
    const asked = async (at) => {
      const { response } = await proxy.ask(ids[at]);
      const socket = await upstream.socket(at);
      socket.write(says(`stream ${at}`));
      const answer = await response;
      await answer.events(1);
      return { socket, answer };
    };
    const first = await asked(0);
    first.socket.end(DONE);
    await first.answer.ended;
    assert.equal((await proxy.read(ids[0])).status, 200);
    const [second, third] = [await asked(1), await asked(2)];
    assert.equal((await proxy.read(ids[0])).status, 404);
    const fourth = await asked(3);
    assert.equal(third.answer.headers["x-stream-id"], ids[2]);
    assert.equal(fourth.answer.headers["x-stream-id"], undefined);
    assert.equal((await proxy.read(ids[3])).status, 404);
    for (const { socket, answer } of [second, third, fourth]) {
      socket.end(DONE);
      assert.equal(await answer.ended, "end");
      assert.match(answer.text(), /\[DONE\]/);
    }
  });
});

it("a_stream_that_is_too_long_arrives_whole_and_cannot_be_read_again", async () => {
  await withStreams({ resumable: { maxBytes: 20_000 } }, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const socket = await upstream.socket();
    const first = await response;
    for (let at = 0; at < 500; at++) socket.write(says(`${at} `.repeat(200)));
    await first.events(400);
    for (const answer of [await proxy.read(id), await proxy.read(id, { after: 1 })]) {
      assert.deepEqual([answer.status, codeOf(answer)], [410, "stream_not_kept"]);
    }
    const again = await (await proxy.ask(id)).response;
    await again.ended;
    assert.equal(again.status, 410);
    socket.end(DONE);
    assert.equal(await first.ended, "end");
    const events = eventsOf(first.text());
    assert.deepEqual([events.length, events.at(-1)[2]], [502, "[DONE]"]);
    assert.equal((await proxy.read(id)).status, 410);
    assert.equal(upstream.requests(), 1);
  });
});

it("an_event_of_more_than_a_megabyte_arrives_and_is_not_kept", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const large = "x".repeat(1_500_000);
    (await upstream.socket()).end(says("one") + says(large) + DONE);
    const answer = await response;
    await answer.ended;
    const events = eventsOf(answer.text());
    assert.equal(events.length, 4);
    assert.equal(JSON.parse(events[1][2]).choices[0].delta.content.length, large.length);
    assert.equal((await proxy.read(id)).status, 410);
  });
});

it("a_stalled_reader_does_not_delay_others_and_gets_everything_later", async () => {
  const resumable = { maxBytes: 64 << 20 };
  const options = "{ maxAnswerBytes: 1 << 30, coalesceMs: 0 }";
  await withStreams({ resumable, options }, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const socket = await upstream.socket();
    const slow = await response;
    slow.pause();
    const fast = await (await proxy.resume(id)).response;
    const piece = says("x".repeat(1000)).repeat(64);
    for (let at = 0; at < 500; at++) {
      if (!socket.write(piece)) await new Promise((resolve) => socket.once("drain", resolve));
    }
    socket.end(DONE);
    assert.equal(await fast.ended, "end");
    const count = eventsOf(fast.text()).length;
    assert.equal(count, 500 * 64 + 2);
    slow.resume();
    assert.equal(await slow.ended, "end");
    assert.equal(eventsOf(slow.text()).length, count);
  });
});

it("workerd_is_killed_and_readers_get_what_was_written_and_a_typed_error", async () => {
  const storage = await mkdtemp(join(tmpdir(), "openai-wasm-streams-"));
  const upstream = await scripted();
  const secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
  const key = `sk-proj-${"0123456789abcdefghijABCDEFGHIJ"}`;
  try {
    const first = await startResumable({ upstream, storage, secret, key });
    const id = newId();
    const { response } = await first.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one") + says("two"));
    const answer = await response;
    await answer.events(2);
    // Long enough for a row.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.kill(first.pid, "SIGKILL");
    assert.equal(await answer.ended, "broken");
    await first.stop();
    const again = await startResumable({ upstream, storage, secret, key });
    const whole = await again.read(id);
    assert.equal(whole.status, 200, whole.text());
    const events = eventsOf(whole.text());
    assert.deepEqual(
      events.map(([number]) => number),
      [1, 2, 3],
    );
    assert.deepEqual(events.slice(0, 2), eventsOf(answer.text()));
    assert.equal(lastCode(whole.text()), "stream_interrupted");
    // A reader who had more than was written gets the error with a number that it does not know.
    const ahead = await again.read(id, { after: 7 });
    assert.equal(eventsOf(ahead.text())[0][0], 8);
    assert.equal(lastCode(ahead.text()), "stream_interrupted");
    const attached = await (await again.ask(id)).response;
    await attached.ended;
    assert.equal(attached.text(), whole.text());
    assert.equal(upstream.requests(), 1);
    await again.stop();
  } finally {
    upstream.stop();
    await rm(storage, { recursive: true, force: true });
  }
});

const budget = `budget: ${JSON.stringify({
  binding: "BUDGET",
  limits: [limit("subject", "day", 0.02)],
  prices: PRICES,
})}`;
const paid = { options: `{ maxOutputTokens: ${CAP}, ${budget} }` };
const PAID = { ...CHAT, stream: true };
const usage = event({
  object: "chat.completion.chunk",
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 },
});
const dayOf = ({ rows }) => rows.find(({ window }) => window === "day");

it("the_ledger_of_a_stream_with_cuts_is_that_of_the_same_stream_without", async () => {
  const told = "onUsage: (event) => console.log(`usage of ${event.requestId}: ${event.outcome}`)";
  const settings = { options: `{ maxOutputTokens: ${CAP}, ${budget}, ${told} }` };
  await withStreams(settings, async (proxy, upstream) => {
    const run = async (at, sub, cuts) => {
      const id = newId();
      const { response, reset } = await proxy.ask(id, { sub, body: PAID });
      const socket = await upstream.socket(at);
      socket.write(says("one"));
      await (await response).events(1);
      if (cuts) {
        reset();
        for (const after of [0, 1]) {
          const back = await proxy.resume(id, { sub, after });
          await back.response;
          back.reset();
        }
        const attached = await proxy.ask(id, { sub, body: PAID });
        await (await attached.response).events(1);
        attached.reset();
      }
      socket.end(says("two") + ENDING[0] + usage + ENDING[1]);
      await (await proxy.read(id, { sub })).ended;
      const ledger = await until(async () => {
        const found = await proxy.ledger(sub);
        return dayOf(found).held === 0 && found;
      });
      return [dayOf(ledger), ledger.entries.filter(({ cost }) => cost > 0).map(({ cost }) => cost)];
    };
    const plain = await run(0, "plain", false);
    const cut = await run(1, "cut", true);
    assert.deepEqual(cut, plain);
    assert.equal(plain[0].spent, 4 * TOKEN_NANO);
    await until(() => proxy.output.match(/usage of/g)?.length === 2);
    assert.equal(proxy.output.match(/: completed/g).length, 2);
  });
});

it("a_stream_is_read_on_when_the_budget_has_nothing_left_and_a_new_one_is_refused", async () => {
  await withStreams(paid, async (proxy, upstream) => {
    const ids = [newId(), newId()];
    const answers = [];
    for (const [at, id] of ids.entries()) {
      const { response, reset } = await proxy.ask(id, { body: PAID });
      (await upstream.socket(at)).write(says("one"));
      answers.push(await response);
      await answers[at].events(1);
      reset();
    }
    const refused = await (await proxy.ask(newId(), { body: PAID })).response;
    await refused.ended;
    assert.equal(refused.status, 429);
    const attached = await (await proxy.ask(ids[0], { body: PAID })).response;
    assert.equal(attached.status, 200);
    (await upstream.socket(0)).end(ENDING.join(""));
    assert.equal(await attached.ended, "end");
    assert.equal((await proxy.remove(ids[1])).status, 204);
    const day = await until(async () => {
      const found = dayOf(await proxy.ledger("ada"));
      return found.held === 0 && found;
    });
    assert.ok(day.spent > 0);
    assert.equal(upstream.requests(), 2);
  });
});

it("DELETE_before_the_upstreams_head_stops_the_stream_and_settles_its_cost_once", async () => {
  let came;
  const asked = new Promise((resolve) => (came = resolve));
  const told = "onUsage: (event) => console.log(`usage of ${event.requestId}: ${event.outcome}`)";
  const options = `{ maxOutputTokens: ${CAP}, ${budget}, ${told} }`;
  const upstream = await rawUpstream(() => came());
  await withStreams({ options, upstream }, async (proxy) => {
    const id = newId();
    const { response } = await proxy.ask(id, { body: PAID });
    await asked;
    assert.equal((await proxy.remove(id)).status, 204);
    await upstream.closed(1);
    const answer = await response;
    await answer.ended;
    assert.equal(lastCode(answer.text()), "stream_stopped");
    const ledger = await until(async () => {
      const found = await proxy.ledger("ada");
      return dayOf(found).held === 0 && found;
    });
    // An id that is in use costs nothing.
    const other = { ...PAID, temperature: 1 };
    const refused = await (await proxy.ask(id, { body: other })).response;
    await refused.ended;
    assert.equal(refused.status, 409);
    const after = await until(async () => {
      const found = await proxy.ledger("ada");
      return dayOf(found).held === 0 && found.entries.length > 1 && found;
    });
    assert.equal(dayOf(after).spent, dayOf(ledger).spent);
    assert.equal(proxy.output.match(/usage of/g)?.length, 1);
  });
});

it("what_the_storage_refuses_is_not_kept_and_the_answer_arrives", async () => {
  const more = `const full = (sql, verb) => ({
  exec: (text, ...more) => {
    if (text.startsWith(verb)) throw new Error("database or disk is full");
    return sql.exec(text, ...more);
  },
});
const refusing = (verb) => class extends StreamLog {
  storageOf({ storage }) {
    const bound = (name) => (...given) => storage[name](...given);
    const names = ["getAlarm", "setAlarm", "deleteAlarm", "deleteAll"];
    return { sql: full(storage.sql, verb), ...Object.fromEntries(names.map((name) => [name, bound(name)])) };
  }
};
export class NoTables extends refusing("\\nCREATE") {}
export class NoStreams extends refusing("INSERT INTO streams") {}
export class NoEvents extends refusing("INSERT INTO events") {}`;
  for (const [name, promised] of [
    ["NoTables", false],
    ["NoStreams", false],
    ["NoEvents", true],
  ]) {
    const settings = {
      more,
      objects: ["StreamLog", "BudgetLedger", "NoTables", "NoStreams", "NoEvents"],
      bindings: { STREAMS: { object: name } },
    };
    await withStreams(settings, async (proxy, upstream) => {
      const id = newId();
      const { response } = await proxy.ask(id);
      (await upstream.socket()).end(says("one") + DONE);
      const answer = await response;
      await answer.ended;
      assert.equal(answer.status, 200, name);
      assert.match(answer.text(), /\[DONE\]/, name);
      assert.equal(answer.headers["x-stream-id"], promised ? id : undefined, name);
      if (name !== "NoTables") {
        const read = await proxy.read(id);
        assert.equal(read.status, promised ? 410 : 404, name);
      }
    });
  }
});

it("the_option_is_refused_by_name_without_the_flag_and_is_served_with_the_date", async () => {
  const upstream = await scripted();
  try {
    const refused = startResumable({ upstream, flags: ["enable_request_signal"] });
    await assert.rejects(refused, (error) => String(error).includes(FLAG));
  } finally {
    upstream.stop();
  }
  const dated = { flags: ["enable_request_signal"], compatibilityDate: "2026-10-01" };
  await withStreams(dated, async (proxy) => {
    assert.equal((await proxy.read(newId())).status, 404);
  });
});

it("the_streams_of_a_completion_and_of_a_response_can_be_resumed_too", async () => {
  const options = `{ routes: ["completions", "responses"] }`;
  await withStreams({ options }, async (proxy, upstream) => {
    const { model } = STREAM;
    const bodies = {
      "/v1/completions": [
        { model, prompt: "Say it", stream: true },
        [
          event({
            object: "text_completion",
            choices: [{ index: 0, text: "a", finish_reason: "stop" }],
          }),
          ENDING[1],
        ],
      ],
      "/v1/responses": [
        { model, input: "Say it", stream: true },
        [
          event({ type: "response.output_text.delta", delta: "a" }),
          event({ type: "response.completed", response: { status: "completed" } }),
        ],
      ],
    };
    for (const [at, [path, [body, events]]] of Object.entries(bodies).entries()) {
      const id = newId();
      const asked = proxy.post(path, body, {
        token: { claims: { sub: "ada" } },
        headers: { "x-stream-id": id },
      });
      (await upstream.socket(at)).end(events.join(""));
      const answer = await asked;
      assert.equal(answer.headers["x-stream-id"], id, path);
      assert.equal((await proxy.read(id)).text(), answer.text());
      assert.deepEqual(
        eventsOf(answer.text()).map(([number]) => number),
        [1, 2],
      );
    }
  });
});
