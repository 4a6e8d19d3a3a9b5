// Every route has its price, and none goes past the budget (B4, B6 to B8 and B11 of the failures that other
// gateways had; threat table, rows L6 and L10).

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { answered, bothIt, json, limit, of, withBudget } from "../support/budget.mjs";
import { optionTable } from "../support/packed.mjs";
import { event, head } from "../support/raw_upstream.mjs";
import { refused } from "../support/refusal.mjs";

const { ROUTES } = await optionTable();

const MODEL = "stand-in-ngram-1";
const MANY = [limit("subject", "day", 5), limit("everyone", "month", 50)];
const LITTLE = [limit("subject", "day", 0.000_001)];
const PRICES = {
  [MODEL]: { input: 10, output: 1000, reasoning: false },
  painter: { image: 0.04 },
  reader: { input: 10 },
  voice: { character: 15 },
};

const form = (bytes) => {
  const boundary = "----b";
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n`;
  return {
    body: Buffer.from(`${head}${"x".repeat(bytes)}\r\n--${boundary}--\r\n`),
    type: `multipart/form-data; boundary=${boundary}`,
  };
};
const upload = form(7000);

/** Of each route that costs something: path, body and, in nano-dollars, the least and the most that is reserved. */
const CHARGED = {
  "chat.completions": [
    "chat/completions",
    { model: MODEL, messages: [{ role: "user", content: "hi" }], max_tokens: 3 },
    3e6,
    6e6,
  ],
  completions: ["completions", { model: MODEL, prompt: ["a", "b"], max_tokens: 3 }, 6e6, 9e6],
  responses: ["responses", { model: MODEL, input: "hi", max_output_tokens: 3 }, 3e6, 6e6],
  embeddings: ["embeddings", { model: "reader", input: "hello" }, 0.05e6, 3e6],
  moderations: ["moderations", { model: "reader", input: "hello" }, 0.05e6, 3e6],
  "images.generations": [
    "images/generations",
    { model: "painter", prompt: "a cat", n: 2 },
    80e6,
    80e6,
  ],
  "audio.speech": [
    "audio/speech",
    { model: "voice", input: "hello", voice: "coral" },
    75_000,
    75_000,
  ],
  "audio.transcriptions": ["audio/transcriptions", upload, 7e6, 9e6],
  "audio.translations": ["audio/translations", upload, 7e6, 9e6],
};
/** What costs nothing: path and body; without a body it is a GET. */
const FREE = {
  models: ["models"],
  "responses.input_tokens": ["responses/input_tokens", { model: MODEL, input: "hi" }],
  // OpenAI's moderation.
  moderations: ["moderations", { input: "hello" }],
};
const OPTIONS = { routes: ROUTES, allowParams: ["n"] };
const MODELS = { OPENAI_MODELS: "*" };

const ask = async (proxy, path, body) => {
  if (body === undefined) return proxy.models({}, { claims: { sub: "one" } });
  return proxy.post(`/v1/${path}`, Buffer.isBuffer(body.body) ? body.body : body, {
    ...of("one"),
    ...(body.type && { headers: { "content-type": body.type } }),
  });
};

describe("each route", () => {
  it("B8_of_the_package's_list_has_its_price_here_or_is_free", () => {
    const known = new Set([...Object.keys(CHARGED), ...Object.keys(FREE)]);
    assert.deepEqual([...known].sort(), ["chat.completions", ...ROUTES].sort());
  });

  bothIt("B8_reserves_its_worst_price_before_the_upstream_hears_of_it", async (withBudget) => {
    const settings = { limits: MANY, prices: PRICES, options: OPTIONS, bindings: MODELS };
    for (const [path, body, least, most] of Object.values(CHARGED)) {
      await withBudget(settings, async (proxy, upstream) => {
        const asked = ask(proxy, path, body);
        await upstream.reached(1);
        const { day } = await proxy.ledger({ subject: "one" });
        const { month } = await proxy.ledger({ everyone: true });
        assert.ok(day.held >= least && day.held <= most, `${path}: ${day.held}`);
        assert.equal(month.held, day.held, path);
        upstream.open();
        await asked;
        assert.equal((await proxy.settled({ subject: "one" })).day.held, 0);
      });
    }
  });

  bothIt(
    "B8_is_refused_when_the_budget_is_exhausted_and_only_what_is_free_goes_on",
    async (withBudget) => {
      const settings = { limits: LITTLE, prices: PRICES, options: OPTIONS, bindings: MODELS };
      await withBudget(settings, async (proxy, upstream) => {
        upstream.open();
        for (const [path, body] of Object.values(CHARGED)) {
          refused(await ask(proxy, path, body), 429, "budget_exceeded", path);
          refused(await ask(proxy, `${path}/`, body), 429, "budget_exceeded", `${path}/`);
        }
        assert.equal(upstream.requests(), 0);
        let free = 0;
        for (const [path, body] of Object.values(FREE)) {
          assert.notEqual((await ask(proxy, path, body)).status, 429, path);
          free += 1;
          assert.equal(upstream.requests(), free, path);
        }
        const { day } = await proxy.ledger({ subject: "one" });
        assert.equal(day?.held ?? 0, 0);
      });
    },
  );

  bothIt("B4_gives_nothing_to_a_request_for_a_web_socket", async (withBudget) => {
    const settings = { limits: MANY, prices: PRICES, options: OPTIONS, bindings: MODELS };
    await withBudget(settings, async (proxy, upstream) => {
      upstream.open();
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      };
      for (const path of ["chat/completions", "responses", "realtime"]) {
        const answer = await proxy.send(`/v1/${path}`, {
          headers: { ...headers, authorization: await proxy.bearer({ claims: { sub: "one" } }) },
        });
        assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
      }
      assert.equal(upstream.requests(), 0);
      assert.deepEqual(await proxy.ledger({ subject: "one" }), { entries: [] });
    });
  });
});

const tokens = { input_tokens: 7, output_tokens: 2, total_tokens: 9 };
const response = { id: "resp_1", object: "response", model: MODEL, output: [], usage: tokens };
const completed = `event: response.completed\n${event({
  type: "response.completed",
  sequence_number: 1,
  response: { ...response, status: "completed" },
})}`;

bothIt("L6_a_response_is_charged_by_its_own_usage_streamed_or_not", async (withBudget) => {
  const body = { model: MODEL, input: "hi", max_output_tokens: 3 };
  for (const [stream, answer] of [
    [false, json({ ...response, status: "completed" })],
    [true, head("text/event-stream") + completed],
  ]) {
    const settings = { limits: MANY, prices: PRICES, options: OPTIONS, bindings: MODELS };
    await withBudget({ ...settings, answer: () => answer }, async (proxy, upstream) => {
      upstream.open();
      const got = await ask(proxy, "responses", { ...body, stream });
      assert.equal(got.status, 200, got.text());
      const { day } = await proxy.settled({ subject: "one" });
      assert.equal(day.spent, 7 * 10_000 + 2 * 1_000_000, `stream: ${stream}`);
    });
  }
});

bothIt("B11_nothing_caps_a_reservation_below_what_a_request_can_cost", async (withBudget) => {
  // Ten tokens of 900,000 dollars a million, and nine dollars for each.
  const prices = { [MODEL]: { input: 0, output: 9e5, reasoning: false } };
  const body = { model: MODEL, messages: [{ role: "user", content: "hi" }], max_tokens: 10 };
  const settings = { prices, bindings: MODELS };
  await withBudget({ ...settings, limits: [limit("subject", "day", 8.99)] }, async (proxy) => {
    refused(await ask(proxy, "chat/completions", body), 429, "budget_exceeded");
  });
  await withBudget(
    { ...settings, limits: [limit("subject", "day", 9)] },
    async (proxy, upstream) => {
      const asked = ask(proxy, "chat/completions", body);
      await upstream.reached(1);
      assert.equal((await proxy.ledger({ subject: "one" })).day.held, 9e9);
      upstream.open();
      assert.equal((await asked).status, 200);
    },
  );
});

bothIt("B7_a_price_of_your_own_that_lacks_a_tier_refuses_requests_for_it", async (withBudget) => {
  const options = { allowParams: ["service_tier"] };
  const settings = { limits: MANY, prices: PRICES, options, bindings: MODELS };
  await withBudget(settings, async (proxy, upstream) => {
    upstream.open();
    const messages = [{ role: "user", content: "hi" }];
    for (const service_tier of ["priority", "flex", "ultra"]) {
      const answer = await ask(proxy, "chat/completions", { model: MODEL, messages, service_tier });
      assert.ok([400, 403].includes(answer.status), `${service_tier}: ${answer.status}`);
    }
    const dear = await ask(proxy, "chat/completions", {
      model: MODEL,
      messages,
      service_tier: "priority",
    });
    refused(dear, 400, "cost_not_bounded");
    assert.equal(upstream.requests(), 0);
  });
});

it("B6_a_model_without_a_price_is_refused_and_not_free", async () => {
  await withBudget({ limits: MANY, prices: PRICES, options: OPTIONS }, async (proxy, upstream) => {
    upstream.open();
    const chat = (model, more) =>
      ask(proxy, "chat/completions", {
        model,
        messages: [{ role: "user", content: "hi" }],
        ...more,
      });
    refused(await chat("stranger"), 403, "model_not_priced");
    refused(await chat("gpt-oss-20b"), 403, "model_not_priced", "in the table, without a price");
    refused(await chat("reader"), 400, "cost_not_bounded", "it has no price for what it writes");
    refused(await chat("ft:gpt-5-nano:acme::1"), 403, "model_not_priced", "tuned models cost more");
    assert.match(proxy.output, /budget\.prices/);
    assert.equal(upstream.requests(), 0);
  });
  const listed = { bindings: { OPENAI_MODELS: `${MODEL},stranger` } };
  await withBudget({ limits: MANY, prices: PRICES, ...listed }, async (proxy, upstream) => {
    upstream.open();
    const body = { model: MODEL, messages: [{ role: "user", content: "hi" }] };
    refused(await ask(proxy, "chat/completions", body), 503, "misconfigured");
    assert.match(proxy.output, /budget\.prices must have an entry for stranger/);
    assert.equal(upstream.requests(), 0);
  });
});

it("B7_a_tier_and_a_long_context_are_priced_as_what_they_are", async () => {
  const settings = {
    limits: [limit("subject", "day", 1000)],
    options: `{ allowParams: ["service_tier"], maxInputChars: 2_000_000, maxBodyBytes: 2_000_000, maxOutputTokens: 10 }`,
    prices: {},
  };
  const reserved = async (more) => {
    let held;
    await withBudget(settings, async (proxy, upstream) => {
      const messages = [{ role: "user", content: "hi" }];
      const asked = ask(proxy, "chat/completions", { model: "gpt-5.4", messages, ...more });
      await upstream.reached(1);
      held = (await proxy.ledger({ subject: "one" })).day.held;
      upstream.open();
      await asked;
    });
    return held;
  };
  const standard = await reserved({});
  const priority = await reserved({ service_tier: "priority" });
  const flex = await reserved({ service_tier: "flex" });
  assert.ok(flex < standard && standard < priority, `${flex} ${standard} ${priority}`);
  const long = (chars) => reserved({ messages: [{ role: "user", content: "x".repeat(chars) }] });
  const [short, over] = [await long(250_000), await long(300_000)];
  assert.ok(over > (short * 300) / 250 + 1, `the dearer price of long requests: ${short} ${over}`);
});

it("L10_an_answer_is_charged_by_the_model_that_was_asked_for", async () => {
  const prices = { ...PRICES, dear: { input: 0, output: 4000 } };
  const answer = () => answered({ prompt_tokens: 0, completion_tokens: 1, total_tokens: 1 });
  await withBudget({ limits: MANY, prices, answer }, async (proxy, upstream) => {
    upstream.open();
    const messages = [{ role: "user", content: "hi" }];
    await ask(proxy, "chat/completions", { model: "dear", messages, max_tokens: 2 });
    assert.equal((await proxy.settled({ subject: "one" })).day.spent, 4_000_000);
  });
});

it("sound_is_charged_by_its_seconds_where_the_answer_tells_them", async () => {
  const text = JSON.stringify({ text: "hi", usage: { type: "duration", seconds: 3 } });
  const answer = () =>
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`;
  await withBudget(
    { limits: MANY, prices: PRICES, options: OPTIONS, answer },
    async (proxy, upstream) => {
      upstream.open();
      assert.equal((await ask(proxy, "audio/transcriptions", upload)).status, 200);
      const { day, entries } = await proxy.settled({ subject: "one" });
      // The dearest model of the table that hears.
      assert.equal(day.spent, Math.ceil((3 * 833_333_334) / 1000));
      assert.ok(entries[0].reserved > day.spent, "some seven thousand bytes may be nine seconds");
    },
  );
});

it("where_the_tokenizer_is_there_the_input_is_counted_and_not_its_bytes", async () => {
  const prices = { [MODEL]: { input: 1000, output: 0 } };
  const body = { model: MODEL, messages: [{ role: "user", content: "word ".repeat(200) }] };
  const held = async (options) => {
    let day;
    await withBudget(
      { limits: [limit("subject", "day", 50)], prices, options },
      async (proxy, upstream) => {
        const asked = ask(proxy, "chat/completions", body);
        await upstream.reached(1);
        ({ day } = await proxy.ledger({ subject: "one" }));
        upstream.open();
        await asked;
      },
    );
    return day.held;
  };
  assert.ok((await held("{}")) > 1000e6, "a token a byte");
  assert.equal(await held("{ tokenizer: { mostTokens: () => 207 } }"), 207e6);
});
