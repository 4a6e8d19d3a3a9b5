// What a request is charged, however it ends (threat table, rows L5 to L10; B2, B3, B5, B6 and B12 of the
// failures that other gateways had).

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  answered,
  bothIt,
  CAP,
  CHAT,
  erring,
  gate,
  of,
  startBudget,
  TOKEN_NANO,
  used,
} from "../support/budget.mjs";
import { event, head, says } from "../support/raw_upstream.mjs";

const RESERVED = CAP * TOKEN_NANO;
const ONE = { subject: "one" };
const STREAM = { ...CHAT, stream: true };

const streamed = (...events) => head("text/event-stream") + events.join("");
const usage = (tokens) =>
  event({
    object: "chat.completion.chunk",
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 + tokens },
  });
const STOP = says("", { finish_reason: "stop" });
const DONE = event("[DONE]");

/** One request; the ledger once it is settled. */
async function charged(withBudget, answer, body = CHAT, settings = {}) {
  let got;
  await withBudget({ answer: () => answer, ...settings }, async (proxy, upstream) => {
    upstream.open();
    const response = await proxy.chat(body, of("one"));
    const ledger = await proxy.settled(ONE);
    got = {
      status: response.status,
      text: response.text(),
      ...ledger.day,
      entries: ledger.entries,
    };
  });
  return got;
}

/** The package's proxy logs each record as the crate's does. */
const TOLD = `const onUsage = (event) => console.log("usage " + JSON.stringify(event));`;
const telling = (start) =>
  start === startBudget ? { more: TOLD, options: "{ onUsage }" } : { options: {} };
const toldIn = (output) =>
  [...output.matchAll(/usage (\{.*\})/g)].map(([, json]) => JSON.parse(json));

bothIt("L6_the_ledger_has_the_usage_of_the_answer_to_the_nano_dollar", async (withBudget) => {
  const prices = { [CHAT.model]: { input: 0.25, cachedInput: 0.025, output: 2 } };
  const full = {
    prompt_tokens: 1001,
    completion_tokens: 34,
    total_tokens: 1035,
    prompt_tokens_details: { cached_tokens: 999 },
  };
  // 2 × 250 + 999 × 25 + 34 × 2000
  const got = await charged(withBudget, answered(full), CHAT, { prices });
  assert.equal(got.spent, 500 + 24_975 + 68_000);
  const hidden = { ...STREAM, stream_options: { include_usage: false } };
  const stream = await charged(withBudget, streamed(says("hi"), STOP, usage(4), DONE), hidden);
  assert.equal(stream.spent, 4 * TOKEN_NANO);
  assert.doesNotMatch(stream.text, /"usage":\{/, "the caller had not asked for it");
});

bothIt(
  "L8_a_usage_that_cannot_be_true_is_charged_at_the_reservation_and_0_stays_0",
  async (withBudget) => {
    for (const [said, spent] of [
      [{ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, 0],
      [{ prompt_tokens: -1, completion_tokens: 2 }, RESERVED],
      [{ prompt_tokens: "7", completion_tokens: "8" }, RESERVED],
      [{ prompt_tokens: 1, completion_tokens: 1e18 }, RESERVED],
      [undefined, RESERVED],
      [null, RESERVED],
      [{}, RESERVED],
    ]) {
      const got = await charged(withBudget, answered(said));
      assert.equal(got.status, 200);
      assert.deepEqual([got.spent, got.held, got.overrun], [spent, 0, 0], JSON.stringify(said));
    }
  },
);

bothIt("what_costs_more_than_was_reserved_is_recorded_in_full_as_overrun", async (withBudget) => {
  const got = await charged(withBudget, used(25));
  assert.deepEqual([got.spent, got.overrun], [25 * TOKEN_NANO, 15 * TOKEN_NANO]);
});

bothIt("L9_B3_an_upstream_that_refuses_or_cannot_be_reached_costs_nothing", async (withBudget) => {
  for (const status of ["400 Bad Request", "401 No", "429 Slow Down", "500 Oh", "503 No"]) {
    const got = await charged(withBudget, erring(status));
    assert.ok(got.status >= 400, status);
    assert.deepEqual([got.spent, got.held], [0, 0], status);
    assert.equal(got.entries.length, 1, "one entry for the request");
  }
  const redirect =
    "HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  assert.equal((await charged(withBudget, redirect)).spent, 0);
  const reset = await charged(withBudget, (socket) => socket.resetAndDestroy());
  assert.deepEqual([reset.status, reset.spent], [502, 0]);
});

bothIt("an_upstream_that_fails_after_its_head_is_charged_and_never_free", async (withBudget) => {
  const error = event({ error: { message: "overloaded", type: "server_error" } });
  const cases = {
    "an error before a word": [streamed(error), RESERVED],
    "an error after two words": [streamed(says("one "), says("two"), error), 9 * TOKEN_NANO],
    "a stream that breaks off": [streamed(says("one "), says("two")), 9 * TOKEN_NANO],
    "a page where JSON was to come": [`${head("text/html")}<h1>hi</h1>`, RESERVED],
    "JSON that breaks off": [
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\nconnection: close\r\n\r\n{"cho`,
      RESERVED,
    ],
  };
  for (const [what, [answer, spent]] of Object.entries(cases)) {
    const got = await charged(withBudget, answer, what.includes("JSON") ? CHAT : STREAM);
    assert.deepEqual([got.spent, got.held], [spent, 0], what);
  }
});

bothIt(
  "a_model_that_may_think_unseen_is_charged_in_full_if_its_answer_does_not_end",
  async (withBudget) => {
    const prices = { [CHAT.model]: { input: 0, output: 1000 } };
    const got = await charged(withBudget, streamed(says("one ")), STREAM, { prices });
    assert.equal(got.spent, RESERVED);
  },
);

bothIt(
  "L7_B2_a_caller_who_leaves_at_any_event_is_charged_what_was_passed_on_at_least",
  async (withBudget) => {
    for (const events of [0, 1, 2, 3]) {
      const words = ["ab", "cd", "ef"].slice(0, events).map((word) => says(word));
      const answer = (socket) => socket.write(streamed(...words));
      await withBudget({ answer: () => answer }, async (proxy, upstream) => {
        upstream.open();
        const { response, reset } = await proxy.openChat(STREAM, of("one"));
        await upstream.reached(1);
        const stream = await response;
        await stream.events(events);
        reset();
        await upstream.closed(1);
        const { day, entries } = await proxy.settled(ONE);
        // Two bytes of text and the choice's index, an event.
        const passed = events * 3 * TOKEN_NANO;
        assert.equal(day.spent, events === 0 ? RESERVED : passed, `after ${events} events`);
        assert.equal(entries.length, 1);
      });
    }
  },
);

bothIt(
  "L7_a_caller_who_leaves_before_the_head_is_charged_in_full_since_the_model_may_have_worked",
  async (withBudget) => {
    await withBudget({ answer: () => () => {} }, async (proxy, upstream) => {
      upstream.open();
      const { reset } = await proxy.openChat(CHAT, of("one"));
      await upstream.reached(1);
      reset();
      const { day } = await proxy.settled(ONE);
      assert.equal(day.spent, RESERVED);
    });
  },
);

/** A ledger whose reservations expire soon. */
const quick = {
  change: `(method, question, next) => next(method === "reserve" ? { ...question, ttlMs: 300 } : question)`,
};

bothIt(
  "L5_workerd_is_killed_between_reserving_and_settling_and_charges_once_when_it_is_back",
  async (_withBudget, start) => {
    const storage = await mkdtemp(join(tmpdir(), "openai-wasm-ledger-"));
    const upstream = await gate();
    try {
      const first = await start({ upstream, storage, ...quick });
      const lost = first.chat(CHAT, of("one")).catch(() => "lost");
      await upstream.reached(1);
      process.kill(first.pid, "SIGKILL");
      assert.equal(await lost, "lost");
      await first.stop();
      for (const time of ["second", "third"]) {
        const again = await start({ upstream, storage, ...quick });
        const { day, entries } = await again.settled(ONE);
        assert.deepEqual([day.spent, day.held, day.overrun], [RESERVED, 0, 0], time);
        assert.deepEqual(
          entries.map(({ phase }) => phase),
          ["expired"],
        );
        await again.stop();
      }
    } finally {
      upstream.stop();
      await rm(storage, { recursive: true, force: true });
    }
  },
);

bothIt(
  "L5_a_settlement_that_comes_after_the_expiry_replaces_its_charge_once",
  async (withBudget, start) => {
    await withBudget({ ...quick, ...telling(start) }, async (proxy, upstream) => {
      const asked = proxy.chat(CHAT, of("one"));
      await upstream.reached(1);
      const expired = await proxy.settled(ONE);
      assert.deepEqual([expired.day.spent, expired.entries[0].phase], [RESERVED, "expired"]);
      upstream.open();
      assert.equal((await asked).status, 200);
      const late = await proxy.settled(ONE, ({ entries }) => entries[0].phase === "settled");
      assert.equal(late.day.spent, 2 * TOKEN_NANO);
      await proxy.until((output) => toldIn(output).length > 0);
      const [told] = toldIn(proxy.output);
      assert.deepEqual(told.cost, {
        usd: 0.002,
        nano: 2 * TOKEN_NANO,
        reservedNano: RESERVED,
        flags: ["late"],
      });
    });
  },
);

bothIt(
  "B12_a_settlement_that_comes_twice_or_without_a_reservation_counts_once",
  async (withBudget) => {
    await withBudget({}, async (proxy) => {
      const limits = [{ window: "day", nano: 50 }];
      const reserve = (id, nano) =>
        proxy.call("subject:one", "reserve", { id, nano, ttlMs: 60_000, limits });
      const settle = (id, cost) => proxy.call("subject:one", "settle", { id, cost });
      assert.equal((await reserve("a", 30)).verdict, "admitted");
      assert.equal((await reserve("a", 30)).verdict, "admitted", "the first reply was lost");
      assert.equal((await reserve("b", 30)).verdict, "exhausted");
      const both = await Promise.all([settle("a", 10), settle("a", 10)]);
      assert.deepEqual(
        both.flatMap(({ flags }) => flags),
        ["repeated"],
      );
      assert.deepEqual((await settle("c", 7)).flags, ["unreserved"]);
      assert.equal((await reserve("c", 1)).verdict, "taken", "it came after its settlement");
      const { day } = await proxy.ledger(ONE);
      assert.deepEqual([day.spent, day.held, day.overrun], [17, 0, 7]);
    });
  },
);

bothIt(
  "L9_a_settlement_that_fails_is_tried_again_and_then_left_to_the_expiry",
  async (withBudget) => {
    const settings = {
      change: `(() => {
      let asked = 0;
      return (method, question, next) => {
        if (method === "settle" && ++asked <= 2) throw new Error("try again");
        return next(question);
      };
    })()`,
    };
    await withBudget(settings, async (proxy, upstream) => {
      upstream.open();
      await proxy.chat(CHAT, of("one"));
      const { day } = await proxy.settled(ONE);
      assert.equal(day.spent, 2 * TOKEN_NANO);
    });
  },
);

bothIt("onUsage_is_told_the_cost_and_why_it_may_be_wrong", async (withBudget, start) => {
  for (const [answer, cost] of [
    [used(2), { usd: 0.002, flags: [] }],
    [used(25), { usd: 0.025, flags: ["overrun"] }],
    [answered(undefined), { usd: 0.01, flags: ["no_usage"] }],
    [erring("500 Oh"), { usd: 0, flags: [] }],
  ]) {
    const settings = { answer: () => answer, ...telling(start) };
    await withBudget(settings, async (proxy, upstream) => {
      upstream.open();
      await proxy.chat(CHAT, of("one"));
      await proxy.until((output) => toldIn(output).length > 0);
      const [told] = toldIn(proxy.output);
      const nano = Math.round(cost.usd * 1e9);
      assert.deepEqual(told.cost, {
        usd: cost.usd,
        nano,
        reservedNano: RESERVED,
        flags: cost.flags,
      });
      assert.equal(told.charge, undefined, "what it is computed by is not part of the record");
    });
  }
});

bothIt(
  "a_ledger_keeps_what_the_fixture_says_with_a_clock_of_the_test's_own",
  async (withBudget) => {
    const cases = JSON.parse(await readFile(new URL("../fixtures/ledger.json", import.meta.url)));
    await withBudget({ clock: true }, async (proxy) => {
      for (const [index, { name, limits, steps }] of cases.entries()) {
        for (const step of steps) {
          const at = (method, question) => proxy.at(step.atMs, `case:${index}`, method, question);
          if (step.do === "reserve") {
            const { id, nano, expiresAtMs } = step.request;
            const reply = await at("reserve", { id, nano, ttlMs: expiresAtMs - step.atMs, limits });
            for (const [member, value] of Object.entries(step.says ?? {}))
              assert.deepEqual(reply[member], value, `${name}: ${member}`);
          } else if (step.do === "settle") {
            const { cost, flags } = await at("settle", { id: step.id, cost: step.cost });
            if (step.says) assert.deepEqual({ cost, flags }, step.says, name);
          } else if (step.do === "expire") await at("alarm");
          if (step.left) {
            const { balances } = await at("balances", { limits });
            assert.deepEqual(
              balances.map(({ left }) => left),
              step.left,
              name,
            );
          }
        }
      }
    });
  },
);

/** Endings of a request: the upstream's answer, its body, and whether its caller leaves. */
const ENDINGS = [
  [used(2)],
  [used(25)],
  [answered(undefined)],
  [erring("500 Oh")],
  [erring("429 Slow Down")],
  [(socket) => socket.resetAndDestroy()],
  [streamed(says("hi"), STOP, usage(4), DONE), STREAM],
  [streamed(says("one "), says("two")), STREAM],
  [(socket) => socket.write(streamed(says("ab"))), STREAM, true],
  [() => {}, CHAT, true],
];

bothIt(
  "B5_a_counter_is_the_sum_of_its_rows_and_returns_to_what_was_spent_however_requests_end",
  async (withBudget) => {
    const limits = [
      { per: "subject", window: "day", usd: 1 },
      { per: "everyone", window: "month", usd: 1 },
    ];
    const answer = (at) => ENDINGS[at % ENDINGS.length][0];
    await withBudget({ limits, answer }, async (proxy, upstream) => {
      upstream.open();
      for (const [at, [, body = CHAT, leaves]] of [...ENDINGS, ...ENDINGS].entries()) {
        if (!leaves) {
          await proxy.chat(body, of("one"));
          continue;
        }
        const { response, reset } = await proxy.openChat(body, of("one"));
        await upstream.reached(at + 1);
        if (body === STREAM) await (await response).events(1);
        reset();
      }
      const { day, entries } = await proxy.settled(ONE);
      assert.equal(entries.length, 2 * ENDINGS.length);
      const sum = entries.reduce((total, { cost }) => total + cost, 0);
      assert.deepEqual([day.spent, day.held], [sum, 0]);
      const everyone = await proxy.settled({ everyone: true });
      assert.equal(everyone.month.spent, sum);
      // What is left can be reserved to the last nano-dollar, and not one more.
      const left = 1e9 - sum;
      const reserve = (id, nano) =>
        proxy.call("subject:one", "reserve", {
          id,
          nano,
          ttlMs: 60_000,
          limits: [{ window: "day", nano: 1e9 }],
        });
      assert.equal((await reserve("more", left + 1)).verdict, "exhausted");
      assert.equal((await reserve("all", left)).verdict, "admitted");
    });
  },
);
