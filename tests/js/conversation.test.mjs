// Conversations are counted, fitted and priced: the cases that Rust runs too, and what only JavaScript
// can be given.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { setting } from "../support/program.mjs";

const packed = (name) => import(pathToFileURL(`${setting("OPENAI_WASM_PKG")}/tokens/${name}`));
const { rulesOf } = await packed("rules.js");
const { Tally, messagesOf } = await packed("tally.js");
const { fit } = await packed("fit.js");
const { price, worstPrice } = await packed("price.js");
const { ContextWindowError, InvalidOptionError, NoPriceError, UnknownModelError } =
  await packed("errors.js");

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/conversation.json", import.meta.url), "utf8"),
);

/** A token is four bytes. */
const quarters = (text) => Math.ceil(new TextEncoder().encode(text).length / 4);

function count(params, rules, most) {
  const tally = new Tally(quarters, rules, most);
  tally.frame(params);
  messagesOf(params).forEach((message, at) => tally.message(message, at));
  return tally;
}

const answers = {
  count({ model, params }) {
    const { tokens, exact } = count(params, rulesOf(model));
    return { exact, tokens };
  },
  fit({ params, options }) {
    const before = structuredClone(params);
    const fitted = fit(quarters, rulesOf(params.model), undefined, params, options);
    assert.deepEqual(params, before, "what was given stays as it was");
    const again = count(fitted.params, rulesOf(params.model));
    assert.equal(again.tokens, fitted.tokens, "counted anew");
    assert.equal(again.exact, fitted.exact, "counted anew");
    const { leftOut, params: sent, ...rest } = fitted;
    const text = ({ content }) => content;
    return { ...rest, kept: sent.messages.map(text), leftOut: leftOut.map(text) };
  },
  price({ model, usage, tier }) {
    const { nanoDollars, dollars } = price(undefined, model, usage, tier);
    assert.equal(dollars, nanoDollars / 1e9);
    return { nanoDollars };
  },
  worst({ params, tier }) {
    const { dollars, ...rest } = worstPrice(
      quarters,
      rulesOf(params.model),
      undefined,
      params,
      tier,
    );
    assert.equal(dollars, rest.nanoDollars / 1e9);
    return rest;
  },
};

for (const [kind, cases] of Object.entries(fixture)) {
  assert.ok(cases.length > 20, kind);
  for (const { name, answer, ...given } of cases) {
    test(`${kind}: ${name}`, () => {
      if (typeof answer === "string")
        assert.throws(() => answers[kind](given), { message: answer });
      else assert.deepEqual(answers[kind](given), answer);
    });
  }
}

test("errors have classes and fields", () => {
  const rules = rulesOf("gpt-4o");
  const user = (content) => ({ role: "user", content });
  const fitted = (messages, options, model = "gpt-4o") =>
    fit(quarters, rules, undefined, { model, messages }, options);
  const thrown = (act) => {
    try {
      act();
    } catch (error) {
      return error;
    }
    assert.fail("nothing was thrown");
  };
  const system = thrown(() =>
    fitted([{ role: "system", content: "x".repeat(400) }], { contextWindow: 50 }),
  );
  assert.ok(system instanceof ContextWindowError);
  const { tokens, contextWindow, maxOutputTokens, code } = system;
  assert.deepEqual(
    { tokens, contextWindow, maxOutputTokens, code },
    {
      tokens: 108,
      contextWindow: 50,
      maxOutputTokens: undefined,
      code: "context_window_exceeded",
    },
  );
  const newest = thrown(() =>
    fitted([user("x".repeat(400))], { contextWindow: 50, maxOutputTokens: 7 }),
  );
  assert.equal(newest.maxOutputTokens, 7);
  const unknown = thrown(() => fitted([], {}, "llama-3"));
  assert.ok(unknown instanceof UnknownModelError);
  assert.deepEqual(unknown.encodings, [
    "r50k_base",
    "p50k_base",
    "cl100k_base",
    "o200k_base",
    "o200k_harmony",
  ]);
  const free = thrown(() => price(undefined, "gpt-oss-20b", { prompt_tokens: 1 }));
  assert.ok(free instanceof NoPriceError);
  assert.equal(free.meter, "input");
});

for (const keep of [0, -1, 1.5, NaN, Infinity, "1", null]) {
  test(`keep: ${JSON.stringify(keep)} is refused`, () => {
    const params = { model: "gpt-4o", messages: [] };
    assert.throws(() => fit(quarters, rulesOf("gpt-4o"), undefined, params, { keep }), {
      option: "keep",
    });
  });
}

for (const [name, value] of [
  ["contextWindow", 0],
  ["contextWindow", -1],
  ["contextWindow", "100"],
  ["maxOutputTokens", 0.5],
]) {
  test(`${name}: ${JSON.stringify(value)} is refused`, () => {
    const params = { model: "gpt-4o", messages: [] };
    const act = () => fit(quarters, rulesOf("gpt-4o"), undefined, params, { [name]: value });
    assert.throws(act, (error) => error instanceof InvalidOptionError && error.option === name);
  });
}

test("a schema that refers to itself is an error that names the tool; one that is used twice is allowed", () => {
  const day = { type: "object", properties: { date: { type: "string" } } };
  const tool = (parameters) => ({ type: "function", function: { name: "f", parameters } });
  const twice = { type: "object", properties: { from: day, to: day } };
  const own = { type: "object", properties: {} };
  own.properties.next = { anyOf: [own, { type: "null" }] };
  const params = (parameters) => ({ messages: [], tools: [tool({}), tool(parameters)] });
  for (const most of [false, true]) {
    assert.ok(count(params(twice), rulesOf("gpt-4o"), most).tokens > 0);
    assert.throws(() => count(params(own), rulesOf("gpt-4o"), most), {
      name: "InvalidOptionError",
      option: "tools[1]",
      message: "tools[1]: refers to itself",
    });
  }
  const format = { type: "json_schema", json_schema: own };
  assert.throws(() => count({ messages: [], response_format: format }, rulesOf("gpt-4o")), {
    option: "response_format",
  });
});

test("a schema nested too deeply is an error that names it", () => {
  let deep = {};
  for (let level = 0; level < 128; level++) deep = { items: deep };
  const params = (parameters) => ({ messages: [], functions: [{ name: "f", parameters }] });
  assert.ok(count(params(deep), rulesOf("gpt-4")).tokens > 0);
  assert.throws(() => count(params({ items: deep }), rulesOf("gpt-4")), {
    message: "functions[0]: is nested deeper than 128 levels",
  });
});

test("without a model the rules are those of the encoding", () => {
  assert.equal(rulesOf(undefined, "cl100k_base").perFunction, 10);
  assert.equal(rulesOf(undefined, "o200k_base").documented, true);
  assert.equal(rulesOf(undefined, "r50k_base").documented, false);
});
