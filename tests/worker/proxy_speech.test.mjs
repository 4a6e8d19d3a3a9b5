// Speech by the official client, through the package's proxy and the crate's: as bytes and as events.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import OpenAI from "openai";

import { refused } from "../support/refusal.mjs";
import { head, rawUpstream } from "../support/raw_upstream.mjs";
import { PROXIES } from "../support/rust_worker.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const MODEL = "gpt-4o-mini-tts";
const SPEECH = { model: MODEL, input: "Good day.", voice: "coral" };
const OPTIONS = { routes: ["audio.speech"] };
const SERVED = {
  options: `{ routes: ["audio.speech"], onUsage: (event) => console.log("usage " + JSON.stringify(event)) }`,
  bindings: { PROXY_OPTIONS: JSON.stringify(OPTIONS), OPENAI_MODELS: MODEL },
};

const clientOf = async (proxy) =>
  new OpenAI({ apiKey: await mint(proxy.secret), baseURL: `${proxy.url}/v1`, maxRetries: 0 });
const bytesOf = async (response) => Buffer.from(await response.arrayBuffer());

/** The usage event of the only request of a proxy's life. */
async function usageOf(proxy, nth) {
  await proxy.until((output) => output.split("usage {").length > nth);
  return JSON.parse(`{${proxy.output.split("usage {").at(-1).split("\n")[0]}`);
}

for (const { tag, title, start } of PROXIES) {
  describe(title, () => {
    let upstream;
    let proxy;
    let client;
    before(async () => {
      upstream = await startUpstream();
      proxy = await start({ upstream, ...SERVED });
      client = await clientOf(proxy);
    });
    after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
    beforeEach(() => upstream.reset());

    const speak = (more, options) => client.audio.speech.create({ ...SPEECH, ...more }, options);

    it(`${tag}speech comes in every format, byte for byte`, async () => {
      const direct = new OpenAI({ apiKey: "k", baseURL: upstream.baseUrl });
      for (const [format, type] of [
        ["mp3", "audio/mpeg"],
        ["opus", "audio/opus"],
        ["aac", "audio/aac"],
        ["flac", "audio/flac"],
        ["wav", "audio/wav"],
        ["pcm", "audio/pcm"],
      ]) {
        const response = await speak({ response_format: format });
        assert.equal(response.headers.get("content-type"), type);
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        const expected = await direct.audio.speech.create({ ...SPEECH, response_format: format });
        assert.deepEqual(await bytesOf(response), await bytesOf(expected), format);
      }
      const [asked] = await upstream.requests();
      assert.equal(headerOf(asked, "authorization"), `Bearer ${proxy.key}`);
      assert.match(headerOf(asked, "accept"), /\baudio\/mpeg\b/);
      assert.deepEqual(JSON.parse(asked.body), { ...SPEECH, response_format: "mp3" });
    });

    it(`${tag}speech comes in events, whose last one tells the usage`, async () => {
      const told = proxy.output.split("usage {").length;
      const response = await speak({ stream_format: "sse", response_format: "pcm" });
      assert.equal(response.headers.get("content-type"), "text/event-stream");
      const events = (await response.text())
        .trim()
        .split("\n\n")
        .map((event) => JSON.parse(event.replace("data: ", "")));
      const sound = Buffer.concat(
        events.slice(0, -1).map(({ type, audio }) => {
          assert.equal(type, "speech.audio.delta");
          return Buffer.from(audio, "base64");
        }),
      );
      assert.deepEqual(sound, await bytesOf(await speak({ response_format: "pcm" })));
      const { type, usage } = events.at(-1);
      assert.equal(type, "speech.audio.done");
      const record = await usageOf(proxy, told);
      assert.deepEqual([record.route, record.model], ["/v1/audio/speech", MODEL]);
      assert.ok(usage.output_tokens > 0);
      const first = JSON.parse(`{${proxy.output.split("usage {")[told].split("\n")[0]}`);
      assert.deepEqual(
        [first.stream, first.estimated, first.usage.completion_tokens],
        [true, false, usage.output_tokens],
      );
      // The asked format stands in the body, and nothing of the proxy's.
      const [asked] = await upstream.requests();
      const body = { ...SPEECH, stream_format: "sse", response_format: "pcm" };
      assert.deepEqual(JSON.parse(asked.body), body);
    });

    it(`K5_${tag}speech that holds the key is broken off, and so is what ends before its end`, async () => {
      const input = `repeat: The key is ${proxy.key}, it is.`;
      await assert.rejects(async () => bytesOf(await speak({ input })), "bytes");
      await upstream.arm("cut=2000");
      await assert.rejects(async () => bytesOf(await speak()), "cut");
      await upstream.arm("end-events=2");
      const cut = await (await speak({ stream_format: "sse" })).text();
      assert.match(cut, /speech\.audio\.delta.*\n\ndata: \{"error":\{.*"upstream_truncated"/s);
      assert.doesNotMatch(cut, /speech\.audio\.done/);
    });

    it(`T10_${tag}what is not sound is refused`, async () => {
      for (const type of ["application/json", "text/html", "text/event-stream", "video/mp4", "x"]) {
        await upstream.arm(`content-type=${type}`);
        await assert.rejects(speak(), { status: 502, code: "upstream_invalid" }, type);
      }
      const deaf = await rawUpstream((socket) => socket.end(`${head("audio/mpeg")}ID3 sound`));
      const other = await start({ upstream: deaf, ...SERVED });
      try {
        const own = await clientOf(other);
        const asked = own.audio.speech.create({ ...SPEECH, stream_format: "sse" });
        await assert.rejects(asked, { status: 502, code: "upstream_invalid" }, "sound for events");
      } finally {
        await other.stop();
        deaf.stop();
      }
    });

    it(`V8_${tag}parameters are those of the table`, async () => {
      for (const [more, code, param] of [
        [{ voice: { id: "voice_1" } }, "invalid_type", "voice"],
        [{ input: undefined }, "missing_parameter", "input"],
        [{ speed: 0.1 }, "param_not_allowed", "speed"],
        [{ response_format: "exe" }, undefined, "response_format"],
        [{ n: 2 }, "param_not_allowed", "n"],
        [{ model: "tts-1" }, "model_not_allowed", "model"],
      ]) {
        if (more.model && tag === "") continue; // The package's proxy has every model here.
        await assert.rejects(speak(more), (error) => {
          assert.ok([400, 403].includes(error.status), String(error));
          assert.equal(error.param, param, String(error));
          if (code && code !== "missing_parameter") assert.equal(error.code, code);
          return true;
        });
      }
      assert.deepEqual(await upstream.requests(), []);
    });

    it(`V9_${tag}it is served where the operator lists it alone`, async () => {
      const other = await start({ upstream, bindings: { OPENAI_MODELS: MODEL } });
      try {
        refused(await other.post("/v1/audio/speech", SPEECH), 404, "not_found");
      } finally {
        await other.stop();
      }
    });

    it(`T8_${tag}the first sound comes before the last is made, and silence ends it`, async () => {
      let more;
      const slow = await rawUpstream((socket) => {
        socket.write(`${head("audio/mpeg")}ID3`);
        more = () => socket.write("more");
      });
      const impatient = await start({
        upstream: slow,
        options: `{ routes: ["audio.speech"], idleTimeout: 300 }`,
        bindings: {
          PROXY_OPTIONS: JSON.stringify({ ...OPTIONS, idleTimeout: 300 }),
          OPENAI_MODELS: MODEL,
        },
      });
      try {
        const own = await clientOf(impatient);
        const reader = (await own.audio.speech.create(SPEECH)).body.getReader();
        assert.equal(Buffer.from((await reader.read()).value).toString(), "ID3");
        more();
        assert.equal(Buffer.from((await reader.read()).value).toString(), "more");
        await assert.rejects(reader.read());
      } finally {
        await impatient.stop();
        slow.stop();
      }
    });
  });
}
