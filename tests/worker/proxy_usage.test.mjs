// What an answer has cost reaches `onUsage` once, however it ended, though the answer is a stream.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";

const STREAM = { ...QUESTION, stream: true };

const LIMITS = { timeout: 800, idleTimeout: 500 };

// The hook writes to the console, which the tests read, as that of the Worker in Rust does.
const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
const options = { ...${JSON.stringify(LIMITS)}, routes: ["models", "completions", "embeddings", "audio.transcriptions"], maxConcurrent: 100 };
export default createProxy({ ...options, onUsage: (event) => console.log("usage " + JSON.stringify(event)) });`;

// One hook throws, one takes its time.
const ODD = `
import { createProxy } from "openai-wasm/proxy";
const more = { routes: ["models"], maxConcurrent: 100 };
const sync = createProxy({ ...more, onUsage() { throw new Error("the ledger is full"); } });
const late = createProxy({
  ...more,
  async onUsage(event, env) {
    await scheduler.wait(300);
    console.log("usage " + JSON.stringify({ mark: env.MARK, ...event }));
  },
});
export default { fetch: (request, env, ctx) => (request.headers.has("x-sync") ? sync : late).fetch(request, env, ctx) };`;

/** What has been told since now. */
function ledger(proxy) {
  const start = proxy.output.length;
  const told = () =>
    [...proxy.output.slice(start).matchAll(/usage (\{.*\})/g)].map(([, json]) => JSON.parse(json));
  return {
    /** The only event. A second one would come with the next request at the latest. */
    async only() {
      await proxy.until(() => told().length > 0);
      await proxy.models();
      const events = told();
      assert.equal(events.length, 1, proxy.output.slice(start));
      return events[0];
    },
    text: () => proxy.output.slice(start),
  };
}

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let upstream;
    let proxy;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({ upstream, source: SOURCE, limits: LIMITS });
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));

    let log;
    beforeEach(async () => {
      await upstream.reset();
      log = ledger(proxy);
    });
    const only = () => log.only();

    it(`L6_${tag}the usage of a stream is asked for, told once and left out`, async () => {
      for (const options of [undefined, null, { include_usage: false }]) {
        log = ledger(proxy);
        await upstream.reset();
        const answer = await proxy.chat({ ...STREAM, stream_options: options });
        assert.match(answer.text(), /\[DONE\]/);
        assert.doesNotMatch(answer.text(), /"usage":\{/);
        assert.doesNotMatch(answer.text(), /"choices":\[\]/);
        assert.equal(
          JSON.parse((await upstream.requests())[0].body).stream_options.include_usage,
          true,
        );
        const event = await only();
        assert.deepEqual(
          [
            event.outcome,
            event.estimated,
            event.usage.completion_tokens,
            event.model,
            event.stream,
            event.subject,
            event.route,
          ],
          ["completed", false, 5, QUESTION.model, true, "user-1", "/v1/chat/completions"],
        );
        assert.equal(event.usage.total_tokens, event.usage.prompt_tokens + 5);
        assert.equal(event.requestId, answer.headers["x-request-id"]);
        assert.ok(event.durationMs >= 0 && event.startedAtMs > 1.7e12);
      }
    });

    it("a caller who asks for the usage gets it too", async () => {
      const answer = await proxy.chat({ ...STREAM, stream_options: { include_usage: true } });
      assert.match(answer.text(), /"usage":\{/);
      assert.equal((await only()).usage.completion_tokens, 5);
    });

    it("an answer that does not stream is told too", async () => {
      const answer = await proxy.chat(QUESTION);
      const event = await only();
      assert.deepEqual([event.outcome, event.estimated, event.stream], ["completed", false, false]);
      assert.deepEqual(event.usage.total_tokens, answer.json().usage.total_tokens);
      // What was sent is what the caller had sent: a usage option would be refused without a stream.
      assert.equal(JSON.parse((await upstream.requests())[0].body).stream_options, undefined);
    });

    it("the cap that was sent on is told, since what nobody counted may have cost as much", async () => {
      const { model } = QUESTION;
      for (const [path, body, most] of [
        ["chat/completions", QUESTION, 2048],
        ["chat/completions", { ...QUESTION, max_tokens: 7 }, 7],
        ...(tag
          ? []
          : [
              ["completions", { model, prompt: ["a", "b", "c"], max_tokens: 5 }, 15],
              ["embeddings", { model, input: "a" }, null],
            ]),
      ]) {
        log = ledger(proxy);
        assert.equal((await proxy.post(`/v1/${path}`, body)).status, 200, path);
        assert.equal((await only()).maxOutputTokens, most, path);
      }
    });

    describe(`L8_${tag}a count that cannot be true becomes an estimate, and says so:`, () => {
      for (const kind of ["negative", "string", "huge", "empty", "absent"]) {
        for (const body of [STREAM, QUESTION]) {
          it(`${kind}, ${body.stream ? "streamed" : "whole"}`, async () => {
            await upstream.arm(`usage=${kind}`);
            await proxy.chat(body);
            const event = await only();
            assert.deepEqual([event.outcome, event.estimated], ["completed", true]);
            assert.ok(
              event.usage.completion_tokens >= 3 && event.usage.prompt_tokens > 0,
              JSON.stringify(event.usage),
            );
          });
        }
      }
      it("and zero is a count", async () => {
        await upstream.arm("usage=zero");
        await proxy.chat(STREAM);
        const { usage, estimated } = await only();
        assert.deepEqual([usage.total_tokens, estimated], [0, false]);
      });
      it("and a count on every event is told once, the last", async () => {
        await upstream.arm("usage=every");
        const answer = await proxy.chat(STREAM);
        assert.match(answer.text(), /This/);
        assert.equal((await only()).estimated, false);
      });
    });

    describe("an answer that ends badly is told with an estimate:", () => {
      for (const [fault, outcome] of [
        ["reset-events=3", "truncated"],
        ["end-events=3", "truncated"],
        ["stall=3", "failed"],
        ["error=openai,error-after=3", "failed"],
        ["echo-key", "failed"],
        ["hang", "failed"],
        ["html", "failed"],
        ["reset", "failed"],
      ]) {
        it(`${fault} is ${outcome}`, async () => {
          await upstream.arm(fault);
          await proxy.chat(STREAM);
          const event = await only();
          assert.deepEqual([event.outcome, event.estimated], [outcome, true]);
          assert.ok(event.usage.prompt_tokens > 0);
          if (/=3/.test(fault))
            assert.ok(event.usage.completion_tokens >= 2, JSON.stringify(event.usage));
        });
      }
      it("an error status is refused, and costs nothing", async () => {
        for (const status of [400, 429, 500]) {
          log = ledger(proxy);
          await upstream.arm(`status=${status}`);
          await proxy.chat(STREAM);
          const event = await only();
          assert.deepEqual(
            [event.outcome, event.estimated, event.usage.total_tokens],
            ["refused", false, 0],
          );
        }
      });
      it("a whole answer that is cut is truncated", async () => {
        await upstream.arm("cut=100");
        await proxy.chat(QUESTION);
        assert.deepEqual((await only()).outcome, "truncated");
      });
    });

    it("what is refused before it is sent costs nothing and is not told", async () => {
      await proxy.chat("{");
      await proxy.send("/v1/chat/completions", { method: "POST" });
      await proxy.chat(QUESTION);
      assert.equal((await only()).outcome, "completed");
    });

    it(`L7_${tag}a caller who leaves in mid-stream is told with what it got`, async () => {
      await upstream.arm("interval=50");
      const content = `repeat:${"word ".repeat(200)}`;
      const caller = await proxy.openChat({ ...STREAM, messages: [{ role: "user", content }] });
      await (await caller.response).events(6);
      caller.reset();
      await upstream.wait({ closed: 1 });
      const event = await only();
      assert.deepEqual([event.outcome, event.estimated], ["disconnected", true]);
      assert.ok(event.usage.completion_tokens >= 5, JSON.stringify(event.usage));
      assert.ok(event.usage.prompt_tokens >= content.length / 4);
    });

    it(`L7_${tag}a caller who stops reading and leaves is told too`, async () => {
      await upstream.arm("events=2000,event-size=100000");
      const caller = await proxy.openChat(STREAM);
      const response = await caller.response;
      await response.events(3);
      response.pause();
      await upstream.wait({ events: 10 });
      caller.reset();
      await upstream.wait({ closed: 1 });
      const event = await only();
      assert.deepEqual([event.outcome, event.estimated], ["disconnected", true]);
      assert.ok(event.usage.completion_tokens > 0, JSON.stringify(event.usage));
    });

    it(`L7_${tag}a caller who leaves before the first byte is told too, streamed or not`, async () => {
      for (const body of [STREAM, QUESTION]) {
        log = ledger(proxy);
        await upstream.reset();
        await upstream.arm("hang=600");
        const { reset } = await proxy.openChat(body);
        await upstream.wait({ bodies: 1 });
        reset();
        await upstream.wait({ closed: 1 });
        const event = await only();
        assert.deepEqual([event.outcome, event.estimated], ["disconnected", true]);
        assert.ok(event.usage.prompt_tokens > 0);
      }
    });

    it(`T6_${tag}a caller who leaves right after [DONE] has got a whole answer`, async () => {
      await upstream.arm("hold-open");
      const caller = await proxy.openChat(STREAM);
      const response = await caller.response;
      while (!response.text().includes("[DONE]"))
        await new Promise((resolve) => setTimeout(resolve, 5));
      caller.reset();
      const event = await only();
      assert.deepEqual([event.outcome, event.estimated], ["completed", false]);
    });
  });
}

describe("an upload's answer is told in every form:", () => {
  let upstream;
  let proxy;
  before(async () => {
    upstream = await startUpstream();
    proxy = await startProxy({ upstream, source: SOURCE });
  });
  after(() => Promise.all([proxy?.stop(), upstream?.stop()]));

  const said = "word ".repeat(200).trim();
  const upload = async (fields) => {
    const form = new FormData();
    form.set("file", new File([`repeat: ${said}`], "speech.mp3"));
    for (const [name, value] of Object.entries({ model: "whisper-1", ...fields }))
      form.set(name, value);
    const request = new Request(proxy.url, { method: "POST", body: form });
    const body = Buffer.from(await request.arrayBuffer());
    const headers = {
      "content-type": request.headers.get("content-type"),
      "content-length": body.length,
    };
    return proxy.post("/v1/audio/transcriptions", body, { headers });
  };
  for (const [name, fields, stream, estimated] of [
    ["JSON", {}, false, true],
    ["a text", { response_format: "text" }, false, true],
    ["a stream", { stream: "true" }, true, false],
  ]) {
    it(name, async () => {
      const told = ledger(proxy);
      assert.equal((await upload(fields)).status, 200);
      const event = await told.only();
      assert.deepEqual(
        [event.outcome, event.stream, event.estimated, event.model],
        ["completed", stream, estimated, null],
      );
      // The server's own count, or at least what was passed on.
      assert.ok(event.usage.completion_tokens >= 200, JSON.stringify(event.usage));
    });
  }
});

describe("a hook of the package's", () => {
  let upstream;
  let proxy;
  before(async () => {
    upstream = await startUpstream();
    proxy = await startProxy({ upstream, source: ODD, bindings: { MARK: "mark" } });
  });
  after(() => Promise.all([proxy?.stop(), upstream?.stop()]));

  it("T5_a hook that takes its time does not keep the upstream", async () => {
    const told = ledger(proxy);
    await upstream.arm("interval=100");
    const content = `repeat:${"word ".repeat(200)}`;
    const caller = await proxy.openChat({ ...STREAM, messages: [{ role: "user", content }] });
    await (await caller.response).events(3);
    const left = Date.now();
    caller.reset();
    const [record] = await upstream.wait({ closed: 1 });
    assert.ok(record.closed_at_ms - left <= 1000, `it took ${record.closed_at_ms - left} ms`);
    const event = await told.only();
    assert.deepEqual([event.mark, event.outcome], ["mark", "disconnected"]);
  });

  it("a hook that throws is logged and harms nothing", async () => {
    const told = ledger(proxy);
    const answer = await proxy.chat(STREAM, { headers: { "x-sync": "1" } });
    assert.match(answer.text(), /\[DONE\]/);
    const whole = await proxy.chat(QUESTION, { headers: { "x-sync": "1" } });
    assert.equal(whole.status, 200);
    await proxy.models();
    assert.match(told.text(), /onUsage failed: the ledger is full/);
  });
});
