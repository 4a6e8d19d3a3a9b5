// client.chat.completions.runTools(): the loop, its ends, and what tools do wrong.

import assert from "node:assert/strict";
import { test } from "node:test";

import { failure, keyless } from "../support/packed.mjs";
import { both, calls, says, saysInChunks, scripted } from "../support/scripted.mjs";

const { default: OpenAI, ToolError } = await keyless();

const weather = (more) => ({
  type: "function",
  function: {
    name: "weather",
    description: "Tells the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
    parse: JSON.parse,
    function: ({ city }) => ({ city, degrees: 20 }),
    ...more,
  },
});
const messages = [{ role: "user", content: "How warm is it in Rome?" }];
const params = (more, tool) => ({ model: "m", messages, tools: [weather(tool)], ...more });
const asks = (args = { city: "Rome" }, name = "weather") =>
  says({ tool_calls: [calls(name, args)] });
const done = says({ content: "20 degrees." });
const inChunks = ({ choices: [{ message, finish_reason }] }) => {
  const { content, tool_calls } = message;
  const said = { ...(content && { content }), ...(tool_calls && { tool_calls }) };
  return saysInChunks(said, finish_reason);
};

/** The events of a run that both clients have, in their order. */
function listened(runner) {
  const seen = [];
  for (const name of [
    "functionToolCall",
    "functionToolCallResult",
    "content",
    "finalContent",
    "finalFunctionToolCallResult",
    "totalUsage",
  ])
    runner.on(name, (value) => seen.push([name, value]));
  return seen;
}

const whole = async (runner) => ({
  seen: listened(runner).sort(),
  content: await runner.finalContent(),
  call: await runner.finalFunctionToolCall(),
  result: await runner.finalFunctionToolCallResult(),
  usage: await runner.totalUsage(),
  roles: runner.messages.map(({ role }) => role),
  answers: runner.allChatCompletions().length,
});

test("a run asks, calls and asks again as the official client does, with and without streams", async () => {
  const cases = [
    [[asks(), done], params()],
    [[done], params()],
    // Arguments that the tool's parser refuses, and names that are not there, are told to the model.
    [[asks("{"), asks(), done], params()],
    [[asks({}, "nothing"), done], params()],
    [[asks(), done], params({}, { function: () => undefined })],
    [[asks(), done], params({}, { function: () => "warm" })],
    [[asks(), done], params({ tool_choice: { type: "function", function: { name: "weather" } } })],
    [
      [
        says({
          tool_calls: [calls("weather", { city: "A" }, "1"), calls("weather", { city: "B" }, "2")],
        }),
        done,
      ],
      params({ parallel_tool_calls: false }),
    ],
    [
      [
        says({
          tool_calls: [calls("weather", { city: "A" }, "1"), calls("weather", { city: "B" }, "2")],
        }),
        done,
      ],
      params(),
    ],
  ];
  for (const [answers, asked] of cases) {
    for (const stream of [false, true]) {
      const { theirs, ours } = await both(stream ? answers.map(inChunks) : answers, (client) =>
        whole(client.chat.completions.runTools({ ...asked, stream })),
      );
      assert.equal(theirs.error, undefined);
      if (ours.error) throw ours.error;
      assert.deepEqual(ours, theirs);
    }
  }
});

test("the chunks of all answers come in turn, and each tool gets the run and the context", async () => {
  const got = [];
  const tool = { function: (...args) => void got.push(args) };
  const client = scripted(inChunks(asks()), inChunks(done));
  const asked = params({ stream: true, toolContext: { user: 5 } }, tool);
  const runner = client.chat.completions.runTools(asked);
  let text = "";
  for await (const chunk of runner) text += chunk.choices[0].delta.content ?? "";
  assert.equal(text, "20 degrees.");
  assert.deepEqual([got[0][0], got[0][1], got[0][2]], [{ city: "Rome" }, runner, { user: 5 }]);
  assert.equal("toolContext" in client.sent[0], false);
  assert.deepEqual(client.sent[1].messages.at(-1).role, "tool");
});

test("what a tool does wrong ends the run by a typed error that names it", async () => {
  const loop = {};
  loop.self = loop;
  const cases = [
    [() => Promise.reject(new TypeError("no net")), "tool_failed", TypeError],
    [
      () => {
        throw "words";
      },
      "tool_failed",
      undefined,
    ],
    [() => 1n, "result_not_json", TypeError],
    [() => loop, "result_not_json", TypeError],
    [() => () => 1, "result_not_json", undefined],
  ];
  for (const [run, code, cause] of cases) {
    for (const stream of [false, true]) {
      const answers = [asks(), done];
      const client = scripted(...(stream ? answers.map(inChunks) : answers));
      const runner = client.chat.completions.runTools(params({ stream }, { function: run }));
      const error = await failure(runner.done());
      assert.ok(error instanceof ToolError, String(error));
      assert.deepEqual([error.code, error.tool], [code, "weather"]);
      if (cause) assert.ok(error.cause instanceof cause);
      assert.equal(client.sent.length, 1);
      assert.ok(runner.errored);
    }
  }
});

test("calls of an answer that was cut off are not run, and the run ends with that answer", async () => {
  for (const [reason, ran] of [
    ["length", 0],
    ["content_filter", 0],
    ["tool_calls", 1], // The control.
  ]) {
    for (const stream of [false, true]) {
      const answer = asks();
      answer.choices[0].finish_reason = reason;
      const answers = [answer, done];
      const client = scripted(...(stream ? answers.map(inChunks) : answers));
      let calls = 0;
      const tool = { function: () => `${++calls}` };
      const runner = client.chat.completions.runTools(params({ stream }, tool));
      const last = await runner.finalChatCompletion();
      assert.deepEqual([calls, client.sent.length], [ran, ran + 1], `${reason}, ${stream}`);
      assert.equal(last.choices[0].finish_reason, ran ? "stop" : reason);
    }
  }
});

test("a model that never stops calling tools is stopped after maxChatCompletions answers", async () => {
  for (const [answer, more] of [
    [asks(), {}],
    [asks({}, "nothing"), {}],
    [asks("{"), {}],
    [inChunks(asks()), { stream: true }],
  ]) {
    const client = scripted(answer);
    const runner = client.chat.completions.runTools(params(more), { maxChatCompletions: 3 });
    const error = await failure(runner.finalContent());
    assert.deepEqual([error.name, error.code], ["ToolError", "too_many_turns"]);
    assert.equal(client.sent.length, 3);
    // What the tools said is there, for who wants to go on.
    assert.equal(runner.messages.at(-1).role, "tool");
  }
  const client = scripted(asks());
  await failure(client.chat.completions.runTools(params()).done());
  assert.equal(client.sent.length, 10);
});

test("an abort ends a run at once, while the model answers and while a tool runs", async () => {
  for (const how of ["runner", "signal"]) {
    const aborting = new AbortController();
    let running;
    const began = new Promise((resolve) => (running = resolve));
    const tool = { function: () => (running(), new Promise(() => {})) };
    const client = scripted(asks(), done);
    const runner = client.chat.completions.runTools(params({}, tool), { signal: aborting.signal });
    const end = failure(runner.done());
    await began;
    if (how === "runner") runner.abort();
    else aborting.abort();
    assert.ok((await end) instanceof OpenAI.APIUserAbortError);
    assert.deepEqual([runner.aborted, client.sent.length], [true, 1]);
  }
  const early = scripted(done).chat.completions.runTools(params(), { signal: AbortSignal.abort() });
  assert.ok((await failure(early.done())) instanceof OpenAI.APIUserAbortError);
});

test("bad parameters are refused by their name, and nothing is sent", async () => {
  for (const [asked, options, option] of [
    [{ tools: undefined }, {}, "tools"],
    [{ tools: [{ type: "function", function: { name: "f" } }] }, {}, "tools[0]"],
    [{ tools: [{ type: "function", function: { function: () => 1, name: "" } }, {}] }, {}, "n"],
    [{}, { maxChatCompletions: 0 }, "maxChatCompletions"],
    [{}, { maxChatCompletions: "3" }, "maxChatCompletions"],
  ]) {
    const client = scripted(done);
    const more = option === "n" ? { n: 2 } : asked;
    const error = await failure(client.chat.completions.runTools(params(more), options).done());
    assert.equal(error.option, option, String(error));
    assert.deepEqual(client.sent, []);
  }
});

test("afterCompletion hears of each answer, and an error of its own ends the run", async () => {
  const heard = [];
  const client = scripted(asks(), done);
  const afterCompletion = async ({ choices }) => void heard.push(choices[0].message.content);
  await client.chat.completions.runTools(params(), { afterCompletion }).done();
  assert.deepEqual(heard, [null, "20 degrees."]);
  const failing = () => Promise.reject(new Error("mine"));
  const runner = scripted(asks(), done).chat.completions.runTools(params(), {
    afterCompletion: failing,
  });
  assert.match((await failure(runner.done())).message, /mine/);
});
