// How much a caller may ask (threat table, rows L1 to L3 and L11 to L13). workerd alone has no rate-limit
// binding; a Worker with the binding's method stands in for it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";

import { brokenLimiter, limiter } from "../support/limiter.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { send } from "../support/http.mjs";
import { mint } from "../support/tokens.mjs";
import { startUpstream } from "../support/upstream.mjs";

let upstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream?.stop());
beforeEach(() => upstream.reset());

const from = (sub) => ({ token: { claims: { sub } } });
const count = async () => (await upstream.requests()).length;

async function withProxy(settings, test) {
  const proxy = await startProxy({ upstream, ...settings });
  try {
    await test(proxy);
  } finally {
    await proxy.stop();
  }
}

const limited = (which, most) => ({
  options: `{ rateLimits: { ${which}: "LIMIT" } }`,
  bindings: { LIMIT: { service: "limiter" } },
  services: { limiter: limiter(most) },
});

it("L1_burst_of_one_subject", async () => {
  await withProxy(limited("subject", 3), async (proxy) => {
    for (let asked = 0; asked < 3; asked++)
      assert.equal((await proxy.chat(QUESTION, from("a"))).status, 200);
    const answer = await proxy.chat(QUESTION, from("a"));
    refused(answer, 429, "rate_limited");
    assert.match(answer.headers["retry-after"], /^[1-9][0-9]*$/);
    assert.equal(await count(), 3);
    assert.equal(
      (await proxy.chat(QUESTION, from("b"))).status,
      200,
      "another subject is not concerned",
    );
    refused(await proxy.send("/v1/models", {}), 401, "unauthorized", "and nobody is not counted");
  });
});

it("L2_an_address_is_what_Cloudflare_saw_and_nothing_else", async () => {
  await withProxy(limited("address", 2), async (proxy) => {
    let at = 0;
    const ask = (address, headers) =>
      proxy.models(
        { ...(address && { "cf-connecting-ip": address }), ...headers },
        { claims: { sub: `s-${at++}` } },
      );
    for (const [addresses, note] of [
      [["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"], "an IPv4 address, however it is written"],
      [
        ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:DB8:1:2:3:4:5:6"],
        "an IPv6 network of 64 bits",
      ],
      [[undefined, "not an address", undefined], "all whose address cannot be read"],
    ]) {
      assert.equal((await ask(addresses[0])).status, 200, note);
      assert.equal((await ask(addresses[1])).status, 200, note);
      for (const headers of [
        {},
        { "x-forwarded-for": `203.0.113.${at}` },
        {
          "x-real-ip": "203.0.113.9",
          "true-client-ip": "203.0.113.9",
          forwarded: "for=203.0.113.9",
        },
      ]) {
        refused(await ask(addresses[2], headers), 429, "rate_limited", note);
      }
    }
    assert.equal((await ask("2001:db8:1:3::1")).status, 200, "the next network is another");
    const bare = await send(`${proxy.url}/v1/models`, {
      headers: { "cf-connecting-ip": "192.0.2.1" },
    });
    refused(bare, 429, "rate_limited", "the address is counted before anything is verified");
  });
});

const LONG = {
  ...QUESTION,
  stream: true,
  messages: [{ role: "user", content: `repeat:${"word ".repeat(400)}` }],
};

for (const { tag, start } of PROXIES)
  describe(`L3_${tag}four_requests_of_a_subject_at_once`, () => {
    let proxy;
    before(async () => {
      // The default.
      proxy = await start({ upstream, limits: { maxConcurrent: undefined } });
    });
    after(() => proxy?.stop());

    const fill = async (faults, sub, question = LONG) => {
      await upstream.arm(faults, { times: 4, path: "/v1/chat" });
      return Promise.all(Array.from({ length: 4 }, () => proxy.openChat(question, from(sub))));
    };
    /** Asks until there is room; fails after a second. */
    const served = async (sub) => {
      const deadline = Date.now() + 1000;
      for (;;) {
        const answer = await proxy.chat(QUESTION, from(sub));
        if (answer.status === 200) return;
        refused(answer, 429, "rate_limited");
        assert.equal(answer.headers["retry-after"], "1");
        assert.ok(Date.now() < deadline, "the place is not given back within a second");
      }
    };

    it("the fifth is refused, another subject's is not", async () => {
      const open = await fill("interval=50", "full");
      await Promise.all(open.map(({ response }) => response));
      refused(await proxy.chat(QUESTION, from("full")), 429, "rate_limited");
      assert.equal(await count(), 4);
      await served("other");
      for (const each of open) each.close();
      await served("full");
    });

    for (const [how, leave] of [
      ["closed", "close"],
      ["reset", "reset"],
    ]) {
      it(`a place is free when a stream is ${how}`, async () => {
        const open = await fill("interval=50", how);
        for (const { response } of open) await (await response).events(2);
        open[0][leave]();
        await served(how);
        for (const each of open.slice(1)) each[leave]();
      });
    }

    it("a place is free when the caller of a request that waits has left", async () => {
      const open = await fill("hang", "waits");
      await upstream.wait({ bodies: 4 });
      refused(await proxy.chat(QUESTION, from("waits")), 429, "rate_limited");
      open[0].reset();
      await served("waits");
      for (const each of open.slice(1)) each.reset();
    });

    it("a place is free when an answer has ended, fails, or breaks off", async () => {
      for (const [faults, question] of [
        ["", QUESTION],
        ["", { ...QUESTION, stream: true }],
        ["status=500", QUESTION],
        ["status=429", LONG],
        ["reset=200", LONG],
        ["cut=200", LONG],
      ]) {
        for (let round = 0; round < 6; round++) {
          if (faults) await upstream.arm(faults, { path: "/v1/chat" });
          const answer = await proxy.chat(question, from("ends"));
          await answer.ended;
          assert.notEqual(
            answer.headers["retry-after"],
            "1",
            `${faults}, round ${round}: ${answer.text()}`,
          );
        }
      }
      await served("ends");
    });

    it("a place is free when the body or the parameters are refused", async () => {
      for (let round = 0; round < 6; round++) {
        assert.equal((await proxy.chat("{", from("refused"))).status, 400);
        assert.equal((await proxy.chat({ ...QUESTION, x: 1 }, from("refused"))).status, 400);
        assert.equal((await proxy.chat("x".repeat(300_000), from("refused"))).status, 413);
      }
      await served("refused");
    });
  });

it("L3_a place is free when answers are handed on unseen", async () => {
  await withProxy({ options: "{ maxConcurrent: 1, inspectAnswers: false }" }, async (unseen) => {
    for (let round = 0; round < 6; round++) {
      const answer = await unseen.chat({ ...QUESTION, stream: round % 2 === 0 }, from("unseen"));
      assert.equal(answer.status, 200, `round ${round}: ${answer.text()}`);
    }
    await upstream.arm("interval=50", { path: "/v1/chat" });
    const open = await unseen.openChat(LONG, from("unseen"));
    await (await open.response).events(2);
    refused(await unseen.chat(QUESTION, from("unseen")), 429, "rate_limited");
    open.reset();
    const deadline = Date.now() + 1000;
    while ((await unseen.chat(QUESTION, from("unseen"))).status !== 200)
      assert.ok(Date.now() < deadline);
  });
});

describe("L11_a_limit_that_cannot_be_asked_closes_the_door", () => {
  for (const [name, bindings, service] of [
    ["without its binding", {}, undefined],
    ["with a text in its place", { LIMIT: "3" }, undefined],
    ["that throws", { LIMIT: { service: "limiter" } }, 'throw new Error("down")'],
    ["that gives nonsense", { LIMIT: { service: "limiter" } }, 'return { success: "yes" };'],
    ["that gives nothing", { LIMIT: { service: "limiter" } }, "return undefined;"],
    [
      "that never answers",
      { LIMIT: { service: "limiter" } },
      "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    ],
  ]) {
    for (const which of ["subject", "address"]) {
      it(`${which}: ${name}`, async () => {
        const services = service ? { limiter: brokenLimiter(service) } : {};
        await withProxy(
          { options: `{ rateLimits: { ${which}: "LIMIT" } }`, bindings, services },
          async (proxy) => {
            refused(await proxy.chat(QUESTION), 503, "check_unavailable");
            assert.equal(await count(), 0);
          },
        );
      });
    }
  }
});

describe("L12_the_proxy_can_be_switched_off", () => {
  for (const [name, settings, status] of [
    ["by a variable", { bindings: { PROXY_DISABLED: "1" } }, "proxy_disabled"],
    ["by a variable that says true", { bindings: { PROXY_DISABLED: "true" } }, "proxy_disabled"],
    ["by a function", { options: "{ disabled: async () => true }" }, "proxy_disabled"],
    [
      "by a function that throws",
      { options: '{ disabled: () => { throw new Error("down"); } }' },
      "check_unavailable",
    ],
    ["control: not by 0", { bindings: { PROXY_DISABLED: "0" } }, undefined],
    [
      "control: not by a function that says no",
      { options: "{ disabled: () => false }" },
      undefined,
    ],
  ]) {
    it(name, async () => {
      await withProxy(settings, async (proxy) => {
        const answers = [await proxy.chat(QUESTION), await proxy.models()];
        for (const answer of answers) {
          if (status) refused(answer, 503, status);
          else assert.equal(answer.status, 200);
        }
        assert.equal(await count(), status ? 0 : 2);
      });
    });
  }

  it("whatever is asked for, and by whom", async () => {
    const page = "https://app.example.com";
    await withProxy(
      { options: `{ allowedOrigins: ["${page}"] }`, bindings: { PROXY_DISABLED: "1" } },
      async (proxy) => {
        const chat = "/v1/chat/completions";
        for (const [path, request] of [
          [chat, { method: "POST" }],
          [chat, { method: "GET" }],
          [chat, { method: "POST", headers: { origin: "https://evil.example.com" } }],
          ["/v1/files", {}],
          ["/session", { method: "POST" }],
          ["/", {}],
        ]) {
          refused(
            await proxy.send(path, request),
            503,
            "proxy_disabled",
            `${request.method} ${path}`,
          );
        }
        // Without a preflight, a page could not read that the proxy is switched off.
        const preflight = await proxy.send(chat, {
          method: "OPTIONS",
          headers: { origin: page, "access-control-request-method": "POST" },
        });
        assert.equal(preflight.status, 204);
        const answer = await proxy.chat(QUESTION, { headers: { origin: page } });
        refused(answer, 503, "proxy_disabled");
        assert.equal(answer.headers["access-control-allow-origin"], page);
        assert.equal(await count(), 0);
      },
    );
  });
});

it("L13_what_the_binding_cannot_do_is_said_where_it_is_chosen", async () => {
  const root = new URL("../../", import.meta.url);
  for (const [file, text] of [
    ["docs/limits.md", /per location.*no money/s],
    ["SECURITY.md", /per location.*no money/s],
    ["pkg-template/edge/proxy.d.ts", /per location.*no money/s],
  ]) {
    assert.match(await readFile(new URL(file, root), "utf8"), text, file);
  }
  // Two locations are two counters.
  const here = await startProxy({ upstream, ...limited("subject", 1) });
  const there = await startProxy({ upstream, secret: here.secret, ...limited("subject", 1) });
  try {
    const authorization = `Bearer ${await mint(here.secret)}`;
    for (const { url } of [here, there]) {
      assert.equal((await send(`${url}/v1/models`, { headers: { authorization } })).status, 200);
    }
  } finally {
    await Promise.all([here.stop(), there.stop()]);
  }
});
