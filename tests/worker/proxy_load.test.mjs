// Many requests, large ones and slow readers: what a Worker of 128 MB must bear (threat table, rows P1 to
// P3, T7).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

const STREAM = { ...QUESTION, stream: true };
const MB = 2 ** 20;

let upstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream?.stop());
beforeEach(() => upstream.reset());

/** The memory that a process holds, in bytes. */
const held = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

for (const { tag, start } of PROXIES) {
  const name = `T7_${tag}a client that stops reading holds less than 8 MB, however much the upstream offers`;
  it(name, { skip: process.platform !== "linux" }, async () => {
    const proxy = await start({ upstream });
    try {
      // A first stream of that kind, so that what the Worker needs anyway is there.
      await upstream.arm("events=200,event-size=100000");
      await proxy.chat(STREAM);
      const before = held(proxy);
      await upstream.arm("events=2000,event-size=100000");
      const { response, close } = await proxy.openChat(STREAM);
      (await response).pause();
      let offered = -1;
      for (let now = 0; now !== offered; now = (await upstream.requests()).at(-1).bytes_offered) {
        offered = now;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      assert.ok(offered > 0 && offered < 64 * MB, `the upstream could send ${offered} bytes`);
      // What is garbage already goes with the next collections.
      let grown = held(proxy) - before;
      for (let looks = 0; looks < 20 && grown >= 8 * MB; looks += 1) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        grown = held(proxy) - before;
      }
      assert.ok(grown < 8 * MB, `${grown} bytes`);
      close();
      await upstream.wait({ closed: 1 }, 2000);
    } finally {
      await proxy.stop();
    }
  });
}

for (const { tag, start } of PROXIES) {
  it(`P2_${tag}a poisoned request leaves fifty open streams alone`, async () => {
    const proxy = await start({ upstream });
    const of = async (sub) => ({
      headers: { authorization: `Bearer ${await mint(proxy.secret, { claims: { sub } })}` },
    });
    try {
      await upstream.arm("interval=100", { times: 50 });
      const streams = await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          proxy.openChat(STREAM, await of(`user-${index}`)),
        ),
      );
      const answers = await Promise.all(streams.map(({ response }) => response));
      const poison = [
        "[".repeat(100_000),
        `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
        `{"n":${"9".repeat(200_000)}}`,
        `{"n":1e400}`,
        Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
        `{"a":"\\ud800"}`,
        `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":${index}`).join()}}`,
        "\0".repeat(100_000),
      ];
      for (const [index, body] of poison.entries()) {
        const answer = await proxy.chat(body, await of("poisoner"));
        assert.ok(
          answer.status >= 200 && answer.status < 500,
          `poison ${index}: ${answer.status} ${answer.text().slice(0, 200)}`,
        );
      }
      for (const answer of answers) {
        assert.equal(await answer.ended, "end");
        assert.match(answer.text(), /data: \[DONE\]\n\n$/);
        assert.doesNotMatch(answer.text(), /"error"/);
      }
      assert.equal((await proxy.chat(QUESTION, await of("after"))).status, 200);
    } finally {
      await proxy.stop();
    }
  });
}

it("P3_ten thousand requests of the largest size level off", {
  skip: process.platform !== "linux",
}, async () => {
  const sink = createServer((request, response) => {
    request
      .resume()
      .on("end", () =>
        response
          .writeHead(200, { "content-type": "application/json" })
          .end('{"object":"chat.completion","choices":[]}'),
      );
  });
  await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const large = await startProxy({
    options: "{ maxInputChars: 300_000 }",
    upstream: { baseUrl: `http://127.0.0.1:${sink.address().port}/v1` },
  });
  try {
    const body = JSON.stringify({ ...QUESTION, messages: [{ role: "user", content: "" }] });
    const full = Buffer.from(
      body.replace('"content":""', `"content":"${"x".repeat(262_144 - body.length)}"`),
    );
    assert.equal(full.length, 262_144);
    const send = async (count) => {
      let left = count;
      const worker = async (_, index) => {
        const headers = {
          authorization: `Bearer ${await mint(large.secret, { claims: { sub: `user-${index}` } })}`,
        };
        while (left-- > 0) {
          const answer = await large.chat(full, { headers });
          assert.equal(answer.status, 200, answer.text());
        }
      };
      await Promise.all(Array.from({ length: 40 }, worker));
    };
    // The engine collects garbage when it likes, so its heap finds its level late; one body in fifty that
    // stayed would show.
    await send(4000);
    const early = held(large);
    await send(6000);
    const late = held(large);
    assert.ok(late - early < 32 * MB, `${early} bytes after 4,000 requests, ${late} after 10,000`);
    const over = await large.chat(Buffer.concat([full, Buffer.from(" ")]));
    assert.equal(over.status, 413, "the control: that was the largest size");
  } finally {
    await large.stop();
    sink.close();
  }
});
