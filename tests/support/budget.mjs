// A proxy with a budget, in workerd with real Durable Objects on disk, and an upstream that answers when it is
// told to.

import { it } from "node:test";

import { send } from "./http.mjs";
import { QUESTION, startProxy } from "./proxy.mjs";
import { rawUpstream } from "./raw_upstream.mjs";
import { startRustProxy } from "./rust_worker.mjs";
import { mint } from "./tokens.mjs";

/** Output alone costs something, a tenth of a cent a token, so that amounts are round. */
export const PRICES = { [QUESTION.model]: { input: 0, output: 1000, reasoning: false } };
export const TOKEN_NANO = 1_000_000;
/** The most tokens of an answer. A reservation is 0.01 US dollars. */
export const CAP = 10;

export const limit = (per, window, usd) => ({ per, window, usd });

const source = (options, more) => `import { createProxy } from "openai-wasm/proxy";
import { BudgetLedger, readBudget, resetBudget } from "openai-wasm/durable";
export { BudgetLedger };
${more}
const proxy = createProxy({ maxConcurrent: 1000, maxOutputTokens: ${CAP}, ...${options} });
export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const account = () => JSON.parse(searchParams.get("account"));
    if (pathname === "/ledger") return Response.json(await readBudget(env.BUDGET, account()));
    if (pathname === "/reset") {
      await resetBudget(env.BUDGET, account());
      return new Response("ok");
    }
    if (pathname === "/call") {
      const [name, method, question] = await request.json();
      const ledger = env.BUDGET.get(env.BUDGET.idFromName(name));
      return Response.json((await ledger[method](question)) ?? null);
    }
    return proxy.fetch(request, env, ctx);
  },
};`;

/** A ledger that goes by `change(method, question, next)`, a function's text. */
const changed = (change) => `const change = ${change};
class Changed extends BudgetLedger {
  reserve(question) { return change("reserve", question, (changed) => super.reserve(changed)); }
  settle(question) { return change("settle", question, (changed) => super.settle(changed)); }
}
export { Changed };`;
const changedInRust = (change) => `const change = ${change};
export class Changed {
  #ledger;
  constructor(ctx, env) { this.#ledger = new BudgetLedger(ctx, env); }
  async fetch(request) {
    const { do: method, ...question } = await request.json();
    const next = async (changed) => {
      const body = JSON.stringify({ do: method, ...changed });
      return (await this.#ledger.fetch(new Request("https://ledger/", { method: "POST", body }))).json();
    };
    return Response.json(await change(method, question, next));
  }
  alarm() { return this.#ledger.alarm(); }
}`;

/** A ledger whose clock is a test's. */
const CLOCKED = `let time = 0;
class Clocked extends BudgetLedger {
  now() { return time; }
  at([now, method, question]) { time = now; return this[method](question); }
}
export { Clocked };`;
const CLOCKED_IN_RUST = `let time = 0;
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length > 0 ? given : [time])); }
};
export class Clocked {
  #ledger;
  constructor(ctx, env) { this.#ledger = new BudgetLedger(ctx, env); }
  async fetch(request) {
    const { do: method, at, ...question } = await request.json();
    time = at;
    const body = JSON.stringify({ do: method, ...question });
    if (method !== "alarm") return this.#ledger.fetch(new Request("https://ledger/", { method: "POST", body }));
    await this.#ledger.alarm();
    return Response.json({});
  }
  alarm() { return this.#ledger.alarm(); }
}`;

/** A budget's own settings with their defaults. */
const settled = ({
  limits = [limit("subject", "day", 0.05)],
  prices = PRICES,
  more = "",
  storage,
  bindings,
  change,
  clock = false,
  objects = [],
  ...rest
}) => {
  const own = (change && "Changed") || (clock && "Clocked") || "BudgetLedger";
  return {
    budget: { limits, prices },
    more,
    bindings: { BUDGET: { object: own }, ...bindings },
    worker: { objects: [...new Set(["BudgetLedger", own, ...objects])], storage },
    change,
    clock,
    ...rest,
  };
};

/**
 * @param options of createProxy, as an object or a JavaScript text
 * @param more JavaScript before the proxy is made
 * @param clock whether `at(time, name, method, question)` sets the ledgers' clock
 * @param change the text of a function `(method, question, next)` in the place of a ledger's methods
 */
export async function startBudget({ options = "{}", ...settings }) {
  const { budget, more, change, clock, ...rest } = settled(settings);
  const text = typeof options === "string" ? options : JSON.stringify(options);
  const own = JSON.stringify({ binding: "BUDGET", ...budget });
  const added = [more, change ? changed(change) : "", clock ? CLOCKED : ""].join("\n");
  const proxy = await startProxy({
    source: source(`{ budget: ${own}, ...${text} }`, added),
    ...rest,
  });
  const call = async (...called) =>
    (await send(proxy.url, { path: "/call", method: "POST", body: JSON.stringify(called) })).json();
  const control = async (path, account) => {
    const query = new URLSearchParams({ account: JSON.stringify(account) });
    return send(proxy.url, { path: `${path}?${query}` });
  };
  return withLedgers(proxy, {
    call,
    at: (time, name, method, question) => call(name, "at", [time, method, question]),
    read: async (account) => (await control("/ledger", account)).json(),
    reset: (account) => control("/reset", account),
  });
}

const NAMES = {
  subject: (name) => `subject:${name}`,
  address: (name) => `address:${name}`,
  everyone: () => "everyone",
};

/** The same in Rust; `options` are an object. It logs each usage event. */
export async function startRustBudget({ options = {}, ...settings }) {
  const { budget, more, change, clock, ...rest } = settled(settings);
  const proxy = await startRustProxy({
    limits: { maxOutputTokens: CAP, budget, ...options },
    more: [more, change ? changedInRust(change) : "", clock ? CLOCKED_IN_RUST : ""].join("\n"),
    ...rest,
  });
  const call = async (...called) =>
    (await send(proxy.url, { path: "/call", method: "POST", body: JSON.stringify(called) })).json();
  const named = (account) => {
    const [[kind, name]] = Object.entries(account);
    return NAMES[kind](name);
  };
  return withLedgers(proxy, {
    call,
    at: (at, name, method, question) => call(name, method, { ...question, at }),
    read: (account) => call(named(account), "read"),
    reset: (account) => call(named(account), "reset"),
  });
}

function withLedgers(proxy, { call, at, read, reset }) {
  return {
    ...proxy,
    get output() {
      return proxy.output;
    },
    /** What a ledger holds: `{ day: { spent, held, overrun }, entries }`. */
    async ledger(account) {
      const { rows = [], entries = [] } = await read(account);
      const newest = {};
      for (const { window, ...sums } of rows) {
        if (!newest[window] || newest[window].number < sums.number) newest[window] = sums;
      }
      return { ...newest, entries };
    },
    bearer: async (token) => `Bearer ${await mint(proxy.secret, token)}`,
    /** Calls a method of a ledger's object, by its name. */
    call,
    at,
    reset,
    /** Waits until a ledger is as `wanted` says. */
    async settled(account, wanted = ({ day }) => day?.held === 0) {
      for (;;) {
        const ledger = await this.ledger(account);
        if (wanted(ledger)) return ledger;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

export const CHAT = { ...QUESTION, max_tokens: CAP };
export const of = (sub, more) => ({ token: { claims: { sub, ...more } } });

/** A JSON answer as it goes over the wire. */
export const json = (body, status = "200 OK") => {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`;
};

/** A chat answer with this usage; `undefined` leaves it out. */
export const answered = (usage) =>
  json({
    id: "x",
    object: "chat.completion",
    model: QUESTION.model,
    choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
    usage,
  });
export const used = (tokens) =>
  answered({ prompt_tokens: 7, completion_tokens: tokens, total_tokens: 7 + tokens });
export const erring = (status) =>
  json({ error: { message: "no", type: "server_error", code: null, param: null } }, status);

/** An upstream whose answers wait for `open()`, each made by `answer(at)`: a text, or a function of the socket. */
export async function gate(answer = () => used(2)) {
  const waiting = [];
  let closed = true;
  const reply = (socket, at) => {
    const what = answer(at);
    if (typeof what === "function") what(socket);
    else socket.end(what);
  };
  const upstream = await rawUpstream((socket) => {
    const at = upstream.requests() - 1;
    if (closed) waiting.push(() => reply(socket, at));
    else reply(socket, at);
  });
  return {
    ...upstream,
    open() {
      closed = false;
      for (const go of waiting.splice(0)) go();
    },
    /** Resolves once so many requests are here. */
    async reached(count) {
      while (upstream.requests() < count) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}

/** Starts both, runs the test, and stops both. */
export async function withBudget({ answer, start = startBudget, ...settings }, test) {
  const upstream = await gate(answer);
  let proxy;
  try {
    proxy = await start({ upstream, ...settings });
    await test(proxy, upstream);
  } finally {
    upstream.open();
    await proxy?.stop();
    upstream.stop();
  }
}

/** A test with the package's proxy and with the crate's: it gets the `withBudget` and the `start` of each. */
export function bothIt(name, test) {
  for (const [tag, start] of [
    ["", startBudget],
    ["rust_", startRustBudget],
  ]) {
    it(`${tag}${name}`, () =>
      test((settings, body) => withBudget({ start, ...settings }, body), start));
  }
}
