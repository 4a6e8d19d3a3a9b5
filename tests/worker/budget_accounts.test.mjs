// Whose spending a request is, what callers read of it, and what a ledger forgets.

import assert from "node:assert/strict";
import { it } from "node:test";

import { bothIt, CHAT, limit, of, TOKEN_NANO, withBudget } from "../support/budget.mjs";
import { keyless } from "../support/packed.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";

bothIt(
  "visitors_of_one_address_share_a_budget_however_many_sessions_they_get",
  async (withBudget) => {
    const limits = [limit("subject", "day", 0.012), limit("everyone", "month", 5)];
    await withBudget({ limits }, async (proxy, upstream) => {
      const from = (sub, address) => ({
        ...of(`anonymous:${sub}`),
        headers: { "cf-connecting-ip": address },
      });
      const first = proxy.chat(CHAT, from("a", "192.0.2.1"));
      await upstream.reached(1);
      refused(await proxy.chat(CHAT, from("b", "192.0.2.1")), 429, "budget_exceeded");
      const other = proxy.chat(CHAT, from("c", "192.0.2.2"));
      await upstream.reached(2);
      upstream.open();
      assert.deepEqual([(await first).status, (await other).status], [200, 200]);
      const { day } = await proxy.settled({ address: "ip:192.0.2.1" });
      assert.equal(day.spent, 2 * TOKEN_NANO);
    });
  },
);

it("the_author's_own_check_lowers_limits_and_a_malformed_one_closes_the_door", async () => {
  const options = `{ authenticate: (request) => JSON.parse(request.headers.get("x-caller")) }`;
  await withBudget({ options }, async (proxy, upstream) => {
    upstream.open();
    const as = (caller) => ({ headers: { "x-caller": JSON.stringify({ sub: "one", ...caller }) } });
    refused(await proxy.chat(CHAT, as({ budget: { day: 0.001 } })), 429, "budget_exceeded");
    refused(await proxy.chat(CHAT, as({ budget: { week: 1 } })), 503, "check_unavailable");
    refused(await proxy.chat(CHAT, as({ budget: { day: "1" } })), 503, "check_unavailable");
    assert.equal((await proxy.chat(CHAT, as({ budget: { day: 9 } }))).status, 200);
    assert.equal(upstream.requests(), 1);
  });
});

it("the_keyless_client_reads_what_is_left_and_does_not_try_again_what_a_budget_refuses", async () => {
  await withBudget({ limits: [limit("subject", "day", 0.012)] }, async (proxy, upstream) => {
    upstream.open();
    const { default: OpenAI } = await keyless();
    let sent = 0;
    const client = new OpenAI({
      proxyUrl: `${proxy.url}/v1`,
      token: await mint(proxy.secret, { claims: { sub: "one" } }),
      fetch: (...call) => {
        sent += 1;
        return fetch(...call);
      },
    });
    assert.equal((await client.budget()).limits[0].left, 0.012);
    const { response } = await client.chat.completions.create(CHAT).withResponse();
    assert.equal(response.headers.get("x-budget-remaining"), "0.002");
    await proxy.settled({ subject: "one" });
    assert.equal((await client.budget()).limits[0].left, 0.01);
    await client.chat.completions.create(CHAT);
    await proxy.settled({ subject: "one" });
    sent = 0;
    await assert.rejects(client.chat.completions.create(CHAT), (error) => {
      assert.equal(error.status, 429);
      assert.equal(error.code, "budget_exceeded");
      return true;
    });
    assert.equal(sent, 1);
  });
});

it("a_proxy_without_a_budget_has_no_path_for_one", async () => {
  const options = "{ budget: undefined }";
  await withBudget({ options }, async (proxy, upstream) => {
    upstream.open();
    const authorization = await proxy.bearer({ claims: { sub: "one" } });
    refused(await proxy.send("/v1/budget", { headers: { authorization } }), 404, "not_found");
    const answer = await proxy.chat(CHAT, of("one"));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-budget-remaining"], undefined);
  });
});

bothIt("a_subject's_rows_do_not_grow_without_bound", async (withBudget) => {
  await withBudget({ clock: true }, async (proxy) => {
    const at = (time, method, question) => proxy.at(time, "subject:one", method, question);
    const HOUR = 3_600_000;
    const limits = [{ window: "lifetime", nano: 1e9 }];
    let time = Date.UTC(2026, 0, 1);
    for (let request = 0; request < 60; request++) {
      time += 24 * HOUR;
      const id = `r${request}`;
      await at(time, "reserve", { id, nano: 10, ttlMs: HOUR, limits });
      if (request % 2) await at(time, "settle", { id, cost: 5 });
      // Half of them are left to their expiry.
      await at(time + HOUR, "alarm");
    }
    const { rows, entries } = await at(time + 2 * HOUR, "read");
    assert.ok(rows.length <= 5 && entries.length <= 2, JSON.stringify({ rows, entries }));
    const lifetime = rows.find(({ window }) => window === "lifetime");
    assert.deepEqual([lifetime.spent, lifetime.held], [30 * 5 + 30 * 10, 0]);
    await at(time + 60 * 24 * HOUR, "alarm");
    const idle = await at(time + 60 * 24 * HOUR, "read");
    assert.deepEqual([idle.rows.map(({ window }) => window), idle.entries], [["lifetime"], []]);
  });
});

it("a_request_whose_token_was_used_before_gets_its_reservation_back", async () => {
  const options = `{ claimOnce: ({ jti }) => jti !== "used" }`;
  await withBudget(
    { options, limits: [limit("subject", "day", 0.012)] },
    async (proxy, upstream) => {
      upstream.open();
      const carrying = (jti) => of("one", { jti });
      const answer = await proxy.chat(CHAT, carrying("used"));
      refused(answer, 401, "unauthorized");
      assert.equal(answer.headers["x-budget-remaining"], undefined);
      const { day, entries } = await proxy.settled({ subject: "one" });
      assert.deepEqual([day.spent, day.held, entries[0].cost], [0, 0, 0]);
      assert.equal(upstream.requests(), 0);
      assert.equal((await proxy.chat(CHAT, carrying("fresh"))).status, 200);
    },
  );
});

it("a_request_that_a_budget_refuses_has_not_used_its_token_up", async () => {
  const options = `{ claimOnce: ({ jti }, env) => { throw new Error("it was asked about " + jti); } }`;
  await withBudget({ options, limits: [limit("subject", "day", 0.000001)] }, async (proxy) => {
    refused(await proxy.chat(CHAT, of("one", { jti: "a" })), 429, "budget_exceeded");
  });
});

bothIt(
  "a_request_that_everyone's_limit_refuses_gets_its_subject's_reservation_back",
  async (withBudget) => {
    const limits = [limit("subject", "day", 1), limit("everyone", "day", 0.009)];
    await withBudget({ limits }, async (proxy, upstream) => {
      upstream.open();
      refused(await proxy.chat(CHAT, of("one")), 429, "budget_exceeded");
      const { day, entries } = await proxy.settled({ subject: "one" });
      assert.deepEqual([day.spent, day.held, entries[0].cost], [0, 0, 0]);
      assert.equal(upstream.requests(), 0);
    });
  },
);

it("an_alarm_that_rings_twice_charges_once", async () => {
  const more = `class Quick extends BudgetLedger {
  reserve(demand) { return super.reserve({ ...demand, ttlMs: 0 }); }
  ring() { return this.alarm(); }
}
export { Quick };`;
  const settings = {
    more,
    objects: ["BudgetLedger", "Quick"],
    bindings: { BUDGET: { object: "Quick" } },
  };
  await withBudget(settings, async (proxy) => {
    const limits = [{ window: "day", nano: 100 }];
    await proxy.call("subject:one", "reserve", { id: "a", nano: 30, ttlMs: 0, limits });
    await Promise.all([proxy.call("subject:one", "ring"), proxy.call("subject:one", "ring")]);
    const { day, entries } = await proxy.ledger({ subject: "one" });
    assert.deepEqual([day.spent, day.held, entries.length], [30, 0, 1]);
  });
});
