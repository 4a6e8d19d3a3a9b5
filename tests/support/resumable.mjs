// A proxy that keeps streams, in workerd with real Durable Objects on disk, and an upstream that sends what it is
// told to.

import { randomBytes } from "node:crypto";

import { open, send } from "./http.mjs";
import { QUESTION, startProxy } from "./proxy.mjs";
import { event, head, rawUpstream, says } from "./raw_upstream.mjs";
import { mint } from "./tokens.mjs";
import { COMPATIBILITY_FLAGS } from "./workerd.mjs";

export const FLAG = "durable_object_io_tasks_prevent_eviction";

export const newId = () => randomBytes(16).toString("base64url");
export const STREAM = { ...QUESTION, stream: true };
export const ENDING = [says("", { finish_reason: "stop" }), event("[DONE]")];

const source = (options, more) => `import { createProxy } from "openai-wasm/proxy";
import { BudgetLedger, readBudget, StreamLog } from "openai-wasm/durable";
export { BudgetLedger, StreamLog };
${more}
const proxy = createProxy({ maxConcurrent: 1000, ...${options} });
export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/ledger") return Response.json(await readBudget(env.BUDGET, { subject: searchParams.get("sub") }));
    return proxy.fetch(request, env, ctx);
  },
};`;

/**
 * @param resumable options besides the binding
 * @param options more options of createProxy, a JavaScript text
 * @param more JavaScript before the proxy is made
 */
export async function startResumable({
  upstream,
  resumable = {},
  options = "{}",
  more = "",
  storage,
  bindings,
  objects = ["StreamLog", "BudgetLedger"],
  flags = [...COMPATIBILITY_FLAGS, FLAG],
  compatibilityDate,
  ...rest
}) {
  const own = JSON.stringify({ binding: "STREAMS", ...resumable });
  const proxy = await startProxy({
    upstream,
    source: source(`{ resumable: ${own}, ...${options} }`, more),
    bindings: {
      STREAMS: { object: "StreamLog" },
      BUDGET: { object: "BudgetLedger" },
      ...bindings,
    },
    worker: { objects, storage, flags, compatibilityDate },
    ...rest,
  });
  const token = async (sub) => `Bearer ${await mint(proxy.secret, { claims: { sub } })}`;
  const path = (id) => `${proxy.url}/v1/streams/${id}`;
  const asked = async (sub, after) => ({
    authorization: await token(sub),
    ...(after !== undefined && { "last-event-id": String(after) }),
  });
  return {
    ...proxy,
    get output() {
      return proxy.output;
    },
    /** A chat with a stream of this id, unfinished: see `open`. */
    ask: (id, { body = STREAM, sub = "ada", after, headers } = {}) =>
      proxy.openChat(body, {
        token: { claims: { sub } },
        headers: {
          "x-stream-id": id,
          ...(after !== undefined && { "last-event-id": String(after) }),
          ...headers,
        },
      }),
    /** Reads a stream, unfinished. */
    resume: async (id, { sub = "ada", after } = {}) =>
      open(path(id), { headers: await asked(sub, after) }),
    /** Reads a stream to its end. */
    read: async (id, { sub = "ada", after } = {}) =>
      send(path(id), { headers: await asked(sub, after) }),
    remove: async (id, { sub = "ada" } = {}) =>
      send(path(id), { method: "DELETE", headers: await asked(sub) }),
    ledger: async (sub) => (await send(`${proxy.url}/ledger?sub=${sub}`)).json(),
  };
}

/**
 * An upstream whose streams the test writes: `socket(n)` is a promise of the connection of the nth request, whose
 * head has been sent.
 */
export async function scripted() {
  const sockets = [];
  const waiting = new Set();
  const upstream = await rawUpstream((socket) => {
    socket.write(head("text/event-stream"));
    sockets.push(socket);
    for (const wake of waiting) wake();
  });
  return {
    ...upstream,
    async socket(at = 0) {
      while (!sockets[at]) await new Promise((resolve) => waiting.add(resolve));
      return sockets[at];
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      upstream.stop();
    },
  };
}

/** `[id, event, data]` of each whole event of a text; comments are left out. */
export function eventsOf(text) {
  const found = [];
  for (const block of text.split("\n\n").slice(0, -1)) {
    const fields = { data: [] };
    for (const line of block.split("\n")) {
      const [, name, value] = /^(\w*): ?(.*)$/s.exec(line) ?? [];
      if (name === "data") fields.data.push(value);
      else if (name) fields[name] = value;
    }
    if (fields.data.length > 0)
      found.push([Number(fields.id), fields.event, fields.data.join("\n")]);
  }
  return found;
}

export const codeOf = (answer) => answer.json().error.code;

/** The code of the error that is a stream's last event. */
export const lastCode = (text) => JSON.parse(eventsOf(text).at(-1)[2]).error?.code;

/** Starts both, runs the test, and stops both. */
export async function withStreams(settings, test) {
  const upstream = settings.upstream ?? (await scripted());
  const proxy = await startResumable({ ...settings, upstream });
  try {
    await test(proxy, upstream);
  } finally {
    await proxy.stop();
    upstream.stop();
  }
}
