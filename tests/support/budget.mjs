// A proxy with a budget, in workerd with real Durable Objects on disk, and an upstream that answers when it is
// told to.

import { send } from "./http.mjs";
import { QUESTION, startProxy } from "./proxy.mjs";
import { rawUpstream } from "./raw_upstream.mjs";
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

/**
 * @param options of createProxy, as an object or a JavaScript text
 * @param more JavaScript before the proxy is made
 */
export async function startBudget({
  upstream,
  limits = [limit("subject", "day", 0.05)],
  prices = PRICES,
  options = "{}",
  more = "",
  storage,
  bindings,
  objects = ["BudgetLedger"],
  ...rest
}) {
  const budget = JSON.stringify({ binding: "BUDGET", limits, prices });
  const proxy = await startProxy({
    upstream,
    source: source(`{ budget: ${budget}, ...${options} }`, more),
    bindings: { BUDGET: { object: "BudgetLedger" }, ...bindings },
    worker: { objects, storage },
    ...rest,
  });
  const control = async (path, account) => {
    const query = new URLSearchParams({ account: JSON.stringify(account) });
    return send(proxy.url, { path: `${path}?${query}` });
  };
  return {
    ...proxy,
    get output() {
      return proxy.output;
    },
    /** What a ledger holds: `{ day: { spent, held, overrun }, entries }`. */
    async ledger(account) {
      const { rows, entries } = (await control("/ledger", account)).json();
      const newest = {};
      for (const { window, ...sums } of rows) {
        if (!newest[window] || newest[window].number < sums.number) newest[window] = sums;
      }
      return { ...newest, entries };
    },
    bearer: async (token) => `Bearer ${await mint(proxy.secret, token)}`,
    /** Calls a method of a ledger's object, by its name. */
    call: async (...called) =>
      (
        await send(proxy.url, { path: "/call", method: "POST", body: JSON.stringify(called) })
      ).json(),
    reset: (account) => control("/reset", account),
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

const json = (body, status = "200 OK") => {
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
export async function withBudget({ answer, ...settings }, test) {
  const upstream = await gate(answer);
  const proxy = await startBudget({ upstream, ...settings });
  try {
    await test(proxy, upstream);
  } finally {
    upstream.open();
    await proxy.stop();
    upstream.stop();
  }
}
