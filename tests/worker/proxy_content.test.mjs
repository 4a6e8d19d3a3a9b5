// What the proxy does with answers whose form is not the one that was asked for, and with errors wherever a server
// puts them (threat table, rows K5, T9, T10).

import assert from "node:assert/strict";
import { it } from "node:test";

import { bothBefore } from "../support/both.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { event, head, rawUpstream, says } from "../support/raw_upstream.mjs";
import { refused } from "../support/refusal.mjs";

const STREAM = { ...QUESTION, stream: true };
const FINISHED = says("b", { finish_reason: "stop" }) + event("[DONE]");

bothBefore({}, ({ tag, raw }) => {
  const gives = (type, body, status) => {
    raw.answer = (socket) => socket.end(head(type, status) + body);
  };

  it(`T10_${tag}an event stream under another type is one, event by event`, async () => {
    for (const [type, before] of [
      ["application/json", ""],
      ["text/plain", "\ufeff\r\n"],
      ["application/octet-stream", ": hello\n\n"],
      ["application/json; charset=utf-8", "event: x\n"],
    ]) {
      let go;
      raw.answer = (socket) => {
        socket.write(head(type) + before + says("a"));
        go = () => socket.end(FINISHED);
      };
      const { response } = await raw.proxy.openChat(STREAM);
      const stream = await response;
      assert.equal(stream.headers["content-type"], "text/event-stream", type);
      assert.equal(stream.headers["x-content-type-options"], "nosniff", type);
      // The rest is not sent before the first event is there.
      await stream.events(1);
      go();
      await stream.ended;
      assert.equal(stream.text(), before + says("a") + FINISHED, type);
    }
  });

  it(`T10_${tag}a page is none, whatever it holds, and nothing is judged where no stream was asked for`, async () => {
    for (const [type, body, asked] of [
      ["text/html", says("a") + FINISHED, STREAM],
      ["application/xhtml+xml", says("a") + FINISHED, STREAM],
      ["image/svg+xml", says("a") + FINISHED, STREAM],
      ["text/plain", "Hello, data: x", STREAM],
      ["text/plain", "", STREAM],
      ["application/json", says("a") + FINISHED, QUESTION],
      ["text/plain", '{"choices":[]}', QUESTION],
    ]) {
      gives(type, body);
      refused(await raw.proxy.chat(asked), 502, "upstream_invalid", `${type}: ${body}`);
    }
    gives("application/json", says("a") + FINISHED, "404 Not Found");
    refused(await raw.proxy.chat(STREAM), 404, "upstream_refused");
  });

  it(`K5_K6_${tag}a stream under another type is looked at from its first byte`, async () => {
    gives("application/json", event({ error: { message: "in org-AbCdEf123456" } }));
    const named = await raw.proxy.chat(STREAM);
    assert.match(named.text(), /^data: \{"error":/);
    assert.doesNotMatch(named.text(), /org-/);
    gives("application/json", event({ x: raw.proxy.key }));
    assert.match((await raw.proxy.chat(STREAM)).text(), /"code":"upstream_invalid"/);
    gives("application/json", says("a"));
    assert.match((await raw.proxy.chat(STREAM)).text(), /"code":"upstream_truncated"/);
  });

  it(`T10_${tag}whole JSON becomes the one chunk of the stream that was asked for`, async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const choices = [
      { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" },
    ];
    for (const before of ["", " \n".repeat(600_000)]) {
      gives(
        "application/json",
        before + JSON.stringify({ object: "chat.completion", choices, usage }),
      );
      const got = await raw.proxy.chat(STREAM);
      assert.equal(got.status, 200, got.text());
      assert.equal(got.headers["content-type"], "text/event-stream");
      const [chunk, done, ...rest] = got.text().split("\n\n");
      assert.deepEqual([done, rest], ["data: [DONE]", [""]]);
      const {
        choices: [choice],
      } = JSON.parse(chunk.slice(6));
      assert.deepEqual(
        [choice.message.content, choice.delta.content, choice.finish_reason],
        ["Hi", "Hi", "stop"],
      );
    }
    // The same inspection as of every answer.
    for (const [body, code] of [
      [JSON.stringify({ choices, key: raw.proxy.key }), "upstream_invalid"],
      [JSON.stringify({ object: "error", message: "in org-AbCdEf123456" }), "upstream_refused"],
      [JSON.stringify({ choices: [{ ...choices[0], finish_reason: "abort" }] }), "abort"],
      ["[1]", "upstream_invalid"],
      ["{", "upstream_invalid"],
    ]) {
      gives("application/json", body);
      const { message } = refused(await raw.proxy.chat(STREAM), 502, code, body);
      assert.doesNotMatch(message, /org-/);
    }
  });

  it(`K5_${tag}an error is one wherever it stands, and one that says nothing is none`, async () => {
    const org = "org-AbCdEf123456";
    const bodies = [
      { object: "error", message: `in ${org}`, code: 400 },
      { type: "error", message: `in ${org}` },
      { detail: `in ${org}` },
      { choices: [{ index: 0, delta: {}, error: { message: `in ${org}`, code: 502 } }] },
    ];
    for (const body of bodies) {
      gives("text/event-stream", says("Well") + event(body) + event("[DONE]"));
      const got = (await raw.proxy.chat(STREAM)).text();
      assert.ok(got.startsWith(says("Well")), got);
      assert.match(got, /data: \{"error":\{"message":"in \[redacted\]"/, got);
      assert.doesNotMatch(got, /org-|DONE/);
      gives("application/json", JSON.stringify(body));
      const whole = await raw.proxy.chat(QUESTION);
      assert.equal(whole.status, 502);
      assert.doesNotMatch(whole.text(), /org-/);
    }
    gives(
      "text/event-stream",
      `${says("Well")}{"error":{"message":"in ${org}"}}\n\n${event("[DONE]")}`,
    );
    assert.doesNotMatch(
      (await raw.proxy.chat(STREAM)).text(),
      /org-|DONE/,
      "a line without a field",
    );
    const quiet =
      event({ choices: [{ delta: { content: "a" } }], error: { message: "", code: null } }) +
      FINISHED;
    gives("text/event-stream", quiet);
    assert.equal((await raw.proxy.chat(STREAM)).text(), quiet);
  });

  it(`T9_${tag}an empty finish_reason is no finish, and one that gave up is a failure`, async () => {
    gives(
      "text/event-stream",
      says("One", { finish_reason: "" }) + says(" thr", { finish_reason: "" }),
    );
    assert.match((await raw.proxy.chat(STREAM)).text(), /"code":"upstream_truncated"/);
    gives("text/event-stream", says("Par", { finish_reason: "abort" }) + event("[DONE]"));
    const gaveUp = (await raw.proxy.chat(STREAM)).text();
    assert.match(gaveUp, /Par[\s\S]*data: \{"error":\{"message":[^\n]*"code":"abort"/);
    assert.doesNotMatch(gaveUp, /DONE/);
    gives("text/event-stream", says("One", { finish_reason: "length" }));
    assert.equal(
      (await raw.proxy.chat(STREAM)).text(),
      says("One", { finish_reason: "length" }),
      "the control",
    );
  });
});

it("V13_no error tells the prompt, in a stream or before it", async () => {
  const prompt =
    "You are CANARYPROMPT0123456789, an assistant of the cheese shop, and speak of nothing but cheese.";
  let answer;
  const upstream = await rawUpstream((socket) => answer(socket));
  const proxy = await startProxy({
    upstream,
    options: `{ systemPrompt: ${JSON.stringify(prompt)} }`,
  });
  try {
    const pieces = prompt.match(/.{1,15}/g).join(" xyz ");
    for (const told of [prompt, [...prompt].join(" "), pieces]) {
      const error = JSON.stringify({
        error: { message: `context: ${told}`, code: "bad", param: null },
      });
      for (const [head_, body, asked] of [
        [head("text/event-stream"), `data: ${error}\n\n`, STREAM],
        [head("text/event-stream"), `${says("Well")}event: error\ndata: ${error}\n\n`, STREAM],
        [head("application/json"), error, QUESTION],
        [head("application/json"), error, STREAM],
        [head("application/json", "400 Bad Request"), error, QUESTION],
      ]) {
        answer = (socket) => socket.end(head_ + body);
        const got = await proxy.chat(asked);
        assert.match(got.text(), /"message":"The model server refused the request\."/, got.text());
        assert.doesNotMatch(got.text(), /cheese|CANARY|c h e e/i);
      }
    }
  } finally {
    await proxy.stop();
    upstream.stop();
  }
});
