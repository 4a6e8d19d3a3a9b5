// A budget holds whatever happens at once (threat table, rows L4, L11 and L12; B1 and B8 to B10 of the failures
// that other gateways had). Real Durable Objects, with storage on disk.

import assert from "node:assert/strict";

import { bothIt, CAP, CHAT, limit, of, TOKEN_NANO } from "../support/budget.mjs";
import { refused } from "../support/refusal.mjs";

const RESERVED = CAP * TOKEN_NANO;

/** Asks 50 times at once; resolves when 45 were refused. */
async function burst(upstream, ask) {
  const asked = Array.from({ length: 50 }, (_, at) => ask(at));
  let refusals = 0;
  const counted = new Promise((resolve) => {
    for (const answer of asked) answer.then(() => ++refusals === 45 && resolve());
  });
  await upstream.reached(5);
  await counted;
  return asked;
}

const statuses = async (asked) =>
  (await Promise.all(asked)).map(({ status }) => status).sort((a, b) => a - b);
const FIVE = [...Array(5).fill(200), ...Array(45).fill(429)];

bothIt(
  "L4_B1_of_50_requests_at_once_on_a_budget_for_5_exactly_5_reach_the_upstream",
  async (withBudget) => {
    await withBudget({}, async (proxy, upstream) => {
      const asked = await burst(upstream, () => proxy.chat(CHAT, of("one")));
      const { day } = await proxy.ledger({ subject: "one" });
      assert.deepEqual([day.held, day.spent], [5 * RESERVED, 0]);
      upstream.open();
      assert.deepEqual(await statuses(asked), FIVE);
      assert.equal(upstream.requests(), 5);
      const after = await proxy.settled({ subject: "one" });
      assert.deepEqual([after.day.spent, after.day.overrun], [5 * 2 * TOKEN_NANO, 0]);
      assert.equal(
        (await proxy.chat(CHAT, of("one"))).status,
        200,
        "what was not used is free again",
      );
    });
  },
);

bothIt(
  "L4_of_50_subjects_at_once_on_a_budget_of_everyone_for_5_exactly_5_reach_the_upstream",
  async (withBudget) => {
    const limits = [limit("subject", "day", 1), limit("everyone", "month", 0.05)];
    await withBudget({ limits }, async (proxy, upstream) => {
      const asked = await burst(upstream, (at) => proxy.chat(CHAT, of(`s${at}`)));
      upstream.open();
      assert.deepEqual(await statuses(asked), FIVE);
      assert.equal(upstream.requests(), 5);
      const everyone = await proxy.settled({ everyone: true });
      assert.deepEqual([everyone.day.spent, everyone.month.spent], [1e7, 1e7]);
      // Who was refused by everyone's limit has not spent from their own.
      let spent = 0;
      for (let at = 0; at < 50; at++) {
        const { day } = await proxy.settled({ subject: `s${at}` });
        spent += day.spent;
      }
      assert.equal(spent, 5 * 2 * TOKEN_NANO);
    });
  },
);

bothIt("L12_an_exhausted_budget_is_429_for_a_person_and_is_not_tried_again", async (withBudget) => {
  const options = { allowedOrigins: ["https://app.example.com"] };
  await withBudget(
    { options, limits: [limit("subject", "month", 0.012)] },
    async (proxy, upstream) => {
      upstream.open();
      const origin = { origin: "https://app.example.com" };
      const first = await proxy.chat(CHAT, { ...of("one"), headers: origin });
      assert.equal(first.status, 200);
      assert.equal(first.headers["x-budget-remaining"], "0.002");
      assert.match(first.headers["access-control-expose-headers"], /x-budget-remaining/);
      await proxy.settled({ subject: "one" });
      const second = await proxy.chat(CHAT, { ...of("one"), headers: origin });
      assert.equal(second.status, 200);
      await proxy.settled({ subject: "one" });
      const third = await proxy.chat(CHAT, { ...of("one"), headers: origin });
      refused(third, 429, "budget_exceeded");
      assert.equal(third.headers["x-should-retry"], "false");
      assert.equal(third.headers["x-budget-remaining"], "0.008");
      const end = new Date();
      const month = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1);
      const late = Number(third.headers["retry-after"]) - (month - Date.now()) / 1000;
      assert.ok(Math.abs(late) < 30, `Retry-After is off by ${late} s`);
      assert.match(third.json().error.message, /^Your budget for this month has less left/);
      assert.equal(upstream.requests(), 2);
      assert.equal(
        (await proxy.chat(CHAT, of("two"))).status,
        200,
        "another subject is not concerned",
      );
    },
  );
});

bothIt(
  "B10_a_request_that_could_cost_more_than_what_is_left_is_refused_and_not_shrunk",
  async (withBudget) => {
    await withBudget({ limits: [limit("subject", "lifetime", 0.009)] }, async (proxy, upstream) => {
      upstream.open();
      const answer = await proxy.chat(CHAT, of("one"));
      refused(answer, 429, "budget_exceeded");
      assert.equal(answer.headers["retry-after"], undefined, "a lifetime does not begin anew");
      assert.equal(upstream.requests(), 0);
      assert.equal((await proxy.chat({ ...CHAT, max_tokens: 9 }, of("one"))).status, 200);
    });
  },
);

bothIt(
  "B9_a_window_without_a_limit_counts_so_that_a_later_limit_does_not_begin_at_0",
  async (withBudget) => {
    const limits = [limit("subject", "lifetime", 1)];
    await withBudget({ limits }, async (proxy, upstream) => {
      upstream.open();
      await proxy.chat(CHAT, of("one"));
      const { day, month, lifetime } = await proxy.settled({ subject: "one" });
      assert.deepEqual([day.spent, month.spent, lifetime.spent], Array(3).fill(2 * TOKEN_NANO));
    });
  },
);

bothIt("a_session_lowers_a_limit_and_never_raises_it", async (withBudget) => {
  await withBudget({}, async (proxy, upstream) => {
    upstream.open();
    const lower = of("one", { budget: { day: 0.005 } });
    refused(await proxy.chat(CHAT, lower), 429, "budget_exceeded");
    const higher = of("one", { budget: { day: 100, lifetime: 100 } });
    assert.equal((await proxy.chat({ ...CHAT, max_tokens: 5 }, lower)).status, 200);
    const budget = await proxy.send("/v1/budget", {
      headers: { authorization: await proxy.bearer(higher.token) },
    });
    const day = budget.json().limits.filter(({ window }) => window === "day");
    assert.deepEqual(
      day.map((one) => one.limit),
      [0.05, 100],
      "both hold",
    );
    for (const wrong of [{ week: 1 }, { day: -1 }, { day: "1" }, null, []]) {
      const answer = await proxy.chat(CHAT, of("one", { budget: wrong }));
      refused(answer, 401, "unauthorized");
    }
  });
});

bothIt(
  "GET_v1_budget_tells_the_caller's_own_limits_and_of_everyone's_only_whether_they_are_exhausted",
  async (withBudget) => {
    const limits = [limit("subject", "day", 0.05), limit("everyone", "lifetime", 0.03)];
    await withBudget({ limits }, async (proxy, upstream) => {
      const bearer = { authorization: await proxy.bearer({ claims: { sub: "one" } }) };
      const ask = async () => (await proxy.send("/v1/budget", { headers: bearer })).json();
      const fresh = await ask();
      assert.equal(fresh.limits[0].left, 0.05);
      const asked = proxy.chat(CHAT, of("one"));
      await upstream.reached(1);
      const during = await ask();
      assert.deepEqual(
        [during.limits[0].spent, during.limits[0].held, during.limits[0].left],
        [0, 0.01, 0.04],
      );
      upstream.open();
      await asked;
      await proxy.settled({ subject: "one" });
      const after = await ask();
      const midnight = (Math.floor(Date.now() / 86_400_000) + 1) * 86_400;
      assert.deepEqual(after, {
        object: "budget",
        currency: "usd",
        limits: [
          { window: "day", limit: 0.05, spent: 0.002, held: 0, left: 0.048, resets_at: midnight },
        ],
        everyone: { exhausted: false },
      });
      refused(await proxy.send("/v1/budget", {}), 401, "unauthorized");
      refused(
        await proxy.send("/v1/budget", { method: "POST", headers: bearer }),
        405,
        "method_not_allowed",
      );
      assert.equal(upstream.requests(), 1);
    });
  },
);

const LEDGERS = {
  "it is missing": [{ bindings: { BUDGET: null } }, "misconfigured"],
  "it is a text": [{ bindings: { BUDGET: "a text" } }, "misconfigured"],
  "it is of another class": [{ bindings: { BUDGET: { object: "Other" } } }, "check_unavailable"],
  "its class has no methods": [{ bindings: { BUDGET: { object: "Bare" } } }, "check_unavailable"],
  "it throws": [{ change: `() => { throw new Error("disk full"); }` }, "check_unavailable"],
  "it hangs": [{ change: "() => new Promise(() => {})" }, "check_unavailable"],
  "it is late": [
    {
      change: `async (method, question, next) => {
        if (method === "reserve") await scheduler.wait(4500);
        return next(question);
      }`,
    },
    "check_unavailable",
  ],
};

bothIt(
  "L11_a_ledger_that_is_missing_broken_or_of_another_class_is_503_and_the_upstream_hears_nothing",
  async (withBudget) => {
    const more = `import { DurableObject } from "cloudflare:workers";
export class Other extends DurableObject {
  reserve() { return { verdict: "admitted" }; }
  fetch() { return Response.json({ verdict: "admitted" }); }
}
export class Bare extends DurableObject {}`;
    for (const [what, [ledger, code]] of Object.entries(LEDGERS)) {
      const settings = { more, objects: ["Other", "Bare"], ...ledger };
      await withBudget(settings, async (proxy, upstream) => {
        upstream.open();
        const answer = await proxy.chat(CHAT, of("one"));
        refused(answer, 503, code, what);
        assert.equal(upstream.requests(), 0, what);
        assert.match(proxy.output, /budget/, "the operator learns why");
        if (what !== "it is late") return;
        // What came too late was given back, and stays so.
        const { day, entries } = await proxy.settled(
          { subject: "one" },
          (ledger) => ledger.entries.length > 0,
        );
        assert.deepEqual([day?.held ?? 0, day?.spent ?? 0, entries[0].phase], [0, 0, "settled"]);
      });
    }
  },
);

bothIt("a_subject's_ledger_can_be_reset_by_the_operator_alone", async (withBudget) => {
  await withBudget({}, async (proxy, upstream) => {
    upstream.open();
    await proxy.chat(CHAT, of("one"));
    await proxy.settled({ subject: "one" });
    await proxy.reset({ subject: "one" });
    assert.deepEqual(await proxy.ledger({ subject: "one" }), { entries: [] });
    assert.equal((await proxy.chat(CHAT, of("one"))).status, 200);
    const { day } = await proxy.settled({ subject: "one" });
    assert.equal(day.spent, 2 * TOKEN_NANO);
  });
});

bothIt(
  "the_control_for_the_burst_on_a_large_budget_all_50_requests_reach_the_upstream",
  async (withBudget) => {
    await withBudget({ limits: [limit("subject", "day", 100)] }, async (proxy, upstream) => {
      upstream.open();
      const asked = Array.from({ length: 50 }, () => proxy.chat(CHAT, of("one")));
      assert.deepEqual(await statuses(asked), Array(50).fill(200));
      assert.equal(upstream.requests(), 50);
    });
  },
);
