// A trap poisons one WebAssembly instance, not the Worker (threat table, row P2). The trap is put in at the
// boundary: a request with a certain header makes the raw export throw what a trap throws.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, it } from "node:test";

import { QUESTION, startProxy } from "../support/proxy.mjs";
import { startUpstream } from "../support/upstream.mjs";

const trapdoor = {
  name: "trapdoor",
  setup(bundler) {
    bundler.onLoad({ filter: /lib[/\\]runtime\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const marked = text.replace(
        "this.#guard(exports)",
        "((globalThis.instances = (globalThis.instances ?? 0) + 1), globalThis.trapped ?? ((g, e) => g(e)))((raw) => this.#guard(raw), exports)",
      );
      assert.notEqual(marked, text, "the runtime has another form than the one known");
      return { contents: marked };
    });
  },
};

const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
let armed = false;
globalThis.trapped = (guard, raw) => {
  const trap = (name) => (...args) => {
    if (!armed) return raw[name](...args);
    armed = false;
    throw new WebAssembly.RuntimeError("unreachable");
  };
  const wrapped = { ...raw };
  for (const name of Object.keys(raw)) if (/handle/.test(name) && typeof raw[name] === "function") wrapped[name] = trap(name);
  return guard(wrapped);
};
const proxy = createProxy({ routes: ["models"], maxConcurrent: 100 });
export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/instances") return new Response(String(globalThis.instances));
    armed = request.headers.has("x-trap");
    return proxy.fetch(request, env, ctx);
  },
};`;

let upstream;
let proxy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, source: SOURCE, bundle: { plugins: [trapdoor] } });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));

const instances = async () => Number((await proxy.send("/instances", {})).text());

it("P2_a trap fails its own request, the streams that flow go on, and the next request is served", async () => {
  assert.equal((await proxy.models()).status, 200);
  const first = await instances();

  await upstream.arm("interval=50", { times: 50 });
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => proxy.openChat({ ...QUESTION, stream: true })),
  );
  const answers = await Promise.all(streams.map(({ response }) => response));
  const trapped = await proxy.models({ "x-trap": "1" });
  assert.equal(trapped.status, 500, trapped.text());
  assert.equal(trapped.json().error.code, "internal_error");
  assert.equal((await proxy.models()).status, 200);
  assert.equal(await instances(), first + 1);
  for (const answer of answers) {
    assert.equal(await answer.ended, "end");
    assert.match(answer.text(), /\[DONE\]/);
  }
});

it("L3_a_trap_gives_the_places_back", async () => {
  await upstream.reset();
  await upstream.arm("hang", { path: "/v1/chat", times: 100 });
  const waiting = await Promise.all(Array.from({ length: 100 }, () => proxy.openChat(QUESTION)));
  await upstream.wait({ bodies: 100 });
  assert.equal((await proxy.chat(QUESTION)).status, 429);
  assert.equal((await proxy.models({ "x-trap": "1" })).status, 500);
  for (const { response } of waiting) assert.equal((await response).status, 500);
  await upstream.reset();
  assert.equal((await proxy.chat(QUESTION)).status, 200);
});

it("P2_requests that wait for the upstream's head when an instance dies are answered, not left hanging", async () => {
  await upstream.reset();
  await upstream.arm("hang", { path: "/v1/chat" });
  const waiting = await proxy.openChat(QUESTION);
  await upstream.wait({ bodies: 1 });
  assert.equal((await proxy.models({ "x-trap": "1" })).status, 500);
  const answer = await waiting.response;
  assert.equal(answer.status, 500);
  assert.equal((await proxy.models()).status, 200);
});
