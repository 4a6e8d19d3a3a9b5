// A budget compared with no budget, and with a bare Worker with a bare Durable Object that inserts one row before it
// passes a request on: what no budget that is kept on disk can do without. In workerd, over sockets.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { median } from "./measure.mjs";

const SUBJECTS = 200;
/** So many requests before any is timed: engines compile what they run often. */
const WARM_UP = 60;
/** So long after a request its settlement is over and slows no other request down. */
const PAUSE_MS = 30;
/** Storage that no disk slows down, where the system has it. */
const MEMORY = "/dev/shm";
/** One hop and one commit, at most so many times that of the bare object. */
const HOP_BOUND = 1.3;
/** Of the requests a second without a budget. */
const RATE_BOUND = 0.6;

const KEY = "sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789";
const USED = 3;
const ANSWER = JSON.stringify({
  id: "chatcmpl-abc",
  object: "chat.completion",
  created: 1760000000,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: USED, total_tokens: 9 + USED },
});

const PASS = "fetch(env.OPENAI_BASE_URL + '/chat/completions', request)";
const BARE = `export default { fetch: (request, env) => ${PASS} };`;
const OBJECT = `import { DurableObject } from "cloudflare:workers";
export class Bare extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, nano INTEGER)");
  }
  async insert(id) {
    this.ctx.storage.sql.exec("INSERT INTO rows (id, nano) VALUES (?, ?)", id, 1);
    return true;
  }
}
export default {
  async fetch(request, env) {
    const name = request.headers.get("x-subject");
    await env.BUDGET.get(env.BUDGET.idFromName(name)).insert(crypto.randomUUID());
    return ${PASS};
  },
};`;
const PROXY = (budget) => `import { createProxy } from "openai-wasm/proxy";
import { BudgetLedger, readBudget } from "openai-wasm/durable";
export { BudgetLedger };
const proxy = createProxy({ maxConcurrent: 1000, maxOutputTokens: 10, budget: ${budget} });
export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/ledger") return proxy.fetch(request, env, ctx);
    return Response.json(await readBudget(env.BUDGET, { subject: searchParams.get("subject") }));
  },
};`;
const BUDGET = JSON.stringify({
  binding: "BUDGET",
  limits: [{ per: "subject", window: "day", usd: 1000 }],
  prices: { m: { input: 0, output: 1000 } },
});

/** `print` writes a line of the report, `addFailure` records a bound that does not hold. */
export async function budget({ rounds, print, addFailure }) {
  const { startWorkerd } = await import("../tests/support/workerd.mjs");
  const { bundleWorker } = await import("../tests/support/bundle.mjs");
  const { mint, newSecret } = await import("../tests/support/tokens.mjs");
  const upstream = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(ANSWER);
    });
  });
  await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const secret = newSecret();
  const bindings = {
    OPENAI_API_KEY: KEY,
    SESSION_SECRET: secret,
    OPENAI_BASE_URL: `http://127.0.0.1:${upstream.address().port}/v1`,
    OPENAI_MODELS: "m",
  };
  const folders = [];
  const begin = async (base, source, object) => {
    const storage = await mkdtemp(join(base, "openai-wasm-ledger-"));
    folders.push(storage);
    return startWorkerd({
      modules: await bundleWorker(source),
      bindings: { ...bindings, ...(object && { BUDGET: { object } }) },
      objects: object ? [object] : [],
      storage,
    });
  };
  const allIn = async (base) => ({
    "pass-through Worker": await begin(base, BARE),
    "the same, after a bare object's insert": await begin(base, OBJECT, "Bare"),
    proxy: await begin(base, PROXY("undefined"), "BudgetLedger"),
    "proxy with a budget": await begin(base, PROXY(BUDGET), "BudgetLedger"),
  });
  const onDisk = await allIn(tmpdir());
  const inMemory = await allIn(existsSync(MEMORY) ? MEMORY : tmpdir());
  const tokens = await Promise.all(
    Array.from({ length: SUBJECTS }, (_, at) => mint(secret, { claims: { sub: `s${at}` } })),
  );
  const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] });
  let errors = 0;
  const ask = async ({ url }, at) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens[at]}`,
        "content-type": "application/json",
        "x-subject": `s${at}`,
      },
      body,
    });
    await response.text();
    if (response.status !== 200) errors += 1;
  };

  try {
    const names = Object.keys(onDisk);
    const alone = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < WARM_UP + 30 * rounds; round++) {
      for (const name of names) {
        const began = performance.now();
        await ask(onDisk[name], round % 20);
        if (round >= WARM_UP) alone[name].push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    const rates = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const name of names) {
        const began = performance.now();
        await Promise.all(tokens.map((_, at) => ask(inMemory[name], at)));
        if (round > 0) rates[name].push((SUBJECTS * 1000) / (performance.now() - began));
      }
    }
    print(
      `A short answer, whole. Alone: one request at a time, after ${WARM_UP} others, with storage on disk. Together: ${SUBJECTS} subjects at once, with storage in memory, since the disk of one machine is not what Cloudflare writes to. Medians.`,
    );
    print();
    print("| Worker | alone, ms | together, requests a second |");
    print("|---|--:|--:|");
    const [time, rate] = [alone, rates].map((of) =>
      Object.fromEntries(names.map((name) => [name, median(of[name])])),
    );
    for (const name of names)
      print(`| ${name} | ${time[name].toFixed(2)} | ${rate[name].toFixed(0)} |`);
    const [pass, bare, without, held] = names;
    const hop = (time[held] - time[without]) / (time[bare] - time[pass]);
    const share = rate[held] / rate[without];
    print();
    print(
      `A budget adds ${hop.toFixed(2)} times what the bare object adds (at most ${HOP_BOUND}); together ${share.toFixed(2)} of the rate without (at least ${RATE_BOUND}).`,
    );
    if (hop > HOP_BOUND)
      addFailure(`budget: ${hop.toFixed(2)} times the bare object's hop, ${HOP_BOUND} wanted`);
    if (share < RATE_BOUND)
      addFailure(`budget: ${share.toFixed(2)} of the rate, ${RATE_BOUND} wanted`);
    if (errors > 0) addFailure(`budget: ${errors} requests failed`);
    await exact(inMemory[held], rounds, addFailure);
  } finally {
    const all = [...Object.values(onDisk), ...Object.values(inMemory)];
    await Promise.all(all.map((worker) => worker.stop()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    upstream.close();
  }
}

/** Each subject has spent one answer a round, to the nano-dollar. */
async function exact({ url }, rounds, addFailure) {
  const wanted = (rounds + 1) * USED * 1_000_000;
  for (let at = 0; at < SUBJECTS; at++) {
    for (let tries = 0; ; tries++) {
      const { rows } = await (await fetch(`${url}/ledger?subject=s${at}`)).json();
      const { spent, held } = rows.find(({ window }) => window === "lifetime");
      if (held === 0 && spent === wanted) break;
      if (tries > 100)
        return addFailure(`budget: s${at} has spent ${spent} and holds ${held}, ${wanted} wanted`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
