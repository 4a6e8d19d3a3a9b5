import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ask, ended, startDemo } from "./demo.mjs";

let demo;
before(async () => (demo = await startDemo()));
after(() => demo?.close());
beforeEach(() => demo.upstream.reset());

const troubles = [
  {
    name: "a refused request",
    faults: "status=400",
    shows: [/400/, /\nBadRequestError · /],
  },
  {
    name: "a rate limit, after the client's retries",
    faults: "status=429,retry-after-ms=1",
    times: 3,
    shows: [/429/, /\nRateLimitError · /],
  },
  {
    name: "a stream that is cut",
    faults: "events=5,interval=20,end-events=3",
    // The proxy notices first, and says so in the stream.
    shows: [/^The model server's answer broke off/, /\nStreamTruncatedError$/],
    keepsText: true,
  },
];

for (const { name, faults, times = 1, shows, keepsText } of troubles) {
  test(`${name} is shown in the words of the client, and the next question works`, async () => {
    const { page, close } = await demo.open();
    await demo.upstream.arm(faults, { times, path: "/v1/chat" });
    await ask(page, "Say this is a test");
    const answer = await ended(page);
    assert.equal(answer.outcome, "error");
    for (const pattern of shows) assert.match(answer.problem, pattern);
    if (keepsText) assert.notEqual(answer.text, "", "what had come stays");

    await page.click(".problem-actions button");
    const again = await ended(page);
    assert.equal(again.text, "This is a test!");
    assert.equal(again.problem, undefined);
    await close();
  });
}

test("an error names the server's request id", async () => {
  const { page, close } = await demo.open();
  await demo.upstream.arm("status=400", { path: "/v1/chat" });
  const answered = page.waitForResponse((response) => response.url().endsWith("/chat/completions"));
  await ask(page, "Say this is a test");
  const { problem } = await ended(page);
  const id = (await answered).headers()["x-request-id"];
  assert.ok(id, "the answer has an id");
  assert.equal(problem.split("\n").at(-1), `BadRequestError · request id ${id}`);
  await close();
});

test("a list of models that fails leaves a field for the model's id, and can be asked again", async () => {
  await demo.upstream.arm("status=404", { path: "/v1/models" });
  const { page, close } = await demo.open({ ready: false });
  await page.waitForSelector("#models-problem:not([hidden])");
  assert.match(await page.$eval("#models-problem", (box) => box.innerText), /\nNotFoundError/);
  await page.type("#model-id", "stand-in-ngram-1");
  await ask(page, "Say this is a test");
  assert.equal((await ended(page)).text, "This is a test!");
  await page.click("#models-problem button");
  await page.waitForSelector("#model:enabled");
  assert.equal(await page.$eval("#models-problem", (box) => box.hidden), true);
  await close();
});
