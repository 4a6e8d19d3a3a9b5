import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, speaking, startDemo } from "./demo.mjs";

const ALLOWED_MS = 1000;
const GRACE_MS = 1500;

let demo;
before(async () => (demo = await startDemo({ graceMs: GRACE_MS })));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

/** Each way to end an answer in its middle. */
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
];

/** Begins a long answer, and gives what the stand-in says of its request once `leave(page)` has closed it. */
async function closed(page, leave) {
  await demo.upstream.arm("events=500,event-size=200,interval=50", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await speaking(page);
  const left = Date.now();
  const waiting = demo.upstream.wait({ closed: 1 });
  await leave(page);
  await waiting;
  const request = (await demo.chats()).at(-1);
  assert.equal(request.outcome, "client_closed");
  return request.closed_at_ms - left;
}

for (const { name, leave, stays } of ways) {
  test(`${name} closes the upstream's socket within a second`, async () => {
    const { page, close } = await demo.open();
    const took = await closed(page, leave);
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

test("closing the page closes the upstream's socket once the time for a return is over", async () => {
  const { page, close } = await demo.open();
  const took = await closed(page, () => page.close());
  assert.ok(took >= GRACE_MS, `the socket closed after ${took} ms`);
  await close();
});

test("closing the page before the model server has answered ends the request at once", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("hang", { path: "/v1/chat" });
  await ask(page, "Talk for a long time");
  await demo.upstream.wait({ bodies: 2 });
  const left = Date.now();
  const waiting = demo.upstream.wait({ closed: 1 });
  await page.close();
  await waiting;
  const took = (await demo.chats()).at(-1).closed_at_ms - left;
  assert.ok(took <= ALLOWED_MS, `the socket closed after ${took} ms`);
  await close();
});

test("who comes back too late sees what was kept, and an error that says why it ends there", async () => {
  const { page, close } = await demo.open();
  await closed(page, () => page.goto("about:blank"));
  await page.goBack();
  const { outcome, text, problem } = await ended(page);
  assert.equal(outcome, "error");
  assert.match(text, /^x+$/);
  assert.match(problem, /stopped/);
  await close();
});

test("an answer that nobody leaves is never closed by the client", async () => {
  const { page, close } = await demo.open();
  await ask(page, "Say this is a test");
  await ended(page);
  const requests = await demo.upstream.wait({ ended: 2 });
  assert.deepEqual([...new Set(requests.map(({ outcome }) => outcome))], ["complete"]);
  await close();
});
