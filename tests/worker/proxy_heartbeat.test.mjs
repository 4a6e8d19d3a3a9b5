// While an upstream is silent the caller of a stream gets comments: so the platform notices one who has closed its
// connection without a reset (threat table, rows T2 and T8).

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { QUESTION } from "../support/proxy.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";
import { PROXIES } from "../support/rust_worker.mjs";

const STREAM = { ...QUESTION, stream: true };
const BEAT = ":\n\n";
const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
const options = { heartbeatMs: 200, maxConcurrent: 1 };
export default createProxy({ ...options, onUsage: (event) => console.log("usage " + JSON.stringify(event)) });`;

/** Resolves once the text of a response fits. */
async function until(response, fits) {
  while (!fits(response.text())) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let answer;
    let upstream;
    before(async () => {
      upstream = await rawUpstream((socket) => answer(socket));
    });
    after(() => upstream?.stop());

    /** A proxy with these limits, for as long as `use` takes. */
    async function withProxy(limits, use, more) {
      const proxy = await start({ upstream, limits, ...more });
      try {
        await use(proxy);
      } finally {
        await proxy.stop();
      }
    }

    it(`T8_${tag}a stream that is silent gets comments, and what comes then comes whole`, async () => {
      let go;
      answer = (socket) => {
        socket.write(head("text/event-stream") + says("Well"));
        go = () => socket.end(says(" done", { finish_reason: "stop" }) + event("[DONE]"));
      };
      await withProxy({ heartbeatMs: 100 }, async (proxy) => {
        const { response } = await proxy.openChat(STREAM);
        const stream = await response;
        await until(stream, (text) => text.split(BEAT).length > 3);
        go();
        assert.equal(await stream.ended, "end");
        const text = stream.text();
        assert.equal(
          text.replaceAll(BEAT, ""),
          says("Well") + says(" done", { finish_reason: "stop" }) + event("[DONE]"),
        );
        assert.ok(text.startsWith(says("Well") + BEAT), text);
      });
    });

    it(`T8_${tag}comments end no silence, and none is in the midst of an event, in JSON or where it is switched off`, async () => {
      const giant = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(1_100_000)}`;
      const limits = { heartbeatMs: 100, idleTimeout: 900 };
      const cases = [
        ["text/event-stream", says("Well"), STREAM, limits, true],
        ["text/event-stream", "", STREAM, limits, true],
        ["text/event-stream", 'data: {"half":', STREAM, limits, true],
        ["text/event-stream", giant, STREAM, limits, false],
        ["text/event-stream", says("Well"), STREAM, { ...limits, heartbeatMs: 0 }, false],
        ["application/json", '{"choices":[', QUESTION, limits, false],
      ];
      for (const [type, bytes, body, own, beats] of cases) {
        answer = (socket) => socket.write(head(type) + bytes);
        await withProxy(own, async (proxy) => {
          const got = await proxy.chat(body);
          const about = `${type} ${bytes.slice(0, 30)} ${own.heartbeatMs}`;
          assert.match(got.text(), /"code":"upstream_timeout"/, about);
          // While nothing of the event has gone on, comments may come.
          const text = got.text();
          assert.equal(
            text.slice(bytes === giant ? text.indexOf("data:") : 0).includes(BEAT),
            beats,
            about,
          );
        });
      }
    });

    it(`T2_${tag}a caller who closes a silent stream is noticed within two heartbeats, and its place is free`, async () => {
      answer = (socket) => socket.write(head("text/event-stream") + says("Well"));
      const closed = upstream.requests();
      const limits = { heartbeatMs: 200, maxConcurrent: 1 };
      // The package's proxy tells by its source, the crate's by itself.
      await withProxy(
        limits,
        async (proxy) => {
          const caller = await proxy.openChat(STREAM);
          const stream = await caller.response;
          await stream.events(1);
          assert.equal((await proxy.chat(STREAM)).status, 429, "the control: its place is taken");
          const left = Date.now();
          caller.close();
          await upstream.closed(closed + 1);
          // Two of them, and as much for a machine that is busy.
          assert.ok(Date.now() - left < 5_000, `it took ${Date.now() - left} ms`);
          await proxy.until(() => /usage \{.*"outcome":"disconnected"/.test(proxy.output));
          answer = (socket) =>
            socket.end(
              head("text/event-stream") + says("Next", { finish_reason: "stop" }) + event("[DONE]"),
            );
          const next = await proxy.chat(STREAM);
          assert.match(next.text(), /Next/);
        },
        { source: SOURCE },
      );
    });
  });
}
