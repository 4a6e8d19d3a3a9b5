// `openai-wasm/helpers/responses-tool-runner` beside the official package's, and what tools do wrong.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as official from "openai/helpers/responses-tool-runner";
import { zodResponsesFunction as officialFunction } from "openai/helpers/zod";
import { z } from "zod";

import { workshop } from "../support/app.mjs";
import { failure, keyless } from "../support/packed.mjs";
import { both, scripted } from "../support/scripted.mjs";
import { partOf } from "../support/streams.mjs";

const errors = await keyless();
const { APIUserAbortError, InvalidOptionError, OpenAIError, StructuredOutputError } = errors;
const own = await partOf("helpers/responses-tool-runner.js");

let shop;
let zod;
before(async () => {
  shop = await workshop();
  zod = await shop.module("helpers/zod.js");
});
after(() => shop.remove());

const params = { model: "m", input: "How warm is it in Rome?" };
const call = (name, args, id = "call_1") => ({
  type: "function_call",
  id: `fc_${id}`,
  call_id: id,
  name,
  arguments: typeof args === "string" ? args : JSON.stringify(args),
  status: "completed",
});
const says = (text) => ({
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text, annotations: [] }],
});
const thinks = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "e" };
const response = (output, more) => ({
  ...{ id: "resp_1", object: "response", created_at: 1, model: "m", status: "completed" },
  output,
  ...more,
});
const asks = response([thinks, call("weather", { city: "Rome" })]);
const done = response([says("20 degrees.")]);
const weather = (execute = ({ city }) => `20 degrees in ${city}`, more) => ({
  tool: {
    ...{ type: "function", name: "weather", strict: true },
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
  execute,
  ...more,
});
/** A response as the events of a stream. */
const inEvents = (whole) => {
  const events = [{ type: "response.created", response: { ...whole, output: [] } }];
  whole.output.forEach((item, index) => {
    events.push({ type: "response.output_item.added", output_index: index, item });
    events.push({ type: "response.output_item.done", output_index: index, item });
  });
  events.push({ type: "response.completed", response: whole });
  const text = events
    .map((event, at) => `data: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`)
    .join("");
  return { type: "text/event-stream", text };
};

test("a run asks, calls and asks again as the official runner does, with and without streams", async () => {
  const two = response([
    call("weather", { city: "A" }, "call_a"),
    call("weather", { city: "B" }, "call_b"),
  ]);
  for (const [answers, functions, more] of [
    [[asks, done], () => [weather()], {}],
    [[done], () => [weather()], {}],
    [[two, done], () => [weather()], {}],
    [[asks, two, done], () => [weather()], { input: [{ role: "user", content: "Hi" }] }],
    [[asks, done], () => [weather(() => [{ type: "input_text", text: "20" }])], {}],
    [
      [done],
      () => [],
      { tools: [{ type: "web_search" }], include: ["reasoning.encrypted_content"] },
    ],
  ]) {
    for (const stream of [false, true]) {
      let runners = [official, own];
      const { theirs, ours } = await both(
        stream ? answers.map(inEvents) : answers,
        async (client) => {
          const [{ ResponsesToolRunner }] = runners;
          runners = runners.slice(1);
          const runner = new ResponsesToolRunner({ functions: functions() });
          const turns = [];
          for await (const turn of runner.iterate(client, { ...params, ...more }, { stream })) {
            const { step, final, attemptedCallIds, completedCallIds, toolsExecuted } = turn;
            turns.push([step, final, attemptedCallIds, completedCallIds, toolsExecuted]);
            if (final) turns.push(turn.response.output);
          }
          return turns;
        },
      );
      assert.ifError(theirs.error);
      assert.deepEqual(strip(ours), strip(theirs));
      assert.equal(ours.sent.length, answers.length);
    }
  }
});

/** Without what the two put on parts by themselves. */
const strip = (value) =>
  JSON.parse(
    JSON.stringify(value, (name, member) =>
      /^(parsed|parsed_arguments|stream)$/.test(name) ? undefined : member,
    ),
  );

test("functions of the helpers get arguments that the schema has checked", async () => {
  const City = z.object({ city: z.string() });
  const seen = [];
  const make = (zodResponsesFunction, { runnerFunction, ResponsesToolRunner }) => {
    const tool = zodResponsesFunction({
      name: "weather",
      parameters: City,
      function: (args) => {
        seen.push(args);
        return "warm";
      },
    });
    return new ResponsesToolRunner({ functions: [runnerFunction(tool)] });
  };
  let makers = [
    [officialFunction, official],
    [zod.zodResponsesFunction, own],
  ];
  const { theirs, ours } = await both([asks, done], async (client) => {
    const [maker] = makers;
    makers = makers.slice(1);
    return (await make(...maker).run(client, params)).output_text;
  });
  assert.deepEqual(ours, theirs);
  assert.equal(ours.result, "20 degrees.");
  assert.deepEqual(seen, [{ city: "Rome" }, { city: "Rome" }]);

  const bad = scripted(response([call("weather", { city: 7 })]));
  const error = await failure(make(zod.zodResponsesFunction, own).run(bad, params));
  assert.ok(error instanceof own.ResponsesToolRunnerError);
  assert.deepEqual([error.code, error.tool], ["bad_arguments", "weather"]);
  assert.ok(error.cause instanceof StructuredOutputError);
  assert.deepEqual([error.cause.path, error.cause.text], ["city", '{"city":7}']);
  assert.equal(bad.sent.length, 1);
});

test("each end of a run that cannot go on has its code, its tool and the calls that were run", async () => {
  const thrown = new Error("no sun");
  const circle = {};
  circle.self = circle;
  for (const [name, answers, functions, code, tool, ids, options] of [
    ["throws", [asks], [weather(() => Promise.reject(thrown))], "tool_failed", "weather", [1, 0]],
    ["circle", [asks], [weather(() => circle)], "result_not_json", "weather", [1, 0]],
    ["function", [asks], [weather(() => () => 1)], "result_not_json", "weather", [1, 0]],
    ["unknown", [response([call("rain", {})])], [weather()], "unknown_tool", "rain", [0, 0]],
    ["none", [response([call("rain", {})])], [], "unknown_tool", "rain", [0, 0]],
    [
      "not JSON",
      [response([call("weather", "{")])],
      [weather()],
      "bad_arguments",
      "weather",
      [0, 0],
    ],
    ["a list", [response([call("weather", [])])], [weather()], "bad_arguments", "weather", [0, 0]],
    ["the same twice", [asks], [weather()], "bad_call", "weather", [1, 1]],
    [
      "cut",
      [response([], { status: "incomplete" })],
      [],
      "response_not_completed",
      undefined,
      [0, 0],
    ],
    ["nothing", [response([thinks])], [], "no_answer", undefined, [0, 0]],
    ["at once", [asks], [weather()], "too_many_turns", "weather", [0, 0], { maxSteps: 1 }],
    ["refused", [{ error: { message: "no" } }], [], "request_failed", undefined, [0, 0]],
  ]) {
    const client = scripted(...answers);
    const runner = new own.ResponsesToolRunner({ functions });
    const error = await failure(runner.run(client, params, options));
    assert.ok(error instanceof own.ResponsesToolRunnerError, `${name}: ${error}`);
    assert.ok(error instanceof OpenAIError, name);
    assert.deepEqual([error.code, error.tool], [code, tool], `${name}: ${error.message}`);
    assert.deepEqual([error.attemptedCallIds.length, error.completedCallIds.length], ids, name);
    if (code === "tool_failed") assert.equal(error.cause, thrown);
    assert.ok(client.sent.length <= 2, name);
  }
});

test("a model that always calls is asked maxSteps times, and no tool runs after the last", async () => {
  let turn = 0;
  const answers = Array.from({ length: 9 }, () => {
    turn += 1;
    return response([call("weather", { city: "Rome" }, `call_${turn}`)]);
  });
  for (const [options, requests] of [
    [{ maxSteps: 3 }, 3],
    [{ maxSteps: 1 }, 1],
  ]) {
    let ran = 0;
    const client = scripted(...answers);
    const runner = new own.ResponsesToolRunner({ functions: [weather(() => `${++ran}`)] });
    const error = await failure(runner.run(client, params, options));
    assert.equal(error.code, "too_many_turns");
    assert.deepEqual([client.sent.length, ran], [requests, requests - 1]);
  }
});

test("an abort ends a run at once, whatever it waits for", async () => {
  const controller = new AbortController();
  const client = scripted(asks, done);
  let told;
  const waits = weather((_, { signal }) => {
    told = signal;
    controller.abort();
    return new Promise(() => {});
  });
  const runner = new own.ResponsesToolRunner({ functions: [waits] });
  const error = await failure(runner.run(client, params, { signal: controller.signal }));
  assert.ok(error.cause instanceof APIUserAbortError, String(error.cause));
  assert.deepEqual([error.attemptedCallIds, error.completedCallIds], [["call_1"], []]);
  assert.equal(told, controller.signal);
  const before = await failure(runner.run(client, params, { signal: controller.signal }));
  assert.ok(before.cause instanceof APIUserAbortError);
  assert.equal(client.sent.length, 1);
});

test("a stream's events are told, and one that is cut ends the run", async () => {
  const seen = [];
  const client = scripted(inEvents(asks), inEvents(done));
  const runner = new own.ResponsesToolRunner({ functions: [weather()] });
  await runner.run(client, params, { stream: true, onEvent: ({ type }) => void seen.push(type) });
  assert.equal(seen.filter((type) => type === "response.completed").length, 2);
  assert.ok(client.sent.every(({ stream }) => stream === true));

  const whole = inEvents(done);
  const cut = { ...whole, text: whole.text.slice(0, whole.text.indexOf("response.completed") - 8) };
  const error = await failure(
    new own.ResponsesToolRunner({}).run(scripted(cut), params, { stream: true }),
  );
  assert.deepEqual(
    [error.code, error.cause.constructor.name],
    ["request_failed", "StreamTruncatedError"],
  );
});

test("a turn can be given results and words before the next request, by functions that allow it", async () => {
  const client = scripted(asks, done);
  const never = weather(() => assert.fail("it was supplied"), { allowOutputOverride: true });
  const runner = new own.ResponsesToolRunner({ functions: [never] });
  let first;
  for await (const turn of runner.iterate(client, params)) {
    first ??= turn;
    if (turn.final) assert.throws(() => turn.appendUserText("late"), TypeError);
    else {
      turn.supplyOutputs([{ type: "function_call_output", call_id: "call_1", output: "7" }]);
      turn.appendUserText("Thanks.");
      const other = { type: "function_call_output", call_id: "call_2", output: "7" };
      assert.throws(() => turn.supplyOutputs([other]), TypeError);
    }
  }
  assert.throws(() => first.supplyOutputs([]) ?? first.appendUserText("late"), TypeError);
  assert.deepEqual(client.sent[1].input.slice(-2), [
    { type: "function_call_output", call_id: "call_1", output: "7" },
    { role: "user", content: "Thanks." },
  ]);
});

test("what the runner does not take is refused by its name, before a request is sent", async () => {
  const { ResponsesToolRunner, runnerFunction } = own;
  const make = (registered) => () => new ResponsesToolRunner(registered);
  const named = (name) => (error) =>
    error instanceof InvalidOptionError && error.message.includes(name);
  for (const [registered, name] of [
    [undefined, "ResponsesToolRunner"],
    [{ browser: {} }, "ResponsesToolRunner.browser"],
    [{ computer: {} }, "ResponsesToolRunner.computer"],
    [{ functions: {} }, "functions"],
    [{ functions: [null] }, "functions[0]"],
    [{ functions: [{ tool: {}, execute() {} }] }, "functions[0].tool"],
    [{ functions: [{ ...weather(), execute: 1 }] }, "functions[0].execute"],
    [{ functions: [weather(), weather()] }, "functions[1].tool.name"],
    [{ functions: [{ ...weather(), independent: true }] }, "functions[0].independent"],
  ])
    assert.throws(make(registered), named(name), name);
  assert.throws(() => runnerFunction({ type: "function", name: "a" }), named("tool"));
  const client = scripted(done);
  const runner = new ResponsesToolRunner({ functions: [weather()] });
  for (const [more, options, name] of [
    [{ previous_response_id: "resp_1" }, {}, "params.previous_response_id"],
    [{ conversation: "conv_1" }, {}, "params.conversation"],
    [{ background: true }, {}, "params.background"],
    [{ stream: true }, {}, "params.stream"],
    [{ tools: [weather().tool] }, {}, "params.tools"],
    [{}, { maxSteps: 0 }, "options.maxSteps"],
    [{}, { eager: true }, "options.eager"],
    [{}, { ledger: {} }, "options.ledger"],
  ])
    assert.ok(
      named(name)(await failure(runner.run(client, { ...params, ...more }, options))),
      name,
    );
  assert.deepEqual(client.sent, []);
  assert.deepEqual(runner.close(), { status: "closed" });
  assert.match((await failure(runner.run(client, params))).message, /closed/);
});
