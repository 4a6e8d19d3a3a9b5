// What a request may be (threat table, rows V1 to V7). The tables of parameters are in tests/native/proxy_params.rs;
// here each row goes over a socket, and the upstream tells what it saw.

import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";

import { findCanary } from "../support/canary.mjs";
import { sendRaw } from "../support/http.mjs";
import { QUESTION, startProxy } from "../support/proxy.mjs";
import { refused } from "../support/refusal.mjs";
import { mint } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";
import { validating } from "../support/validating.mjs";

const CHAT = "/v1/chat/completions";
const PAGE = "https://app.example.com";
const ROUTES = [
  "models",
  "completions",
  "embeddings",
  "moderations",
  "images.generations",
  "audio.transcriptions",
  "audio.translations",
];
const MODEL = QUESTION.model;

let upstream;
let proxy;
let wide;
let roomy;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({
    upstream,
    options: `{ models: ["${MODEL}"], maxOutputTokens: 100, maxMessages: 8, maxInputChars: 2000, maxImageBytes: 100, maxBodyBytes: 65_536 }`,
  });
  wide = await startProxy({
    upstream,
    options: `{ routes: ${JSON.stringify(ROUTES)}, maxBodyBytes: 4096, maxUploadBytes: 4096, allowParams: ["n", "size"] }`,
  });
  roomy = await startProxy({ upstream, options: "{ maxBodyBytes: 4_194_304 }" });
});
after(() => Promise.all([proxy?.stop(), wide?.stop(), roomy?.stop(), upstream?.stop()]));
beforeEach(() => upstream.reset());

const { chat, untouched, stillServes } = validating(() => ({
  proxy,
  upstream,
}));

it("V1_methods", async () => {
  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const answer = await proxy.send(CHAT, { method });
    refused(answer, 405, "method_not_allowed", method);
    assert.equal(answer.headers.allow, "POST, OPTIONS");
    assert.equal(
      (await proxy.send("/v1/models", { method: "POST" })).headers.allow,
      "GET, HEAD, OPTIONS",
    );
  }
  const head = await proxy.send(CHAT, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.allow], [405, "POST, OPTIONS"]);
  // The platform has its own answer to methods that it does not know.
  for (const [method, answer] of [
    ["TRACE", 405],
    ["post", 501],
    ["POSTS", 501],
    ["CONNECT", 500],
  ]) {
    const raw = await sendRaw(
      proxy.url,
      `${method} ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n`,
    );
    assert.equal(Number(raw.split(" ")[1]), answer, method);
    if (answer === 405) assert.match(raw, /^allow: POST, OPTIONS\r$/im);
  }
  await untouched();
});

it("V2_path_breakout", async () => {
  const headers = { authorization: `Bearer ${await mint(proxy.secret)}` };
  for (const path of [
    "/",
    "/v1",
    "/v1/",
    "/v1/files",
    "/v1/files/file-1/content",
    "/v1/responses/resp_x",
    "/v1/models//",
    "/v1/models/%2e%2e%2ffiles",
    "/v1/organization/admin_api_keys",
    "/v1/batches",
    "/v1/assistants",
    "/v1/threads/t",
    "/v1/fine_tuning/jobs",
    "/v1/edits",
    "/v1/engines",
    "/v1/chat%2fcompletions",
    "/v1/chat%2Fcompletions",
    "/v1/%2e%2e/v1/chat/completions",
    "//v1/chat/completions",
    "/v1//chat/completions",
    "/v1/chat\\completions",
    `${CHAT};x`,
    `${CHAT}%00`,
    "/v1/%63hat/completions",
    "/v1/chat/Completions",
    `${CHAT}/resp_x`,
    "//v1/models",
    "/v1//models",
    "/v1/models;x",
    "/v1%2fmodels",
    "/v1/%6dodels",
    "/V1/models",
    "/chat/completions",
    `${CHAT}//`,
    "/https://evil.example.com/v1/models",
    "/v1/embeddings",
    "/v1/completions",
    "/v1/audio/transcriptions",
    "/session",
  ]) {
    for (const method of ["GET", "POST"])
      refused(await proxy.send(path, { method, headers }), 404, "not_found", path);
  }
  // workerd gives the path normalised or as it came; either way the upstream sees a listed one or none.
  for (const path of [
    "/v1/x/../files",
    "/v1/models/../files",
    "/v1/models/%2e%2e/files",
    "/v1/models\\..\\files",
  ]) {
    refused(await proxy.send(path, { headers }), 404, "not_found", path);
  }
  await untouched();
  await wide.post(`${CHAT}?api_base=https://evil.example.com&key=1`, QUESTION);
  await wide.post("/v1/files/../chat/completions", QUESTION);
  for (const { path } of await upstream.requests()) assert.equal(path, CHAT);
});

it("V3_every_route_has_every_guard", async () => {
  const guarded = await startProxy({
    upstream,
    secret: wide.secret,
    options: `{ routes: ${JSON.stringify(ROUTES)}, maxBodyBytes: 4096, maxUploadBytes: 4096, allowedOrigins: ["${PAGE}"] }`,
  });
  try {
    for (const name of ["chat.completions", ...ROUTES]) {
      const path = `/v1/${name.replaceAll(".", "/")}`;
      const method = name === "models" ? "GET" : "POST";
      refused(await guarded.send(path, { method }), 401, "unauthorized", path);
      const authorization = `Bearer ${await mint(guarded.secret)}`;
      refused(
        await guarded.send(path, {
          method,
          headers: { authorization, origin: "https://evil.example.com" },
        }),
        403,
        "origin_not_allowed",
        path,
      );
      if (method === "GET") continue;
      const contentType = name.startsWith("audio.")
        ? "multipart/form-data; boundary=x"
        : "application/json";
      const large = {
        method,
        headers: { authorization, "content-type": contentType },
        body: "x".repeat(5000),
      };
      refused(await guarded.send(path, large), 413, "request_too_large", path);
      const other = {
        ...large,
        headers: { authorization, "content-type": "text/plain" },
        body: "x",
      };
      refused(await guarded.send(path, other), 415, "unsupported_media_type", path);
    }
    await untouched();
  } finally {
    await guarded.stop();
  }
});

it("V4_body_size", async () => {
  const large = "x".repeat(65_537);
  refused(await proxy.chat(large), 413, "request_too_large");
  // The length alone is enough: the body is never sent.
  const declared = await proxy.chat("", {
    headers: { "content-length": "65537" },
    body: (request) => request.flushHeaders(),
  });
  refused(declared, 413, "request_too_large");
  // More than the limit and its last chunk never comes: the answer does not wait for it.
  const endless = await proxy.openChat("", {
    body: (request) => request.write("x".repeat(65_537)),
  });
  const answer = await endless.response;
  await answer.events(0);
  assert.equal(answer.status, 413);
  endless.close();
  refused(await chat({}, { headers: { "content-encoding": "gzip" } }), 415, "unsupported_encoding");
  const token = await mint(proxy.secret);
  for (const length of ["5, 6", "-1", "+5", "0x10", "1e3"]) {
    const head = `POST ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json`;
    const answer = await sendRaw(proxy.url, `${head}\r\nContent-Length: ${length}\r\n\r\n{}`);
    assert.match(answer, /^HTTP\/1\.1 4(00|13) /, length);
  }
  // A length that is not the body's: what is read is no JSON, or does not come.
  const question = JSON.stringify(QUESTION);
  const declares = (length) =>
    `POST ${CHAT} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${question}`;
  for (const length of [question.length - 1, question.length + 1]) {
    assert.match(
      await sendRaw(proxy.url, declares(length), { end: true }),
      /^HTTP\/1\.1 400 /,
      `${length}`,
    );
  }
  await untouched();
  assert.match(await sendRaw(proxy.url, declares(question.length)), /^HTTP\/1\.1 200 /, "control");
  await upstream.reset();
  const padded = (bytes) => question + " ".repeat(bytes - question.length);
  assert.equal((await wide.chat(padded(4096))).status, 200, "as much as is allowed");
  const plain = await startProxy({ upstream });
  try {
    assert.equal(
      (await plain.chat(padded(262_144))).status,
      200,
      "256 KiB, unless another limit is set",
    );
    refused(await plain.chat(padded(262_145)), 413, "request_too_large");
  } finally {
    await plain.stop();
  }
  const chunked = await proxy.chat("", {
    body: (request) => {
      request.write(JSON.stringify(QUESTION));
      request.end();
    },
  });
  assert.equal(chunked.status, 200, "a body without a length is taken");
});

it("V5_not_one_object", async () => {
  for (const body of [
    "",
    "[]",
    '"x"',
    "null",
    "1",
    "{} x",
    "{}{}",
    "\ufeff{}",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":1e400}',
    '{"a":"\\ud800"}',
    "{/**/}",
    "{'a':1}",
    '{"a":1,}',
    Buffer.from('{"a":"\xff"}', "latin1"),
    Buffer.from("\ufeff{}", "utf16le"),
    '{"a":"\u0001"}',
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", String(body));
  }
  await untouched();
  await stillServes();
});

it("V6_depth_and_width_bombs", async () => {
  for (const body of [
    "[".repeat(60_000),
    `{"a":${"[".repeat(60_000)}`,
    `{"a":`.repeat(10_000),
    `{"messages":${"[".repeat(40)}${"]".repeat(40)}}`,
    `{${Array.from({ length: 6000 }, (_, at) => `"${at}":0`).join(",")}}`,
    `{"a":[${"0,".repeat(30_000)}0]}`,
    `{"a":1${"0".repeat(60_000)}}`,
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", body.slice(0, 20));
    await stillServes();
  }
  // Where the operator lets larger bodies in.
  for (const body of [
    "[".repeat(100_000),
    `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":0`).join(",")}}`,
    `{"seed":${"1".repeat(2 ** 20)}}`,
  ]) {
    refused(await roomy.chat(body), 400, "invalid_json", body.slice(0, 20));
    assert.equal((await roomy.chat(QUESTION)).status, 200);
  }
});

it("V7_duplicate_names", async () => {
  const messages = JSON.stringify(QUESTION.messages);
  for (const body of [
    `{"model":"${MODEL}","model":"gpt-big","messages":${messages}}`,
    `{"model":"${MODEL}","\\u006dodel":"gpt-big","messages":${messages}}`,
    `{"model":"${MODEL}","messages":[{"role":"user","content":"a","content":"b"}]}`,
    `{"model":"${MODEL}","messages":${messages},"tools":[{"type":"function","function":{"name":"f","parameters":{"a":1,"a":2}}}]}`,
  ]) {
    refused(await proxy.chat(body), 400, "invalid_json", body);
  }
  await untouched();
  // What the upstream gets has been written by the proxy, and its length with it.
  await proxy.chat(
    `{ "messages":[{"role":"user",\n"content":"r\\u00e9sum\\u00e9 \\/ \u00fc"}],  "model": "${MODEL}" , "seed":7}`,
  );
  const [record] = await upstream.requests();
  const { user: endUser } = JSON.parse(record.body);
  assert.equal(
    record.body,
    `{"model":"${MODEL}","messages":[{"role":"user","content":"r\u00e9sum\u00e9 / \u00fc"}],"seed":7,"max_tokens":100,"user":"${endUser}"}`,
  );
  assert.equal(headerOf(record, "content-length"), String(Buffer.byteLength(record.body)));
});

it("every route that is switched on serves, with its own parameters", async () => {
  const embedding = await wide.post("/v1/embeddings", { model: MODEL, input: ["a", "b"] });
  assert.equal(embedding.status, 200, embedding.text());
  assert.equal(embedding.json().data.length, 2);
  refused(
    await wide.post("/v1/embeddings", { model: "m", input: "a", messages: [] }),
    400,
    "param_not_allowed",
  );
  assert.equal((await wide.post("/v1/moderations", { input: "a" })).status, 200);
  const completion = await wide.post("/v1/completions", {
    model: MODEL,
    prompt: "Say",
    max_tokens: 5,
  });
  assert.equal(completion.status, 200, completion.text());
  const image = await wide.post("/v1/images/generations", {
    model: "m",
    prompt: "a",
    size: "256x256",
    response_format: "b64_json",
  });
  assert.notEqual(image.json().error?.code, "param_not_allowed", image.text());
  refused(
    await wide.post("/v1/images/generations", { model: "m", prompt: "a", quality: "hd" }),
    400,
    "param_not_allowed",
  );
});

it("a file is passed through untouched, with its length and within its own limit", async () => {
  const form = [
    '--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
    '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n',
    "\u0000\u0001RIFF\r\n--xyz--\r\n",
  ].join("");
  const upload = (headers, request, token) =>
    wide.post("/v1/audio/transcriptions", form, {
      headers: { "content-type": "multipart/form-data; boundary=xyz", ...headers },
      token,
      ...request,
    });
  const answer = await upload();
  const [record] = await upstream.requests();
  assert.equal(record.path, "/v1/audio/transcriptions", answer.text());
  assert.equal(headerOf(record, "content-type"), "multipart/form-data; boundary=xyz");
  assert.equal(headerOf(record, "content-length"), String(Buffer.byteLength(form)));
  await upstream.reset();
  refused(
    await upload(
      {},
      {
        body: (request) => {
          request.write(form);
          request.end();
        },
      },
    ),
    411,
    "length_required",
  );
  refused(
    await upload({ "content-type": "multipart/form-data; boundary=x\u00e9" }),
    415,
    "unsupported_media_type",
  );
  refused(
    await upload({}, {}, { claims: { models: ["whisper-1"] } }),
    403,
    "model_not_allowed",
    "the proxy does not read which model it names",
  );
  await untouched();
  assert.deepEqual(findCanary(wide.key, wide.output), []);
});

it("a change of protocol is refused", async () => {
  const answer = await proxy.send("/v1/models", {
    headers: {
      upgrade: "websocket",
      connection: "Upgrade",
      authorization: `Bearer ${await mint(proxy.secret)}`,
    },
  });
  assert.equal(answer.status, 400);
  await untouched();
});
