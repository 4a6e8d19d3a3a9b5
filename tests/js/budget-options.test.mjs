// The option `budget`: whatever is wrong with it is told at start, by the option's name.

import assert from "node:assert/strict";
import { test } from "node:test";

import { proxy } from "../support/packed.mjs";

const { createProxy, InvalidOptionError, signSessionToken } = await proxy();

const LIMITS = [{ per: "subject", window: "day", usd: 0.5 }];
const GOOD = { binding: "BUDGET", limits: LIMITS };
const limited = (limit) => ({ ...GOOD, limits: [{ ...LIMITS[0], ...limit }] });
const priced = (price) => ({ ...GOOD, prices: { mine: price } });

const optionOf = (options) => {
  try {
    createProxy(options);
  } catch (error) {
    assert.ok(error instanceof InvalidOptionError, String(error));
    return error.option;
  }
  throw new Error(`accepted: ${JSON.stringify(options)}`);
};

test("every wrong input is refused at start by the name of its option", () => {
  for (const [budget, option] of [
    [null, "budget"],
    [[], "budget"],
    ["BUDGET", "budget"],
    [{ ...GOOD, limit: 5 }, "budget.limit"],
    [{ limits: LIMITS }, "budget.binding"],
    [{ ...GOOD, binding: " " }, "budget.binding"],
    [{ ...GOOD, binding: {} }, "budget.binding"],
    [{ binding: "BUDGET" }, "budget.limits"],
    [{ ...GOOD, limits: [] }, "budget.limits"],
    [{ ...GOOD, limits: [null] }, "budget.limits[0]"],
    [limited({ per: "user" }), "budget.limits[0].per"],
    [limited({ per: undefined }), "budget.limits[0].per"],
    [limited({ window: "week" }), "budget.limits[0].window"],
    [limited({ usd: "0.5" }), "budget.limits[0].usd"],
    [limited({ usd: -1 }), "budget.limits[0].usd"],
    [limited({ usd: 0 }), "budget.limits[0].usd"],
    [limited({ usd: NaN }), "budget.limits[0].usd"],
    [limited({ usd: Infinity }), "budget.limits[0].usd"],
    [limited({ usd: 1e18 }), "budget.limits[0].usd"],
    [limited({ usd: undefined }), "budget.limits[0].usd"],
    [limited({ dollars: 5 }), "budget.limits[0].dollars"],
    [{ ...GOOD, prices: [] }, "budget.prices"],
    [priced(5), 'budget.prices["mine"]'],
    [priced({}), 'budget.prices["mine"]'],
    [priced({ output: 2 }), 'budget.prices["mine"]'],
    [priced({ input: "1" }), 'budget.prices["mine"].input'],
    [priced({ input: -1 }), 'budget.prices["mine"].input'],
    [priced({ input: 1, output: NaN }), 'budget.prices["mine"].output'],
    [priced({ input: 1, out: 2 }), 'budget.prices["mine"].out'],
    [priced({ image: -1 }), 'budget.prices["mine"].image'],
    [priced({ audioMinute: 1e9 }), 'budget.prices["mine"].audioMinute'],
    [priced({ input: 1, reasoning: "no" }), 'budget.prices["mine"].reasoning'],
  ]) {
    assert.equal(optionOf({ budget }), option, JSON.stringify(budget));
  }
});

test("what does not go together with a budget is refused at start", () => {
  const anonymousSessions = { hostnames: ["app.example.com"] };
  const rateLimits = { session: "LIMIT" };
  for (const [options, option] of [
    [{ inspectAnswers: false }, "inspectAnswers"],
    [{ anonymousSessions, rateLimits }, "budget.limits"],
  ]) {
    assert.equal(optionOf({ budget: GOOD, ...options }), option);
  }
});

test("without Durable Objects a budget is refused by its name", () => {
  assert.equal(optionOf({ budget: GOOD }), "budget");
  assert.doesNotThrow(() => createProxy({}), "the control");
});

test("a session token's budget is limits in US dollars", async () => {
  const secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
  const sign = (budget) => signSessionToken({ secret, sub: "u", budget });
  for (const [budget, option] of [
    [{ week: 1 }, "budget.week"],
    [{ day: "1" }, "budget.day"],
    [{ day: -1 }, "budget.day"],
    [5, "budget"],
  ]) {
    await assert.rejects(sign(budget), (error) => error.option === option);
  }
  const claims = JSON.parse(Buffer.from((await sign({ day: 0.07 })).split(".")[1], "base64url"));
  assert.deepEqual(claims.budget, { day: 0.07 });
});
