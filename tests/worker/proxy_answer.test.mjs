// What the proxy does with an answer under way: it ends what must end, and never with [DONE] (threat
// table, rows K5, K6, T5 to T8, T10, P2).

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";
import { refused } from "../support/refusal.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { startUpstream } from "../support/upstream.mjs";

const STREAM = { ...QUESTION, stream: true };
const LIMITS = { timeout: 1000, idleTimeout: 700, maxDuration: 2500, maxAnswerBytes: 300_000 };

/** The error of a stream's last event, which nothing follows. */
function lastError(answer, about) {
  assert.equal(answer.status, 200, `${about}: ${answer.text()}`);
  assert.doesNotMatch(answer.text(), /\[DONE\]/, about);
  const last = answer
    .text()
    .trimEnd()
    .split(/\r?\n\r?\n/)
    .at(-1);
  assert.match(
    last,
    /^data: \{"error":\{"message":"[^"]+","type":"[a-z_]+","code":"[a-z_]+","param":null\}\}$/,
    about,
  );
  return JSON.parse(last.slice(6)).error;
}

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let upstream;
    let proxy;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({ upstream, limits: LIMITS });
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
    beforeEach(() => upstream.reset());

    it(`K6_${tag}a key in a stream ends it, in one piece, over events, in escapes, cut at every byte`, async () => {
      for (const form of ["echo-key", "echo-key=split", "echo-key=escaped"]) {
        for (const cut of ["", ",split", ",chunk=7", ",line-end=crlf"]) {
          await upstream.arm(`${form}${cut}`);
          const answer = await proxy.chat(STREAM);
          assert.equal(lastError(answer, form + cut).code, "upstream_invalid", form + cut);
          assert.deepEqual(
            findCanary(proxy.key, answer.seen()),
            [],
            `${form}${cut}:\n${answer.seen()}`,
          );
        }
      }
      assert.deepEqual(findCanary(proxy.key, proxy.output), []);
    });

    it(`K5_${tag}an error inside a stream names no account`, async () => {
      for (const kind of [
        "openai",
        "event",
        "event-flat",
        "vllm",
        "openrouter",
        "fireworks",
        "exo",
        "llamacpp",
      ]) {
        for (const at of [0, 1, 3]) {
          await upstream.arm(`error=${kind},error-after=${at}`);
          const answer = await proxy.chat(STREAM);
          const { message } = lastError(answer, kind);
          assert.doesNotMatch(message, /\borg-|\bproj_|\breq_/, kind);
        }
      }
      await upstream.arm("json-error");
      const whole = await proxy.chat(QUESTION);
      assert.equal(whole.status, 502, whole.text());
    });

    it(`K6_${tag}a key in a whole answer is a 502, also in escapes and in the midst of a word`, async () => {
      let content;
      const raw = await rawUpstream((socket) =>
        socket.end(`${head("application/json")}{"choices":[{"message":{"content":"${content}"}}]}`),
      );
      const own = await start({ upstream: raw });
      try {
        const escaped = [...own.key].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join("");
        for (content of [
          own.key,
          `x${own.key.slice(20, 32)}y`,
          escaped,
          own.key.slice(-8),
          `"},"id":"${own.key}`,
          `"},"${own.key}":{"a":"`,
        ]) {
          const answer = await own.chat(QUESTION);
          assert.equal(answer.status, 502, answer.text());
          assert.equal(answer.json().error.code, "upstream_invalid");
          assert.deepEqual(findCanary(own.key, answer.seen()), []);
        }
        content = "sk-proj-";
        assert.equal((await own.chat(QUESTION)).status, 200);
      } finally {
        await own.stop();
        raw.stop();
      }
    });

    it(`K3_${tag}a JSON answer of a wrong length or coding is no answer`, async () => {
      const json = '{"object":"chat.completion","choices":[]}';
      for (const [lines, code] of [
        [`content-length: ${json.length}`, undefined],
        ["content-length: 7", "upstream_invalid"],
        ["content-length: 4000", "upstream_truncated"],
        [`content-encoding: gzip\r\ncontent-length: ${json.length}`, "upstream_truncated"],
      ]) {
        const raw = await rawUpstream((socket) =>
          socket.end(
            `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${lines}\r\nconnection: close\r\n\r\n${json}`,
          ),
        );
        const own = await start({ upstream: raw });
        try {
          const answer = await own.chat(QUESTION);
          if (code) refused(answer, 502, code, lines);
          else assert.equal(answer.text(), json, "the control");
          assert.equal(answer.headers["content-encoding"], undefined);
        } finally {
          await own.stop();
          raw.stop();
        }
      }
    });

    it(`K5_K6_${tag}an error event's account, and a key word by word, are held back`, async () => {
      let bytes;
      const raw = await rawUpstream((socket) => socket.end(head("text/event-stream") + bytes));
      const own = await start({ upstream: raw });
      try {
        bytes =
          says("Well") +
          event({
            error: {
              message: `Quota of org-ABCdef123 and proj_x1, req_77, key ${own.key.slice(0, 12)}****${own.key.slice(-4)}`,
              code: "insufficient_quota",
            },
          });
        const named = await own.chat(STREAM);
        const error = lastError(named, "account");
        assert.equal(error.code, "insufficient_quota");
        assert.doesNotMatch(error.message, /org-|proj_|req_|sk-/);
        assert.match(named.text(), /Well/);

        // Readers join the lines of an event's data.
        bytes = `${says("Well")}data: {"error":\ndata: {"message":"Quota of org-ABCdef123","code":"insufficient_quota"}}\n\n`;
        const lines = lastError(await own.chat(STREAM), "an error of two lines");
        assert.equal(lines.code, "insufficient_quota");
        assert.doesNotMatch(lines.message, /org-/);
        const escaped = [...own.key].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join("");
        bytes = `data: {"choices":[{"index":0,"delta":{"content":"${escaped}"}}],\r\ndata: "created":1}\r\n\r\n${event("[DONE]")}`;
        assert.equal(
          lastError(await own.chat(STREAM), "a key in the first of two lines").code,
          "upstream_invalid",
        );
        bytes =
          'data: {"choices":[{"index":0,"delta":{"content":"Hi"},\ndata: "finish_reason":"stop"}]}\n\n';
        const whole = await own.chat(STREAM);
        assert.equal(whole.text(), bytes, "an end in the second line is one");

        const pieces = own.key.match(/.{1,3}/g);
        bytes = pieces.map(says).join("") + event("[DONE]");
        const spelled = await own.chat(STREAM);
        assert.equal(lastError(spelled, "spelled").code, "upstream_invalid");
        const said = [...spelled.text().matchAll(/"content":"([^"]*)"/g)]
          .map(([, text]) => text)
          .join("");
        assert.ok(
          said.length < "sk-proj-".length + 8,
          `${said.length} characters of the key came through`,
        );

        // The control: what only looks like a key is nobody's secret here.
        bytes = says("sk-proj-") + says("0123456789abcdef") + event("[DONE]");
        assert.match((await own.chat(STREAM)).text(), /\[DONE\]/);
      } finally {
        await own.stop();
        raw.stop();
      }
    });

    it(`T8_${tag}a stream that falls silent ends with an error event, and its connection is closed`, async () => {
      await upstream.arm("stall=3");
      const answer = await proxy.chat(STREAM);
      assert.equal(lastError(answer, "stall").code, "upstream_timeout");
      await upstream.wait({ closed: 1 }, 1000);
      await upstream.arm("stall=20");
      const whole = await proxy.chat(QUESTION);
      assert.equal(whole.status, 504, whole.text());
      assert.equal(whole.json().error.code, "upstream_timeout");
      await upstream.wait({ closed: 2 }, 1000);
    });

    it(`T8_${tag}comments keep a stream alive, but not for ever`, async () => {
      await upstream.arm("stall=3,keepalive=200");
      const began = Date.now();
      const answer = await proxy.chat(STREAM);
      assert.equal(lastError(answer, "keepalive").code, "answer_too_slow");
      assert.ok(Date.now() - began >= 2000);
      await upstream.wait({ closed: 1 }, 1000);
    });

    it(`T8_${tag}a caller who stops reading does not outlast the time limit`, async () => {
      const brief = await start({ upstream, limits: { maxDuration: 1500 } });
      try {
        await upstream.arm("events=2000,event-size=100000");
        const { response } = await brief.openChat(STREAM);
        (await response).pause();
        await upstream.wait({ closed: 1 }, 4000);
        const [{ bytes_offered: offered }] = await upstream.requests();
        assert.ok(offered < 64e6, `the upstream could send ${offered} of 200 MB`);
      } finally {
        await brief.stop();
      }
    });

    it(`T8_${tag}an answer that grows too long ends with an error event`, async () => {
      // Few events, so that the time limit is far away on a slow machine, too.
      await upstream.arm("events=200,event-size=10000");
      const answer = await proxy.chat(STREAM);
      assert.equal(lastError(answer, "long").code, "answer_too_large");
      assert.ok(answer.text().length <= 300_500, `${answer.text().length} bytes`);
      await upstream.wait({ ended: 1 }, 1000);
    });

    it(`T8_${tag}the limits hold for an answer that is no stream, and for an error's body`, async () => {
      const json = '{"choices":[{"message":{"content":"';
      const dripping = (socket) => {
        const drops = setInterval(() => socket.write("x"), 100);
        socket.once("close", () => clearInterval(drops));
      };
      const answers = {
        drips: (socket) => (socket.write(head("application/json") + json), dripping(socket)),
        grows: (socket) =>
          socket.end(`${head("application/json")}${json}${"x".repeat(400_000)}"}}]}`),
        "an error that drips": (socket) => (
          socket.write(head("application/json").replace("200 OK", "400 Bad Request")),
          dripping(socket)
        ),
        "an error that stalls": (socket) =>
          socket.write(`${head("application/json").replace("200 OK", "422 No")}{"error":`),
      };
      let kind;
      const raw = await rawUpstream((socket) => answers[kind](socket));
      const own = await start({ upstream: raw, limits: LIMITS });
      try {
        for (const [what, status, code] of [
          ["drips", 504, "answer_too_slow"],
          ["grows", 502, "answer_too_large"],
          ["an error that drips", 400, "upstream_refused"],
          ["an error that stalls", 422, "upstream_refused"],
        ]) {
          kind = what;
          refused(await own.chat(QUESTION), status, code, what);
        }
      } finally {
        await own.stop();
        raw.stop();
      }
    });

    it(`T10_${tag}an answer that says it is JSON and is none is refused`, async () => {
      let body;
      const raw = await rawUpstream((socket) => socket.end(head("application/json") + body));
      const own = await start({ upstream: raw });
      try {
        for (body of [
          "",
          "<html>",
          "[]",
          '"text"',
          "null",
          '{"choices":[',
          '{"choices":[]} more',
        ]) {
          refused(await own.chat(QUESTION), 502, "upstream_invalid", body);
        }
        body = ' {"choices":[]}\n';
        assert.equal((await own.chat(QUESTION)).text(), body, "control");
      } finally {
        await own.stop();
        raw.stop();
      }
    });

    it(`E1_${tag}what an upstream says of an error is short, or not said at all`, async () => {
      let body;
      let status;
      const raw = await rawUpstream((socket) =>
        socket.end(head("application/json").replace("200 OK", `${status} No`) + body),
      );
      const own = await start({ upstream: raw });
      try {
        const long = "word ".repeat(200);
        for (status of [400, 404, 422, 500, 503]) {
          const errors = [
            { message: long, type: long, code: long, param: long },
            { message: "x".repeat(100_000) },
            { message: 5, code: {}, param: [] },
            long,
          ];
          for (const error of errors) {
            body = JSON.stringify({ error });
            const answer = await own.chat(QUESTION);
            const { message, code, param } = refused(
              answer,
              status === 500 ? 502 : status,
              answer.json().error.code,
              body.slice(0, 40),
            );
            assert.ok(
              message.length <= 501 && code.length <= 100 && (param ?? "").length <= 100,
              `${status}: ${answer.text()}`,
            );
            if (status >= 500) assert.doesNotMatch(answer.text(), /word/);
          }
        }
      } finally {
        await own.stop();
        raw.stop();
      }
    });

    it(`T10_${tag}what follows [DONE] is left out, and a body that stays open is closed`, async () => {
      for (const fault of ["after-done=100000", "hold-open"]) {
        await upstream.reset();
        await upstream.arm(fault);
        const answer = await proxy.chat(STREAM);
        assert.equal(await answer.ended, "end", fault);
        assert.ok(answer.text().endsWith("data: [DONE]\n\n"), fault);
        assert.equal(answer.text().match(/\[DONE\]/g).length, 1, fault);
        await upstream.wait({ ended: 1 }, 3000);
      }
    });

    it("passes on an event that is larger than what is held back", async () => {
      const large = await start({ upstream });
      try {
        await upstream.arm("giant=3000000");
        const answer = await large.chat(STREAM);
        assert.ok(answer.text().length > 3_000_000);
        assert.match(answer.text(), /\[DONE\]/);
        // A giant that never ends is no place for an error event; the event before it is closed first.
        await upstream.arm("giant-line=3000000");
        const torn = await large.chat(STREAM);
        assert.equal(lastError(torn, "torn").code, "upstream_truncated");
      } finally {
        await large.stop();
      }
    });
  });
}

it("K6_the control: a proxy that does not look lets the key through", async () => {
  const upstream = await startUpstream();
  const blind = await startProxy({ upstream, options: "{ inspectAnswers: false }" });
  try {
    await upstream.arm("echo-key");
    assert.notDeepEqual(findCanary(blind.key, (await blind.chat(STREAM)).seen()), []);
  } finally {
    await Promise.all([blind.stop(), upstream.stop()]);
  }
});
