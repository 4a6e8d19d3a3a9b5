// Budgets in every workerd: what they promise rests on the runtime's Durable Objects, their storage and their
// alarms. The test files of tests/worker show the rest in one of them.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CAP, CHAT, gate, of, startBudget, TOKEN_NANO } from "../support/budget.mjs";
import { cases } from "../support/cases.mjs";
import { runtimeFile } from "../support/nodes.mjs";
import { BINARIES } from "../support/workerd.mjs";

const newest = () => createRequire(runtimeFile("workerd/package.json"))("workerd").default;

cases(
  [
    { name: "a budget in workerd, the newest", binary: newest, first: true },
    { name: "a budget in workerd of October 2026", binary: () => BINARIES.workerd },
    {
      name: "a budget in workerd of June 2026",
      binary: () => BINARIES["workerd of June 2026"],
    },
  ],
  async ({ binary }) => {
    const storage = await mkdtemp(join(tmpdir(), "openai-wasm-ledger-"));
    const upstream = await gate();
    const settings = {
      upstream,
      storage,
      binary: binary(),
      more: `class Quick extends BudgetLedger {
  reserve(demand) { return super.reserve({ ...demand, ttlMs: 2000 }); }
}
export { Quick };`,
      objects: ["BudgetLedger", "Quick"],
      bindings: { BUDGET: { object: "Quick" } },
    };
    let proxy;
    try {
      proxy = await startBudget(settings);
      const asked = Array.from({ length: 50 }, () => proxy.chat(CHAT, of("one")).catch(() => {}));
      await upstream.reached(5);
      // The others are refused meanwhile; then the machine fails.
      const refused = asked.map((answer) => answer.then((got) => got?.status));
      const first = await Promise.race(refused);
      assert.equal(first, 429);
      process.kill(proxy.pid, "SIGKILL");
      await Promise.all(asked);
      await proxy.stop();
      assert.equal(upstream.requests(), 5);
      proxy = await startBudget(settings);
      const { day, entries } = await proxy.settled({ subject: "one" });
      assert.deepEqual([day.spent, day.held, day.overrun], [5 * CAP * TOKEN_NANO, 0, 0]);
      assert.equal(entries.length, 5);
      upstream.open();
      assert.equal((await proxy.chat(CHAT, of("one"))).status, 429);
      assert.equal((await proxy.chat(CHAT, of("two"))).status, 200);
    } finally {
      await proxy?.stop();
      upstream.stop();
      await rm(storage, { recursive: true, force: true });
    }
  },
);
