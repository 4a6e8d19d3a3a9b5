// A caller that leaves must not leave the upstream generating at the key owner's cost (threat table, rows
// T2 to T4): its socket closes within a second, wherever the caller left.
//
// workerd's own server learns of a closed socket (FIN) when it next writes to it, since a client may close
// its half and still read; it learns of a reset at once. So callers close where bytes flow, and reset where
// none do.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { startRustProxy } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";
import { BINARIES } from "../support/workerd.mjs";

const STREAM = { ...QUESTION, stream: true };

const FORWARD = "export default { fetch: (request, env) => env.PROXY.fetch(request) };";

// An own Worker between the proxy and the upstream, reached by a service binding.
const RELAY = `export default {
  fetch(request) {
    const controller = new AbortController();
    request.signal.addEventListener("abort", () => controller.abort());
    return fetch(request, { signal: controller.signal });
  },
};`;

const TOPOLOGIES = [
  ["directly", {}],
  ["with a ledger", { options: "{ onUsage() {} }" }],
  ["without a look at the answer", { options: "{ inspectAnswers: false }" }],
  ["behind a service binding", { front: FORWARD }],
  ["of the Worker in Rust", { tag: "rust_", start: startRustProxy }],
  [
    "with a service binding in the place of fetch",
    {
      options: "{ fetch: (url, init, env) => env.RELAY.fetch(url, init) }",
      bindings: { RELAY: { service: "relay" } },
      services: { relay: { modules: [{ name: "relay.js", esModule: RELAY }] } },
    },
  ],
];
const all = Object.entries(BINARIES).flatMap(([version, binary]) =>
  TOPOLOGIES.map(([topology, more]) => [version, binary, topology, more]),
);

for (const [version, binary, topology, { tag = "", start = startProxy, ...more }] of all) {
  describe(`the upstream's socket closes within a second, ${topology}, in ${version},`, () => {
    let upstream;
    let proxy;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({ upstream, binary, ...more });
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
    beforeEach(() => upstream.reset());

    const leaves = async (leave) => {
      const left = Date.now();
      leave();
      const [record] = await upstream.wait({ closed: 1 }, 3000);
      assert.equal(record.outcome, "client_closed");
      const after = record.closed_at_ms - left;
      assert.ok(after <= 1000, `it took ${after} ms`);
    };

    for (const way of ["close", "reset"]) {
      it(`T2_${tag}when the caller leaves in mid-stream (${way})`, async () => {
        await upstream.arm("interval=100");
        const content = `repeat:${"word ".repeat(200)}`;
        const caller = await proxy.openChat({ ...STREAM, messages: [{ role: "user", content }] });
        await (await caller.response).events(3);
        await leaves(caller[way]);
      });
    }

    it(`T2_${tag}when the caller leaves a stream that stalls`, async () => {
      await upstream.arm("stall=3");
      const { response, reset } = await proxy.openChat(STREAM);
      await (await response).events(3);
      await leaves(reset);
    });

    it(`T3_${tag}when the caller leaves before the first byte`, async () => {
      await upstream.arm("hang");
      const { reset } = await proxy.openChat(STREAM);
      await upstream.wait({ bodies: 1 });
      await leaves(reset);
    });

    it(`T4_${tag}when the caller leaves an answer that does not stream`, async () => {
      await upstream.arm("hang");
      const { reset } = await proxy.openChat(QUESTION);
      await upstream.wait({ bodies: 1 });
      await leaves(reset);
    });

    it("and the proxy serves the next caller", async () => {
      for (let round = 0; round < 5; round++) {
        await upstream.arm("hang", { times: 4 });
        const gone = await Promise.all([1, 2, 3, 4].map(() => proxy.openChat(STREAM)));
        await upstream.wait({ bodies: 4 });
        for (const { reset } of gone) reset();
        await upstream.wait({ closed: 4 });
        const answer = await proxy.chat(STREAM);
        assert.match(answer.text(), /\[DONE\]/);
        await upstream.reset();
      }
    });
  });
}

it("T4_a body that never arrives whole never reaches the upstream", async () => {
  const upstream = await startUpstream();
  const proxy = await startProxy({ upstream });
  try {
    const { reset } = await proxy.openChat("", {
      headers: { "content-length": "1000" },
      body: (request) => request.write('{"model":'),
    });
    assert.equal((await proxy.models()).status, 200);
    reset();
    assert.equal((await proxy.chat(STREAM)).status, 200);
    assert.deepEqual(
      (await upstream.requests()).map(({ path }) => path),
      ["/v1/models", "/v1/chat/completions"],
    );
  } finally {
    await Promise.all([proxy.stop(), upstream.stop()]);
  }
});
