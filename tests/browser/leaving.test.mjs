import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

const ALLOWED_MS = 1000;

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

/** Each way to leave an answer in its middle. */
const ways = [
  {
    name: "the stop button",
    leave: (page) => page.click("#stop"),
    stays: true,
  },
  {
    name: "Escape",
    leave: (page) => page.keyboard.press("Escape"),
    stays: true,
  },
  {
    name: "a new chat",
    leave: (page) => page.click("#new-chat"),
  },
  {
    name: "closing the page",
    leave: (page) => page.close(),
  },
  {
    name: "going to another page",
    leave: (page) => page.goto("about:blank"),
  },
];

for (const { name, leave, stays } of ways) {
  test(`${name} closes the upstream's socket within a second`, async () => {
    const { page, close } = await demo.open();
    await demo.upstream.arm("events=500,event-size=200,interval=50", { path: "/v1/chat" });
    await ask(page, "Talk for a long time");
    await speaking(page);

    const left = Date.now();
    const waiting = demo.upstream.wait({ closed: 1 });
    await leave(page);
    await waiting;
    const request = (await demo.chats()).at(-1);
    assert.equal(request.outcome, "client_closed");
    const took = request.closed_at_ms - left;
    assert.ok(took <= ALLOWED_MS, `the socket closed after ${took} ms`);

    if (stays) {
      const answer = await ended(page);
      assert.equal(answer.outcome, "stopped");
      assert.equal(answer.problem, undefined, "to stop is no error");
      assert.notEqual(answer.text, "", "what had come stays");
      assert.equal(await page.evaluate(() => document.activeElement.id), "question");
    }
    await close();
  });
}

test("an answer that nobody leaves is never closed by the client", async () => {
  const { page, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  const requests = await demo.upstream.wait({ ended: 2 });
  assert.deepEqual([...new Set(requests.map(({ outcome }) => outcome))], ["complete"]);
  await close();
});
