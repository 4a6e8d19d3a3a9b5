// Resumed streams: after cuts, by several readers, after their end, and never by another subject.

import assert from "node:assert/strict";
import { it } from "node:test";

import { erring } from "../support/budget.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";
import {
  codeOf,
  ENDING,
  eventsOf,
  lastCode,
  newId,
  STREAM,
  withStreams,
} from "../support/resumable.mjs";

const numbers = (events) => events.map(([id]) => id);

/** Three streams: a chat, one with names and odd line ends, and one that ends with an error. */
const named = (kind) =>
  `event: ${kind}\r\ndata: ${JSON.stringify({ type: kind, text: "Grüße" })}\r\n\r\n`;
const STREAMS = {
  "a chat": ["one ", "two ", "three ", "four"].map((word) => says(word)).concat(ENDING),
  "a stream of comments, foreign ids and CR LF": [
    ": hello\n\n",
    `id: 99\n${says("one ").replaceAll("\n", "\r\n")}`,
    named("ping"),
    "retry: 10\n\n",
    `${says("two")}: in between\n\n`,
    ...ENDING,
  ],
  "a stream that ends with an error": [
    says("one "),
    says("two"),
    event({ error: { message: "overloaded", type: "server_error", code: "overloaded" } }),
  ],
};

it("a_stream_that_is_cut_goes_on_where_it_stopped", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response, reset } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one") + says("two"));
    const first = await response;
    assert.equal(first.status, 200, first.text());
    assert.equal(first.headers["x-stream-id"], id);
    await first.events(2);
    const before = eventsOf(first.text());
    reset();
    socket.write(says("three"));
    const rest = await (await proxy.resume(id, { after: 2 })).response;
    assert.equal(rest.headers["x-stream-id"], id);
    assert.equal(rest.headers["content-type"], "text/event-stream");
    await rest.events(1);
    socket.end(ENDING.join(""));
    assert.equal(await rest.ended, "end");
    const whole = eventsOf((await proxy.read(id)).text());
    assert.deepEqual([...before, ...eventsOf(rest.text())], whole);
    assert.deepEqual(numbers(whole), [1, 2, 3, 4, 5]);
    assert.equal(whole.at(-1)[2], "[DONE]");
    assert.equal(upstream.requests(), 1);
  });
});

for (const [name, pieces] of Object.entries(STREAMS)) {
  it(`${name}_is_resumed_at_each_of_its_events_and_while_it_comes`, async () => {
    await withStreams({}, async (proxy, upstream) => {
      const id = newId();
      const { response } = await proxy.ask(id);
      const socket = await upstream.socket();
      const readers = [];
      const first = await response;
      let after = 0;
      for (const piece of pieces) {
        socket.write(piece);
        // A reader who comes now begins in memory, at the last event that the first reader has.
        if (/^data/m.test(piece)) after += 1;
        await first.events(after);
        readers.push([after, await (await proxy.resume(id, { after })).response]);
      }
      socket.end();
      assert.equal(await first.ended, "end");
      const whole = eventsOf(first.text());
      for (const [after, reader] of readers) {
        assert.equal(await reader.ended, "end");
        assert.deepEqual(eventsOf(reader.text()), whole.slice(after), `live, after ${after}`);
      }
      for (let after = 0; after <= whole.length; after++) {
        const rest = await proxy.read(id, { after });
        assert.equal(rest.status, 200);
        assert.deepEqual(eventsOf(rest.text()), whole.slice(after), `later, after ${after}`);
      }
      assert.deepEqual(
        numbers(whole),
        [...whole.keys()].map((index) => index + 1),
      );
      assert.equal(upstream.requests(), 1);
    });
  });
}

it("200_cuts_at_random_lose_nothing_and_repeat_nothing", async () => {
  await withStreams({ resumable: { maxStreams: 100 } }, async (proxy, upstream) => {
    let cuts = 0;
    for (let at = 0; cuts < 200; at++) {
      const id = newId();
      let { response, close } = await proxy.ask(id);
      const socket = await upstream.socket(at);
      let number = 0;
      const writing = setInterval(() => {
        number += 1;
        const many = Math.ceil(Math.random() * 4);
        if (number < 60) socket.write(says(`${number} `.repeat(number)).repeat(many));
        else {
          clearInterval(writing);
          socket.end(ENDING.join(""));
        }
      }, 2);
      const seen = [];
      for (;;) {
        const reader = await response;
        assert.equal(reader.status, 200, reader.text());
        const wanted = 1 + Math.floor(Math.random() * 6);
        const got = await Promise.race([reader.events(wanted).catch(() => "end"), reader.ended]);
        // A reset of a connection that has ended keeps Node.js 20 running.
        close();
        seen.push(...eventsOf(reader.text()));
        if (got === "end" || seen.at(-1)?.[2] === "[DONE]") break;
        cuts += 1;
        ({ response, close } = await proxy.resume(id, { after: seen.at(-1)?.[0] ?? 0 }));
      }
      const whole = eventsOf((await proxy.read(id)).text());
      assert.deepEqual(seen, whole);
      assert.equal(whole.at(-1)[2], "[DONE]");
    }
  });
});

it("two_readers_get_the_same_and_one_who_leaves_takes_nothing_from_the_other", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const one = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    const first = await one.response;
    const two = await proxy.resume(id);
    const second = await two.response;
    await Promise.all([first.events(1), second.events(1)]);
    one.close();
    socket.write(says("two"));
    await second.events(2);
    socket.end(ENDING.join(""));
    assert.equal(await second.ended, "end");
    assert.equal(eventsOf(second.text()).length, 4);
  });
});

it("only_the_subject_reads_stops_and_attaches_and_others_learn_nothing", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    (await upstream.socket()).end(says("one") + ENDING.join(""));
    await (await response).ended;
    const unknown = await proxy.read(newId(), { sub: "eve" });
    const foreign = await proxy.read(id, { sub: "eve" });
    assert.equal(foreign.status, 404);
    assert.equal(foreign.text(), unknown.text());
    assert.equal((await proxy.remove(id, { sub: "eve" })).status, 404);
    // The same id of another subject is another stream.
    const other = await proxy.ask(id, { sub: "eve" });
    (await upstream.socket(1)).end(says("another") + ENDING.join(""));
    const answer = await other.response;
    await answer.ended;
    assert.match(answer.text(), /another/);
    assert.doesNotMatch((await proxy.read(id)).text(), /another/);
    const none = await proxy.send(`/v1/streams/${id}`, {});
    assert.equal(none.status, 401);
  });
});

it("a_last_event_id_that_cannot_be_true_is_refused", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    await (await response).events(1);
    for (const after of [
      "2",
      "99",
      "9007199254740991",
      "99999999999999999999",
      "-1",
      "1.0",
      "x",
      "1,2",
    ]) {
      const refused = await proxy.read(id, { after });
      assert.deepEqual([refused.status, codeOf(refused)], [400, "invalid_last_event_id"], after);
      assert.equal(refused.json().error.param, "last-event-id");
    }
    socket.end();
  });
});

it("a_request_that_is_sent_again_attaches_and_the_model_is_asked_once", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response, reset } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    const first = await response;
    await first.events(1);
    reset();
    const again = await (await proxy.ask(id)).response;
    const later = await (await proxy.ask(id, { after: 1 })).response;
    for (const answer of [again, later]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["x-stream-id"], id);
    }
    socket.end(ENDING.join(""));
    await Promise.all([again.ended, later.ended]);
    assert.deepEqual(numbers(eventsOf(again.text())), [1, 2, 3]);
    assert.deepEqual(numbers(eventsOf(later.text())), [2, 3]);
    const ended = await (await proxy.ask(id)).response;
    await ended.ended;
    assert.equal(ended.text(), again.text());
    assert.equal(upstream.requests(), 1);
    const other = await (await proxy.ask(id, { body: { ...STREAM, temperature: 1 } })).response;
    await other.ended;
    assert.deepEqual([other.status, codeOf(other)], [409, "stream_id_in_use"]);
    assert.equal(other.headers["x-should-retry"], "false");
    assert.equal(upstream.requests(), 1);
  });
});

it("requests_of_one_id_at_the_same_time_ask_the_model_once", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const asked = await Promise.all(Array.from({ length: 8 }, () => proxy.ask(id)));
    (await upstream.socket()).end(says("one") + ENDING.join(""));
    const texts = await Promise.all(
      asked.map(async ({ response }) => {
        const answer = await response;
        await answer.ended;
        return answer.text();
      }),
    );
    for (const text of texts) assert.equal(text, texts[0]);
    assert.equal(upstream.requests(), 1);
  });
});

it("an_id_that_is_not_random_is_refused_and_an_answer_that_is_no_stream_needs_none", async () => {
  await withStreams({}, async (proxy, upstream) => {
    for (const id of [
      "short",
      "x".repeat(30),
      `${newId()}/`,
      newId().repeat(3),
      "0".repeat(21) + 1,
    ]) {
      const answer = await (await proxy.ask(id)).response;
      await answer.ended;
      assert.deepEqual([answer.status, codeOf(answer)], [400, "invalid_stream_id"], id);
      assert.equal(answer.json().error.param, "x-stream-id");
      const read = await proxy.read(id.replaceAll("/", "."));
      assert.deepEqual([read.status, codeOf(read)], [404, "stream_not_found"], id);
    }
    assert.equal(upstream.requests(), 0);
    const { response } = await proxy.ask(newId(), { body: { ...STREAM, stream: false } });
    (await upstream.socket()).destroy();
    const plain = await response;
    assert.equal(plain.headers["x-stream-id"], undefined);
    const post = await proxy.post(`/v1/streams/${newId()}`, {});
    assert.deepEqual([post.status, post.headers.allow], [405, "GET, DELETE, OPTIONS"]);
  });
});

it("a_proxy_without_the_option_answers_with_an_ordinary_stream", async () => {
  await withStreams({ options: "{ resumable: undefined }" }, async (proxy, upstream) => {
    const { response } = await proxy.ask("whatever");
    (await upstream.socket()).end(says("one") + ENDING.join(""));
    const answer = await response;
    await answer.ended;
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-stream-id"], undefined);
    assert.doesNotMatch(answer.text(), /^id:/m);
    assert.equal((await proxy.read(newId())).status, 404);
  });
});

it("an_error_of_the_upstream_before_its_stream_is_the_answer_and_keeps_nothing", async () => {
  const upstream = await rawUpstream((socket) =>
    socket.end(
      upstream.requests() === 1
        ? erring("429 Slow Down").replace("\r\n", "\r\nretry-after: 7\r\n")
        : head("text/event-stream") + says("one") + ENDING.join(""),
    ),
  );
  await withStreams({ upstream }, async (proxy) => {
    const id = newId();
    const answer = await (await proxy.ask(id)).response;
    await answer.ended;
    assert.equal(answer.status, 429, answer.text());
    assert.equal(answer.headers["retry-after"], "7");
    assert.equal(answer.headers["x-stream-id"], undefined);
    assert.equal((await proxy.read(id)).status, 404);
    const again = await (await proxy.ask(id)).response;
    await again.ended;
    assert.equal(again.status, 200);
    assert.deepEqual(numbers(eventsOf(again.text())), [1, 2, 3]);
  });
});

it("a_stream_that_the_upstream_breaks_off_has_the_error_among_what_is_kept", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    const first = await response;
    await first.events(1);
    socket.resetAndDestroy();
    assert.equal(await first.ended, "end");
    assert.equal(lastCode(first.text()), "upstream_truncated");
    assert.equal((await proxy.read(id)).text(), first.text());
  });
});

it("a_last_event_that_lacks_its_blank_line_is_kept", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response } = await proxy.ask(id);
    (await upstream.socket()).end(says("one") + ENDING.join("").trimEnd());
    const answer = await response;
    await answer.ended;
    const events = eventsOf(answer.text());
    assert.deepEqual([events.length, events.at(-1)[2]], [3, "[DONE]"]);
    assert.equal((await proxy.read(id)).text(), answer.text());
  });
});

it("a_reader_who_attaches_to_a_request_that_the_upstream_then_refuses_gets_an_error", async () => {
  let came;
  let go;
  const asked = new Promise((resolve) => (came = resolve));
  const attached = new Promise((resolve) => (go = resolve));
  const upstream = await rawUpstream(async (socket) => {
    came();
    await attached;
    socket.end(erring("429 Slow Down"));
  });
  await withStreams({ upstream }, async (proxy) => {
    const id = newId();
    const first = await proxy.ask(id);
    await asked;
    const second = await (await proxy.resume(id)).response;
    go();
    const refused = await first.response;
    await refused.ended;
    assert.equal(refused.status, 429);
    await second.ended;
    assert.equal(lastCode(second.text()), "stream_interrupted");
    assert.equal((await proxy.read(id)).status, 404);
  });
});
