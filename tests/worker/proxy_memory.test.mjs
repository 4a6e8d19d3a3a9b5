// WebAssembly's memory never shrinks, so nothing may stay in it (threat table, row P3).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { QUESTION } from "../support/proxy.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";

const window = {
  name: "window",
  setup(bundler) {
    bundler.onLoad({ filter: /edge[/\\]glue\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const marked = text.replace(
        "wasm.__wbindgen_start();",
        "globalThis.wasmMemory = wasm.memory; $&",
      );
      assert.notEqual(marked, text, "the glue has another form than the one known");
      return { contents: marked };
    });
  },
};

const SOURCE = `
import { createProxy } from "openai-wasm/proxy";
const proxy = createProxy({ maxConcurrent: 100, maxInputChars: 262_144 });
export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/memory") return proxy.fetch(request, env, ctx);
    return new Response(String(globalThis.wasmMemory.buffer.byteLength));
  },
};`;

const AT_ONCE = 20;
const PAGES = 4 * 65536;

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let upstream;
    let proxy;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({
        upstream,
        limits: { maxConcurrent: 100 },
        source: SOURCE,
        bundle: { plugins: [window] },
      });
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));

    const memory = async () => Number((await proxy.send("/memory", {})).text());
    const together = (action) => Promise.all(Array.from({ length: AT_ONCE }, action));

    /**
     * How much the memory grows in so many rounds, after as many to find its level. How many requests meet
     * differs, so it may find it late; what stays behind grows the memory in every phase.
     */
    async function growth(rounds, round) {
      let grown;
      for (let phase = 0; phase < 4; phase += 1) {
        const before = await memory();
        for (let count = 0; count < rounds; count += 1) await round();
        grown = (await memory()) - before;
        if (phase > 0 && grown <= PAGES) break;
      }
      return grown;
    }

    // The stand-in takes its time for so much text; bodies are read by the same code.
    if (tag === "") {
      it("P3_forty of the largest bodies at once fit into a Worker", async () => {
        const body = JSON.stringify({
          ...QUESTION,
          messages: [{ role: "user", content: "x".repeat(262_000) }],
        });
        await upstream.arm("hang=1000", { times: 40 });
        const answers = await Promise.all(Array.from({ length: 40 }, () => proxy.chat(body)));
        assert.ok(
          answers.every(({ status }) => status === 200 || status === 400 || status === 429),
          answers[0].text(),
        );
        // Of its 128 MB, WebAssembly may take half.
        assert.ok((await memory()) < 64 * 2 ** 20, `${await memory()} bytes`);
        await upstream.reset();
      });
    }

    it(`P3_${tag}callers that leave while they wait take their memory with them`, async () => {
      const grown = await growth(25, async () => {
        await upstream.arm("hang", { times: AT_ONCE });
        const callers = await together(() => proxy.openChat(QUESTION));
        await upstream.wait({ bodies: AT_ONCE });
        for (const { reset } of callers) reset();
        await upstream.wait({ closed: AT_ONCE });
        await upstream.reset();
      });
      assert.ok(grown <= PAGES, `${grown} bytes in ${25 * AT_ONCE} requests`);
    });

    it(`P3_${tag}answers, refusals and large bodies leave nothing behind`, async () => {
      const large = {
        ...QUESTION,
        stream: true,
        tools: [{ type: "function", function: { name: "f", description: "x".repeat(200_000) } }],
        tool_choice: "none",
        max_tokens: 5,
      };
      const grown = await growth(8, async () => {
        await upstream.arm("status=400", { times: AT_ONCE / 2 });
        await together(() => proxy.chat(large));
        await together(() => proxy.chat("{"));
        await together(() => proxy.chat({ ...QUESTION, stream: true }));
        await upstream.reset();
      });
      assert.ok(grown <= PAGES, `${grown} bytes`);
    });
  });
}
