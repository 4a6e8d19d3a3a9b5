// Streams that are read on after a cut.

import assert from "node:assert/strict";
import { it } from "node:test";

import { codeOf, ENDING, eventsOf, newId, withStreams } from "../support/resumable.mjs";
import { says } from "../support/raw_upstream.mjs";

it("a_stream_that_is_cut_goes_on_where_it_stopped", async () => {
  await withStreams({}, async (proxy, upstream) => {
    const id = newId();
    const { response, reset } = await proxy.ask(id);
    const socket = await upstream.socket();
    socket.write(says("one"));
    socket.write(says("two"));
    const first = await response;
    assert.equal(first.status, 200, first.text());
    assert.equal(first.headers["x-stream-id"], id);
    await first.events(2);
    const before = eventsOf(first.text());
    assert.deepEqual(
      before.map(([id]) => id),
      [1, 2],
    );
    reset();
    socket.write(says("three"));
    const rest = await (await proxy.resume(id, { after: 2 })).response;
    assert.equal(rest.status, 200);
    await rest.events(1);
    socket.end(ENDING.join(""));
    assert.equal(await rest.ended, "end");
    const whole = await proxy.read(id);
    assert.deepEqual([...before, ...eventsOf(rest.text())], eventsOf(whole.text()));
    assert.deepEqual(
      eventsOf(whole.text()).map(([id]) => id),
      [1, 2, 3, 4, 5],
    );
    assert.equal(eventsOf(whole.text()).at(-1)[2], "[DONE]");
    assert.equal(upstream.requests(), 1);
    assert.equal(codeOf(await proxy.read(id, { sub: "eve" })), "stream_not_found");
  });
});
