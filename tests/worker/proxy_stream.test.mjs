// Streams through the proxy: each event as it comes, broken ones visibly broken.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { BINARIES } from "../support/workerd.mjs";

const STREAM = { ...QUESTION, stream: true };
// With the event that has the usage: a proxy that counts asks for it, and leaves it out unless its caller asks.
const COUNTED = { ...STREAM, stream_options: { include_usage: true } };

/** When each event was whole. */
function arrivals({ chunks }) {
  const times = [];
  let text = "";
  for (const chunk of chunks) {
    text += chunk.text;
    const whole = text.split("\n\n").length - 1;
    while (times.length < whole) times.push(chunk.at);
  }
  return times;
}

/** The JSON of a stream's events. */
const dataOf = (answer) =>
  answer
    .text()
    .split(/\n\n/)
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)));

/** A number once it stops growing. */
async function settled(read) {
  let last = -1;
  for (;;) {
    const now = await read();
    if (now === last) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let upstream;
    let proxy;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({ upstream, limits: { timeout: 1000 } });
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
    beforeEach(() => upstream.reset());

    it(`T1_${tag}each event arrives before the next one is sent`, async () => {
      await upstream.arm("stepped");
      const { response } = await proxy.openChat(COUNTED);
      const answer = await response;
      assert.equal(answer.status, 200, answer.text());
      assert.equal(answer.headers["content-type"], "text/event-stream");
      // Rule 34 of the decoder's rules: nothing on the way is to compress or buffer it.
      assert.equal(answer.headers["cache-control"], "no-store, no-transform");
      assert.equal(answer.headers["x-accel-buffering"], "no");
      // The role, five words, the finish reason, the usage, [DONE]. An event that the proxy kept back
      // until another came would never arrive, and the test would end by its time limit.
      for (let events = 1; events <= 9; events += 1) {
        await answer.events(events);
        const [{ events_sent: sent }] = await upstream.requests();
        assert.equal(sent, events, "the upstream has not gone on");
        await upstream.step();
      }
      assert.equal(await answer.ended, "end");
      assert.equal(arrivals(answer).length, 9);
    });

    it("hands the upstream's bytes on as they are", async () => {
      const direct = await fetch(`${upstream.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...COUNTED, seed: 7 }),
      });
      const proxied = await proxy.chat({ ...COUNTED, seed: 7 });
      const same = (text) => text.replace(/"id":"[^"]*"|"created":\d+/g, "");
      assert.equal(same(proxied.text()), same(await direct.text()));
      assert.equal(proxied.text().match(/data: \[DONE\]/g).length, 1);
    });

    it(`T9_${tag}a stream that breaks off ends with an error event and without [DONE]`, async () => {
      for (const fault of [
        "reset-events=3",
        "cut-events=3",
        "cut=100",
        "cut=700",
        "end-events=3",
        "end=333",
        "reset-events=0",
      ]) {
        await upstream.arm(fault);
        const answer = await proxy.chat(STREAM);
        assert.equal(await answer.ended, "end", fault);
        assert.doesNotMatch(answer.text(), /\[DONE\]/, fault);
        const events = dataOf(answer);
        assert.deepEqual(
          Object.keys(events.at(-1).error),
          ["message", "type", "code", "param"],
          fault,
        );
        assert.equal(events.at(-1).error.code, "upstream_truncated", fault);
        for (const event of events.slice(0, -1))
          assert.equal(event.object, "chat.completion.chunk", fault);
      }
      for (const fault of ["cut=100", "reset=20", "short-length"]) {
        await upstream.arm(fault);
        const answer = await proxy.chat(QUESTION);
        assert.equal(answer.status, 502, `${fault}: ${answer.text()}`);
        assert.equal(answer.json().error.code, "upstream_truncated", fault);
      }
      // The controls: these servers' streams are whole.
      for (const fault of [
        "",
        "no-done",
        "unterminated",
        "line-end=crlf",
        "line-end=cr",
        "line-end=mixed",
        "split",
        "bom",
      ]) {
        await upstream.arm(fault);
        assert.doesNotMatch((await proxy.chat(STREAM)).text(), /"error"/, fault);
      }
    });

    it(`T9_${tag}a runtime that takes a reset for an end changes nothing`, async () => {
      const june = await start({ upstream, binary: BINARIES["workerd of June 2026"] });
      try {
        for (const fault of ["reset-events=3", "cut-events=3", "reset-events=0"]) {
          await upstream.arm(fault);
          const answer = await june.chat(STREAM);
          assert.equal(await answer.ended, "end", fault);
          assert.equal(dataOf(answer).at(-1).error.code, "upstream_truncated", fault);
        }
        assert.match((await june.chat(STREAM)).text(), /\[DONE\]/);
      } finally {
        await june.stop();
      }
    });

    it(`T10_${tag}an answer of the wrong type is refused`, async () => {
      for (const [fault, body] of [
        ["html", STREAM],
        ["html", QUESTION],
        ["sse", QUESTION],
        ["content-type=text/html", STREAM],
      ]) {
        await upstream.arm(fault);
        const answer = await proxy.chat(body);
        assert.equal(answer.status, 502, `${fault}: ${answer.text()}`);
        assert.equal(answer.json().error.code, "upstream_invalid");
      }
    });

    it(`T8_${tag}an upstream that sends no head in time is left`, async () => {
      await upstream.arm("hang");
      const answer = await proxy.chat(STREAM);
      assert.equal(answer.status, 504, answer.text());
      assert.equal(answer.json().error.code, "upstream_timeout");
      await upstream.wait({ closed: 1 }, 1000);
    });

    it("an upstream that is not there is a 502", async () => {
      const gone = await startUpstream();
      const orphan = await start({ upstream: gone });
      await gone.stop();
      try {
        const answer = await orphan.chat(STREAM);
        assert.equal(answer.status, 502, answer.text());
        assert.equal(answer.json().error.code, "upstream_unreachable");
        assert.doesNotMatch(answer.text(), /127\.0\.0\.1/);
      } finally {
        await orphan.stop();
      }
    });

    it("a connection that is lost before the head is a 502", async () => {
      await upstream.arm("reset");
      const answer = await proxy.chat(STREAM);
      assert.equal(answer.status, 502, answer.text());
    });

    it(`P1_${tag}a hundred streams at once keep apart`, async () => {
      const words = Array.from(
        { length: 100 },
        (_, index) => `canary-${index}-${Math.random().toString(36).slice(2)}`,
      );
      await upstream.arm("interval=20", { times: words.length });
      const answers = await Promise.all(
        words.map((word) =>
          proxy.chat({ ...STREAM, messages: [{ role: "user", content: `repeat:${word}` }] }),
        ),
      );
      for (const [index, answer] of answers.entries()) {
        assert.equal(answer.status, 200, answer.text());
        const said = dataOf(answer).map((event) => event.choices[0]?.delta.content ?? "");
        assert.equal(said.join("").trim(), words[index]);
      }
    });

    it(`T7_${tag}a client that stops reading holds the upstream back`, async () => {
      await upstream.arm("events=2000,event-size=100000");
      const { response, close } = await proxy.openChat(STREAM);
      const { pause } = await response;
      pause();
      await upstream.wait({ events: 10 });
      const offered = await settled(async () => (await upstream.requests())[0].bytes_offered);
      assert.ok(offered < 64e6, `the upstream could send ${offered} of 200 MB`);
      close();
      await upstream.wait({ closed: 1 }, 1000);
    });
  });
}

describe("many small pieces", () => {
  const EVENTS = 3000;
  for (const [name, binary] of Object.entries(BINARIES)) {
    it(`go on whole and in order, together where they came together: ${name}`, async () => {
      const upstream = await startUpstream();
      const proxy = await startProxy({ upstream, binary });
      try {
        await upstream.arm(`events=${EVENTS}`);
        const answer = await proxy.chat(COUNTED);
        const events = dataOf(answer);
        assert.ok(events.length >= EVENTS, `${events.length} events`);
        assert.ok(answer.text().endsWith("data: [DONE]\n\n"));
        const [
          {
            event_times_ms: { length: sent },
          },
        ] = await upstream.requests();
        assert.equal(arrivals(answer).length, sent);
        // Each event was a piece of its own. Read one by one, each would cost the proxy as a call does.
        assert.ok(
          answer.chunks.length < sent / 2,
          `${sent} events came in ${answer.chunks.length} pieces`,
        );
      } finally {
        await Promise.all([proxy.stop(), upstream.stop()]);
      }
    });
  }

  for (const [name, binary] of Object.entries(BINARIES)) {
    it(`T1_wait for none that come later: ${name}`, async () => {
      const upstream = await startUpstream();
      const proxy = await startProxy({ upstream, binary });
      try {
        await upstream.arm("interval=200");
        const arrived = arrivals(await proxy.chat(COUNTED));
        const [{ event_times_ms: sent }] = await upstream.requests();
        assert.equal(arrived.length, sent.length);
        const latest = Math.max(...sent.map((at, index) => arrived[index] - at));
        assert.ok(latest <= 100, `an event came after ${latest} ms`);
      } finally {
        await Promise.all([proxy.stop(), upstream.stop()]);
      }
    });
  }

  for (const type of ["undefined", '"bytes"']) {
    it(`go on from a stream that JavaScript made, of the type ${type}`, async () => {
      const fetch = `() => {
        const pieces = Array.from({ length: 300 }, (_, index) =>
          'data: {"choices":[{"index":0,"delta":{"content":"' + index + ' "},"finish_reason":' + (index === 299 ? '"stop"' : null) + '}]}\\n\\n');
        pieces.push("data: [DONE]\\n\\n");
        const encoder = new TextEncoder();
        const body = new ReadableStream({
          type: ${type},
          pull(controller) {
            const piece = pieces.shift();
            if (piece) controller.enqueue(encoder.encode(piece));
            else controller.close();
          },
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      }`;
      const proxy = await startProxy({
        bindings: { OPENAI_BASE_URL: "https://api.example.com/v1" },
        options: `{ fetch: ${fetch} }`,
      });
      try {
        const answer = await proxy.chat(STREAM);
        const said = dataOf(answer).map((event) => event.choices[0].delta.content);
        assert.deepEqual(
          said,
          Array.from({ length: 300 }, (_, index) => `${index} `),
        );
        assert.ok(answer.text().endsWith("data: [DONE]\n\n"));
      } finally {
        await proxy.stop();
      }
    });
  }
});
