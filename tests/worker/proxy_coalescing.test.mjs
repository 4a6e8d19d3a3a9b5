// Long streams of many small pieces, which the package's proxy reads together in workerd
// (pkg-template/edge/coalescing-reader.js): what goes on is the same.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";

const STREAM = { ...QUESTION, stream: true };
const EVENTS = Array.from({ length: 300 }, (_, index) => says(`${index} `));
const LAST = says("", { finish_reason: "stop" }) + event("[DONE]");

/** Sends each piece by itself: the next one when the last has left. */
async function sendOneByOne(socket, pieces) {
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise(setImmediate);
  }
}

for (const [title, options] of [
  ["by default", "{}"],
  ["with events that do not wait", "{ coalesceMs: 0 }"],
  ["with events that wait for long", "{ coalesceMs: 1000 }"],
]) {
  describe(`A long stream of single events, ${title},`, () => {
    let answer;
    let upstream;
    let proxy;
    before(async () => {
      upstream = await rawUpstream((socket) => answer(socket));
      proxy = await startProxy({ upstream, options });
    });
    after(async () => {
      await proxy?.stop();
      upstream?.stop();
    });

    it("goes on as it came", async () => {
      answer = async (socket) => {
        socket.setNoDelay(true);
        await sendOneByOne(socket, [head("text/event-stream"), ...EVENTS, LAST]);
        socket.end();
      };
      const { response } = await proxy.openChat(STREAM);
      const got = await response;
      assert.equal(await got.ended, "end");
      assert.equal(got.text(), EVENTS.join("") + LAST);
    });

    it("ends with an error where it breaks off, after all that had come", async () => {
      answer = async (socket) => {
        socket.setNoDelay(true);
        await sendOneByOne(socket, [head("text/event-stream"), ...EVENTS]);
        socket.end();
      };
      const { response } = await proxy.openChat(STREAM);
      const got = await response;
      assert.equal(await got.ended, "end");
      const [before, code] = got.text().split('data: {"error":');
      assert.equal(before, EVENTS.join(""));
      assert.match(code, /"upstream_truncated"/);
    });

    it("is read to its last event though the server is silent after it", async () => {
      // Were an event held back until more comes, this caller would never get it.
      let silent;
      answer = async (socket) => {
        silent = socket;
        await sendOneByOne(socket, [head("text/event-stream"), ...EVENTS]);
      };
      const { response } = await proxy.openChat(STREAM);
      const got = await response;
      await got.events(EVENTS.length);
      silent.end(LAST);
      assert.equal(await got.ended, "end");
      assert.equal(got.text(), EVENTS.join("") + LAST);
    });
  });
}
