// The documents' ranges and rules, checked before a call is sent: the cases that the Rust client is held
// to (src/validation/cases.rs), and how a client comes to its profile.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import { build } from "esbuild";

import { ask, edge, failure, keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";

const packed = (file) => join(setting("OPENAI_WASM_PKG"), file);
const { check } = await import(pathToFileURL(packed("lib/checks.js")).href);
const { InvalidOptionError } = await import(pathToFileURL(packed("lib/errors.js")).href);
const { base, cases } = JSON.parse(
  await readFile(new URL("../fixtures/checks.json", import.meta.url), "utf8"),
);

/** What `$repeat` and `$file` stand for. */
function expanded(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(expanded);
  if (value.$repeat) {
    const [what, times] = value.$repeat;
    return typeof what === "string" ? what.repeat(times) : Array(times).fill(what);
  }
  if (value.$file) return file(value.$file);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expanded(inner)]));
}

const file = (described) => new File([bytes(described)], described.name);

function bytes({ text = "", png, colour = 6, transparency, bytes: length = 0 }) {
  const head = [...new TextEncoder().encode(text)];
  if (png) {
    const side = (pixels) =>
      [pixels >>> 24, pixels >>> 16, pixels >>> 8, pixels].map((byte) => byte & 255);
    head.push(
      ...Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"),
      ...png.flatMap(side),
      8,
      colour,
      0,
      0,
      0,
    );
    if (transparency) head.push(...Buffer.from("\0\0\0\0\0\0\0\x01tRNS\0"));
  }
  const whole = new Uint8Array(Math.max(length, head.length));
  whole.set(head);
  return whole;
}

const outcome = (profile, endpoint, params) =>
  check(profile, endpoint, params).then(
    () => "accepted",
    (error) => error,
  );

/** The same parameters as a form: files and what has a text. */
function form(params) {
  const data = new FormData();
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) for (const item of value) data.append(`${name}[]`, item);
    else if (value !== null) data.append(name, value);
  }
  return data;
}

describe("the cases of the documents", () => {
  for (const { profile, endpoints, param, accepted, refused } of cases) {
    it(`${profile}: ${param} of ${endpoints.join(", ")}`, async () => {
      for (const endpoint of endpoints) {
        for (const params of accepted) {
          const given = { ...expanded(base[endpoint]), ...expanded(params) };
          assert.equal(
            await outcome(profile, endpoint, given),
            "accepted",
            `${endpoint} ${JSON.stringify(params)}`,
          );
        }
        for (const { params, message, param: path = param } of refused) {
          const given = { ...expanded(base[endpoint]), ...expanded(params) };
          const error = await outcome(profile, endpoint, given);
          const what = `${endpoint} ${JSON.stringify(params)}: ${error}`;
          assert.ok(error instanceof InvalidOptionError, what);
          assert.equal(error.option, path, what);
          assert.equal(error.message, `${path}: ${message} (profile ${profile})`, what);
        }
      }
    });
  }

  it("control: what a case refuses is not refused under another rule book", async () => {
    const three = { model: "m", prompt: "x", temperature: 3 };
    assert.equal(await outcome("none", "/completions", three), "accepted");
    assert.equal(await outcome("fireworks", "/completions", three), "accepted");
    assert.ok(
      (await outcome("openai", "/completions?api-version=1", three)) instanceof InvalidOptionError,
    );
  });
});

describe("what JSON does not have", () => {
  it("a seed is a number, a BigInt or a text of 64 bits", async () => {
    const seed = (value) => outcome("openai", "/completions", { model: "m", seed: value });
    for (const good of [
      2n ** 63n - 1n,
      -(2n ** 63n),
      "9223372036854775807",
      "-9223372036854775808",
      -(2 ** 63),
    ]) {
      assert.equal(await seed(good), "accepted", String(good));
    }
    for (const bad of [
      2n ** 63n,
      "9223372036854775808",
      "1.5",
      "",
      " 1",
      "0x10",
      2 ** 63,
      NaN,
      {},
      "9".repeat(500),
    ]) {
      const error = await seed(bad);
      assert.equal(error.option, "seed", String(bad));
      assert.ok(error.message.length < 120, error.message);
    }
  });

  it("numbers that are none, and values that are no plain data, are refused or left alone, never a TypeError", async () => {
    for (const value of [NaN, Infinity, -Infinity, () => 1, {}, [], new Date(0), Symbol("x"), 1n]) {
      const error = await outcome("openai", "/completions", { model: "m", temperature: value });
      assert.equal(error.option, "temperature", String(error));
    }
    for (const params of [null, undefined, "text", [], 5]) {
      assert.equal(await outcome("fireworks", "/chat/completions", params), "accepted");
    }
    assert.equal(
      await outcome("openai", "/chat/completions", { model: "m", messages: [null, 5, "x"] }),
      "accepted",
    );
  });

  it("a form is checked by its fields, its numbers being texts", async () => {
    const image = expanded(base["/images/edits"].image);
    const edit = (more) =>
      outcome("openai", "/images/edits", form({ prompt: "An otter", image, ...more }));
    assert.equal(await edit({ n: "10", size: "256x256" }), "accepted");
    assert.equal(
      (await edit({ n: "11" })).message,
      "n: must be a whole number, 1 to 10, not 11 (profile openai)",
    );
    assert.equal((await edit({ image: [image, image] })).option, "image");
    assert.equal((await edit({ prompt: "x".repeat(1001) })).option, "prompt");
  });

  it("a body that is no object of parameters is left alone", async () => {
    for (const body of [
      "text",
      new Uint8Array(3),
      new ArrayBuffer(3),
      new Blob(["{}"]),
      new URLSearchParams("n=0"),
      new ReadableStream(),
    ]) {
      assert.equal(await outcome("openai", "/completions", body), "accepted");
    }
    class Params {
      model = "m";
      temperature = 3;
    }
    assert.equal((await outcome("openai", "/completions", new Params())).option, "temperature");
  });

  it("a file may be bytes; what can be read once only is left unread", async () => {
    const variation = (image) => outcome("openai", "/images/variations", { image });
    const square = bytes({ png: [8, 8] });
    const shifted = new Uint8Array([0, ...square]).subarray(1);
    for (const good of [square, square.buffer, shifted, new Blob([square])]) {
      assert.equal(await variation(good), "accepted");
    }
    assert.equal((await variation(bytes({ png: [8, 9] }).buffer)).option, "image");
    const response = new Response("no image");
    assert.equal(await variation(response), "accepted");
    assert.ok(!response.bodyUsed);
  });
});

describe("a client's profile", () => {
  const answer = () =>
    Response.json({
      id: "c",
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "x" }, finish_reason: "stop" }],
    });
  /** How often a client of these options sends a call that OpenAI's and Fireworks' documents rule out. */
  async function sent(OpenAI, options, more = { temperature: -1 }) {
    let calls = 0;
    const client = new OpenAI({ maxRetries: 0, fetch: () => (++calls, answer()), ...options });
    const call = client.chat.completions.create(ask("x", more));
    const error = await call.then(
      () => undefined,
      (error) => error,
    );
    if (error) assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(calls, error ? 0 : 1);
    return calls;
  }

  it("is none for the keyless client, unless it is chosen", async () => {
    const { default: OpenAI } = await keyless();
    const proxyUrl = "https://proxy.example/v1";
    assert.equal(await sent(OpenAI, { proxyUrl }), 1);
    assert.equal(await sent(OpenAI, { proxyUrl, profile: "none" }), 1);
    assert.equal(await sent(OpenAI, { proxyUrl, profile: "openai" }), 0);
    assert.equal(await sent(OpenAI, { proxyUrl, profile: "fireworks" }), 0);
    assert.equal(await sent(OpenAI, { proxyUrl, profile: "openai" }, { temperature: 2 }), 1);
    assert.equal(await sent(OpenAI, { proxyUrl, profile: "fireworks" }, { temperature: 2 }), 0);
    assert.throws(
      () => new OpenAI({ proxyUrl, profile: "azure" }),
      (error) => error.option === "profile",
    );
  });

  it("is the host's for the client with a key, unless it is chosen", async () => {
    const { default: OpenAI } = await edge();
    const apiKey = "sk-test";
    for (const [baseURL, calls] of [
      [undefined, 0],
      ["https://api.openai.com/v1", 0],
      ["https://API.OpenAI.com./v1", 0],
      ["https://eu.api.openai.com/v1", 0],
      ["https://api.fireworks.ai/inference/v1", 0],
      ["https://api.openai.com.example.com/v1", 1],
      ["https://notapi.openai.com/v1", 1],
      ["http://localhost:1/v1", 1],
    ]) {
      assert.equal(await sent(OpenAI, { apiKey, baseURL }), calls, baseURL);
      assert.equal(await sent(OpenAI, { apiKey, baseURL, profile: "none" }), 1, baseURL);
    }
    assert.equal(
      await sent(OpenAI, { apiKey, baseURL: "http://localhost:1/v1", profile: "openai" }),
      0,
    );
  });

  it("holds for streams and for calls by path, and the call's promise is what rejects", async () => {
    const { default: OpenAI } = await keyless();
    const client = new OpenAI({
      proxyUrl: "/v1",
      profile: "openai",
      fetch: () => assert.fail("nothing is sent"),
    });
    const wrong = ask("x", { top_p: 2 });
    for (const call of [
      () => client.chat.completions.create({ ...wrong, stream: true }),
      () => client.chat.completions.stream(wrong).finalMessage(),
      () => client.post("/chat/completions", { body: wrong }),
      () => client.chat.completions.create(wrong).asResponse(),
    ]) {
      assert.equal((await failure(call)).option, "top_p");
    }
  });

  it("holds for files in forms, before any of their bytes is sent", async () => {
    const { default: OpenAI } = await keyless();
    const client = new OpenAI({
      proxyUrl: "/v1",
      profile: "openai",
      fetch: () => assert.fail("nothing is sent"),
    });
    const text = new File(["no image, no sound"], "a.txt");
    for (const [call, option] of [
      [() => client.images.edit({ image: text, prompt: "An otter" }), "image"],
      [
        () => client.images.createVariation({ image: file({ name: "a.png", png: [8, 9] }) }),
        "image",
      ],
      [() => client.audio.transcriptions.create({ file: text, model: "whisper-1" }), "file"],
      [() => client.files.create({ file: text, purpose: "fine-tune" }), "file"],
      [
        () => client.fineTunes.create({ training_file: "file-1", suffix: "x".repeat(41) }),
        "suffix",
      ],
    ]) {
      const error = await failure(call);
      assert.ok(error instanceof InvalidOptionError, String(error));
      assert.equal(error.option, option);
      assert.ok(!error.message.includes("no image"), error.message);
    }
  });

  it("is what loads the checks: a page without one does not pay for them", async () => {
    const options = {
      bundle: true,
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent",
      loader: { ".wasm": "file" },
    };
    const { metafile } = await build({
      ...options,
      entryPoints: [packed("index.js")],
      splitting: true,
      outdir: "out",
    });
    const outputs = Object.entries(metafile.outputs);
    const holding = outputs.filter(([, { inputs }]) =>
      Object.keys(inputs).some((file) => file.endsWith("lib/checks-table.js")),
    );
    assert.equal(holding.length, 1);
    const [chunk] = holding[0];
    const importers = outputs
      .flatMap(([, { imports }]) => imports)
      .filter(({ path }) => path === chunk);
    assert.deepEqual(
      importers.map(({ kind }) => kind),
      ["dynamic-import"],
    );
    const [entry] = outputs.filter(([, { entryPoint }]) => entryPoint?.endsWith("index.js"));
    assert.ok(!Object.keys(entry[1].inputs).some((file) => file.includes("checks")));
  });
});
