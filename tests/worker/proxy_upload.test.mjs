// How an upload goes through: nobody reads it, and it may not come too slowly (threat table, row P3).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";

import { open } from "../support/http.mjs";
import { startProxy } from "../support/proxy.mjs";
import { head, rawUpstream } from "../support/raw_upstream.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";

const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
export default createProxy({
  routes: ["audio.transcriptions"], maxConcurrent: 1, onUsage: ({ outcome, requestBytes }) => console.log("usage", outcome, requestBytes),
});`;

/** The package with other times for bodies. */
const bundleWith = (pace) => ({
  plugins: [
    {
      name: "pace",
      setup: (bundler) =>
        bundler.onLoad({ filter: /edge[/\\]proxy-option-table\.js$/ }, async ({ path }) => {
          const text = await readFile(path, "utf8");
          const changed = text.replace(
            /BODY_PACE = \{[^}]*\}/,
            `BODY_PACE = ${JSON.stringify(pace)}`,
          );
          assert.notEqual(changed, text, "the file has another form than the one known");
          return { contents: changed };
        }),
    },
  ],
});

const TEXT = '{"text":"Hello."}';
const LENGTH = 1000;

/** An upstream that answers once it has all of the upload, or, `early`, at once. */
const listener = (seen, early) =>
  rawUpstream((socket, first) => {
    let text = first.toString("latin1");
    const request = {
      head: text.slice(0, text.indexOf("\r\n\r\n")),
      body: () => text.slice(text.indexOf("\r\n\r\n") + 4),
    };
    seen.push(request);
    const answer = () => {
      if (early)
        socket.end(
          `${head("application/json", "400 Bad Request")}{"error":{"message":"no such file type"}}`,
        );
      else if (request.body().length >= LENGTH) socket.end(head("application/json") + TEXT);
    };
    socket.on("data", (more) => {
      text += more.toString("latin1");
      answer();
    });
    answer();
  });

async function withProxy({ pace, early = false }, use) {
  const seen = [];
  const upstream = await listener(seen, early);
  const proxy = await startProxy({
    source: SOURCE,
    bindings: { OPENAI_BASE_URL: upstream.baseUrl },
    bundle: pace && bundleWith(pace),
  });
  /** An upload of which `write` sends the body. */
  const upload = async (write) => {
    const { response } = await open(`${proxy.url}/v1/audio/transcriptions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await mint(proxy.secret)}`,
        "content-type": "multipart/form-data; boundary=xyz",
        "content-length": String(LENGTH),
      },
      body: (request) => {
        request.flushHeaders();
        write(request);
      },
    });
    const answer = await response;
    await answer.ended;
    return answer;
  };
  try {
    await use({ upload, upstream, proxy, seen });
  } finally {
    await proxy.stop();
    upstream.stop();
  }
}

const whole = (request) => request.end("x".repeat(LENGTH));
/** A byte every now and then, until somebody has had enough. */
const drip = (request) => {
  const timer = setInterval(() => request.write("x"), 20);
  request.once("close", () => clearInterval(timer));
};

it("P3_an upload that stands still ends, at the upstream as well, and its place is free", async () => {
  await withProxy(
    { pace: { idleMs: 300, baseMs: 60_000, msPerBlock: 1000 } },
    async ({ upload, upstream, proxy }) => {
      for (const write of [() => {}, (request) => request.write("xxx")]) {
        const error = refused(await upload(write), 408, "request_timeout");
        assert.equal(error.message, "Nothing of the request body came for 1 seconds.");
      }
      await upstream.closed(upstream.requests());
      assert.equal((await upload(whole)).text(), TEXT);
      await proxy.until((output) => /usage completed 1000/.test(output));
      assert.match(proxy.output, /usage failed 1000/);
    },
  );
});

it("P3_an upload that comes too slowly ends", async () => {
  await withProxy(
    { pace: { idleMs: 60_000, baseMs: 400, msPerBlock: 1000 } },
    async ({ upload, upstream }) => {
      const error = refused(await upload(drip), 408, "request_timeout");
      assert.equal(error.message, "The request body took longer than 1 seconds.");
      await upstream.closed(upstream.requests());
      assert.equal((await upload(whole)).text(), TEXT, "the control");
    },
  );
});

it("an upload that takes its time comes whole, with its length", async () => {
  await withProxy({}, async ({ upload, seen }) => {
    const answer = await upload((request) => {
      request.write("a".repeat(400));
      setTimeout(() => request.end("b".repeat(600)), 300);
    });
    assert.deepEqual([answer.status, answer.text()], [200, TEXT]);
    assert.equal(seen[0].body(), "a".repeat(400) + "b".repeat(600));
    assert.match(seen[0].head, /^content-length: 1000$/im);
    assert.doesNotMatch(seen[0].head, /transfer-encoding/i);
  });
});

it("a server that refuses an upload before all of it has come is heard", async () => {
  await withProxy({ early: true }, async ({ upload }) => {
    const error = refused(await upload((request) => request.write("xxx")), 400, "upstream_refused");
    assert.match(error.message, /no such file type/);
  });
});
