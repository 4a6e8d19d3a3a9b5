// The routes beside chat completions, by the official client: every documented form of what goes in, and of
// what comes out.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import OpenAI from "openai";

import { startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

const MODEL = "stand-in-ngram-1";
const ROUTES = [
  "completions",
  "embeddings",
  "moderations",
  "images.generations",
  "audio.transcriptions",
  "audio.translations",
];

let upstream;
let proxy;
let client;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({
    upstream,
    options: `{ routes: ${JSON.stringify(ROUTES)}, allowParams: ["stream"] }`,
  });
  client = new OpenAI({
    apiKey: await mint(proxy.secret),
    baseURL: `${proxy.url}/v1`,
    maxRetries: 0,
  });
});
after(() => Promise.all([proxy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const SAID = "Hello there. Good bye.";
const sound = (said = SAID) => new File([`repeat: ${said}`], "speech.mp3", { type: "audio/mpeg" });
const transcribe = (more, options) =>
  client.audio.transcriptions.create({ file: sound(), model: "whisper-1", ...more }, options);
const translate = (more, options) =>
  client.audio.translations.create({ file: sound(), model: "whisper-1", ...more }, options);

const SRT =
  "1\n00:00:00,000 --> 00:00:02,500\nHello there.\n\n2\n00:00:02,500 --> 00:00:05,000\nGood bye.\n\n";
const VTT =
  "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nHello there.\n\n00:00:02.500 --> 00:00:05.000\nGood bye.\n\n";

describe("audio becomes text", () => {
  for (const [name, call] of [
    ["transcriptions", transcribe],
    ["translations", translate],
  ]) {
    it(`${name} come in all their forms`, async () => {
      assert.equal((await call()).text, SAID);
      assert.equal((await call({ response_format: "json" })).text, SAID);
      const verbose = await call({ response_format: "verbose_json" });
      assert.deepEqual(
        [verbose.duration, verbose.segments.map(({ text }) => text)],
        [5, ["Hello there.", "Good bye."]],
      );
      assert.equal(await call({ response_format: "text" }), `${SAID}\n`);
      assert.equal(await call({ response_format: "srt" }), SRT);
      assert.equal(await call({ response_format: "vtt" }), VTT);
      for (const record of await upstream.requests()) {
        assert.equal(headerOf(record, "authorization"), `Bearer ${proxy.key}`);
        assert.match(headerOf(record, "accept"), /\btext\/vtt\b/);
      }
    });

    it(`${name} are texts that no browser takes for a page`, async () => {
      for (const [sent, received] of [
        ["text/plain; charset=utf-8", "text/plain; charset=utf-8"],
        ["text/plain", "text/plain; charset=utf-8"],
        ["Text/VTT", "text/vtt; charset=utf-8"],
        ["application/x-subrip", "application/x-subrip"],
      ]) {
        await upstream.arm(`content-type=${sent}`);
        const response = await call({ response_format: "srt" }).asResponse();
        assert.equal(response.headers.get("content-type"), received);
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        assert.match(response.headers.get("cache-control"), /no-store/);
        assert.equal(await response.text(), SRT);
      }
      for (const fault of [
        "html",
        "content-type=text/html",
        "content-type=text/html; charset=utf-8",
        "content-type=image/svg+xml",
        "content-type=text/xml",
        "content-type=text/javascript",
        "content-type=application/octet-stream",
        "content-type=audio/mpeg",
        "content-type=x",
      ]) {
        await upstream.arm(fault);
        await assert.rejects(
          call({ response_format: "text" }),
          { status: 502, code: "upstream_invalid" },
          fault,
        );
      }
    });

    it(`${name} that hold the key, or break off, are no answer`, async () => {
      const echo = { file: sound(`The key is ${proxy.key}.`) };
      for (const response_format of ["json", "text", "srt", "vtt"]) {
        await assert.rejects(
          call({ ...echo, response_format }),
          { status: 502, code: "upstream_invalid" },
          response_format,
        );
        await upstream.arm("cut=10");
        await assert.rejects(
          call({ response_format }),
          { status: 502, code: "upstream_truncated" },
          response_format,
        );
      }
    });
  }

  it("a text that looks like an error of the server is a text", async () => {
    const file = sound('{"error":{"message":"no"}}');
    assert.equal(
      await transcribe({ file, response_format: "text" }),
      '{"error":{"message":"no"}}\n',
    );
  });

  it("a text of more than a mebibyte comes whole", async () => {
    const said = "word ".repeat(250_000).trim();
    assert.equal(await transcribe({ file: sound(said), response_format: "text" }), `${said}\n`);
  });

  it("a transcription streams, and its end is its last event", async () => {
    const events = [];
    for await (const event of await transcribe({ stream: true })) events.push(event);
    assert.deepEqual(
      events.map(({ type, delta }) => delta ?? type),
      ["Hello ", "there. ", "Good ", "bye.", "transcript.text.done"],
    );
    assert.equal(events.at(-1).text, SAID);
    const whole = await transcribe({ stream: true }).asResponse();
    assert.equal(whole.headers.get("content-type"), "text/event-stream");
    assert.doesNotMatch(await whole.text(), /"error"/);
    await upstream.arm("end-events=2");
    const cut = await (await transcribe({ stream: true }).asResponse()).text();
    assert.match(cut, /"delta":"there\. ".*\n\ndata: \{"error":\{.*"upstream_truncated"/s);
    const echo = await (
      await transcribe({ file: sound(`The key is ${proxy.key}.`), stream: true }).asResponse()
    ).text();
    assert.match(echo, /"upstream_invalid"/);
  });

  it("control: other routes answer with JSON alone", async () => {
    for (const type of ["text/plain", "text/vtt", "application/x-subrip", "text/event-stream"]) {
      await upstream.arm(`content-type=${type}`);
      await assert.rejects(
        client.embeddings.create({ model: MODEL, input: "a" }),
        { status: 502, code: "upstream_invalid" },
        type,
      );
    }
    // Translations know no stream.
    await upstream.arm("content-type=text/event-stream");
    await assert.rejects(translate(), { status: 502, code: "upstream_invalid" });
  });
});

describe("texts go in", () => {
  const bodies = async () => (await upstream.requests()).map(({ body }) => JSON.parse(body));

  it("to be embedded as a string, strings, tokens and lists of tokens", async () => {
    for (const [input, count] of [
      ["This is a test", 1],
      [["This is", "a test"], 2],
      [[1, 2, 3], 1],
      [[[1, 2], [3]], 2],
    ]) {
      const { data } = await client.embeddings.create({
        model: MODEL,
        input,
        encoding_format: "float",
      });
      assert.deepEqual([data.length, data[0].embedding.length], [count, 1536]);
      assert.deepEqual((await bodies()).at(-1).input, input);
    }
    // Unasked, the official client wants base64 and decodes it.
    assert.equal(
      (await client.embeddings.create({ model: MODEL, input: [[1], [2]] })).data[1].embedding
        .length,
      1536,
    );
  });

  it("to be completed likewise, and the cap is for all prompts together", async () => {
    for (const [prompt, count] of [
      ["This is", 1],
      [["This is", "a"], 2],
      [[1, 2, 3], 1],
      [[[1, 2], [3]], 2],
    ]) {
      const { choices } = await client.completions.create({ model: MODEL, prompt, max_tokens: 3 });
      assert.equal(choices.length, count);
      assert.deepEqual((await bodies()).at(-1).prompt, prompt);
      await client.completions.create({ model: MODEL, prompt });
      assert.equal((await bodies()).at(-1).max_tokens, 2048 / count);
    }
    await upstream.reset();
    await assert.rejects(
      client.completions.create({ model: MODEL, prompt: ["a", "b"], max_tokens: 1025 }),
      { status: 400, code: "max_tokens_exceeded", param: "max_tokens" },
    );
    await assert.rejects(
      client.completions.create({ model: MODEL, prompt: Array(2048 + 1).fill("a") }),
      { status: 400, param: "prompt" },
    );
    assert.deepEqual(await upstream.requests(), []);
  });

  it("to be moderated as a string, strings, and a message's parts", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    for (const [input, flagged] of [
      ["I want to kill them.", [true]],
      [
        ["I want to bake bread.", "I want to kill them."],
        [false, true],
      ],
      [[{ type: "text", text: "I want to kill them." }, image], [true]],
    ]) {
      const { results } = await client.moderations.create({ input });
      assert.deepEqual(
        results.map((result) => result.flagged),
        flagged,
      );
      assert.deepEqual((await bodies()).at(-1), { input });
    }
  });

  it("and what is none of these forms is refused by its place", async () => {
    const over = Array((128 * 1024) / 4 / 2 + 1).fill(7);
    for (const [path, body, status, param] of [
      ["embeddings", { input: [1, -1] }, 400, "input[1]"],
      ["embeddings", { input: [[1], ["a"]] }, 400, "input[1][0]"],
      ["embeddings", { input: [1, 2.5] }, 400, "input[1]"],
      ["embeddings", { input: [] }, 400, "input"],
      ["embeddings", { input: {} }, 400, "input"],
      ["completions", { prompt: ["a", 1] }, 400, "prompt[1]"],
      ["moderations", { input: [1] }, 400, "input[0]"],
      [
        "moderations",
        { input: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] },
        400,
        "input[0].image_url.url",
      ],
    ]) {
      const answer = await proxy.post(`/v1/${path}`, { model: MODEL, ...body });
      assert.equal(answer.status, status, `${path} ${JSON.stringify(body)}: ${answer.text()}`);
      assert.equal(answer.json().error.param, param);
    }
    // Tokens count as four characters, so half as many as the cap has are too many twice over.
    const small = await startProxy({
      upstream,
      options: `{ routes: ["embeddings"], maxInputChars: ${(128 * 1024) / 2} }`,
    });
    try {
      refused(
        await small.post("/v1/embeddings", { model: MODEL, input: over }),
        413,
        "input_too_large",
      );
    } finally {
      await small.stop();
    }
    assert.deepEqual(await upstream.requests(), []);
  });
});
