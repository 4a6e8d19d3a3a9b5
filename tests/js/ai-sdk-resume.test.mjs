// A chat that goes on after a reload: `openai-wasm/ai-sdk` with the real `ai`, on real sockets.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import { AbstractChat } from "ai";

import { chatState } from "../support/chat_state.mjs";
import { keyless } from "../support/packed.mjs";
import { setting } from "../support/program.mjs";
import { startUpstream } from "../support/upstream.mjs";

const { default: OpenAI, InvalidOptionError } = await keyless();
const entry = pathToFileURL(`${setting("OPENAI_WASM_PKG")}/ai-sdk/index.js`).href;
const { chatTransport } = await import(entry);

let upstream;
before(async () => {
  upstream = await startUpstream();
});
beforeEach(() => upstream.reset());
after(() => upstream.stop());

/** What a tab keeps over reloads. */
function storageOf(limit = Infinity) {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > limit) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
}

/** A page with a chat of that name, and a client of its own. */
class Chat extends AbstractChat {
  constructor(storage, { messages = [], ...options } = {}) {
    const state = chatState(messages);
    const client = new OpenAI({ proxyUrl: upstream.baseUrl });
    const model = "stand-in-ngram-1";
    const transport = chatTransport(client, { model, resumable: true, storage, ...options });
    super({ id: "chat-1", state, transport });
    this.transport = transport;
  }

  /** What the model said last. */
  get text() {
    const { role, parts = [] } = this.lastMessage ?? {};
    return role === "assistant" ? parts.map(({ text }) => text ?? "").join("") : "";
  }
}

const asked = (text) => [{ id: "m-1", role: "user", parts: [{ type: "text", text }] }];
/** The methods and paths of the requests so far. */
const lines = async () =>
  (await upstream.requests()).map(
    ({ method, path }) => `${method} ${path.replace(/[\w-]{22}$/, "ID")}`,
  );
/** Waits for something that a chat shows. */
async function shown(chat, holds) {
  for (let turn = 0; !holds(chat); turn += 1) {
    assert.ok(turn < 500, `not shown: ${chat.text}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A page that asked, showed some of the answer, and is gone: it reads no more, and aborts nothing. */
async function leftPage(storage, text, options) {
  await upstream.arm("interval=40", { path: "/v1/chat" });
  const left = new Chat(storage, options);
  left.sendMessage({ text }).catch(() => {});
  await shown(left, ({ text }) => text !== "");
  return left;
}

test("an answer whose connection breaks off goes on by itself", async () => {
  await upstream.arm("cut-events=4", { path: "/v1/chat" });
  const storage = storageOf();
  const chat = new Chat(storage);
  await chat.sendMessage({ text: "Say this is a test" });
  assert.equal(chat.error, undefined);
  assert.equal(chat.text, "This is a test!");
  assert.deepEqual(await lines(), ["POST /v1/chat/completions", "GET /v1/streams/ID"]);
  // What has ended is not there to be resumed.
  assert.equal(storage.kept.size, 0);
});

test("after a reload the answer is shown from its start to its end, without asking the model again", async () => {
  const storage = storageOf();
  await leftPage(storage, "Say this is a test");
  const chat = new Chat(storage, { messages: asked("Say this is a test") });
  await chat.resumeStream();
  assert.equal(chat.error, undefined);
  assert.equal(chat.status, "ready");
  assert.equal(chat.text, "This is a test!");
  assert.deepEqual(await lines(), ["POST /v1/chat/completions", "GET /v1/streams/ID"]);
  assert.equal(storage.kept.size, 0);
});

test("a page that resumes twice at once, as React's strict mode does, stops nothing", async () => {
  const storage = storageOf();
  await leftPage(storage, "Say this is a test");
  await upstream.armAll([
    { faults: "interval=20", path: "/v1/streams" },
    { faults: "interval=20", path: "/v1/streams" },
  ]);
  const chat = new Chat(storage, { messages: asked("Say this is a test") });
  await Promise.all([chat.resumeStream(), chat.resumeStream()]);
  assert.equal(chat.text, "This is a test!");
  assert.ok(!(await lines()).some((line) => line.startsWith("DELETE")));
});

test("without a storage a turn is kept as long as the transport, for a hook that is mounted again", async () => {
  const left = await leftPage(undefined, "Say this is a test");
  const again = new Chat(undefined, { messages: asked("Say this is a test") });
  again.transport.reconnectToStream = left.transport.reconnectToStream;
  await again.resumeStream();
  assert.equal(again.text, "This is a test!");
  const other = new Chat(undefined, { messages: asked("Say this is a test") });
  await other.resumeStream();
  assert.equal(other.messages.length, 1);
});

test("stopping a resumed answer stops it at the proxy, and it is not there to be resumed", async () => {
  const storage = storageOf();
  await leftPage(storage, "Tell me of the sea");
  await upstream.arm("interval=20", { path: "/v1/streams" });
  const chat = new Chat(storage, { messages: asked("Tell me of the sea") });
  const resuming = chat.resumeStream();
  await shown(chat, ({ text }) => text !== "");
  await chat.stop();
  await resuming;
  await upstream.wait({ requests: 3 });
  assert.equal((await lines()).at(-1), "DELETE /v1/streams/ID");
  assert.equal(storage.kept.size, 0);
  assert.equal(await chat.transport.reconnectToStream({ chatId: "chat-1" }), null);
});

test("stopping an answer that was not resumed stops it, too", async () => {
  const storage = storageOf();
  const chat = await leftPage(storage, "Tell me of the sea");
  await chat.stop();
  await upstream.wait({ requests: 2 });
  assert.deepEqual(await lines(), ["POST /v1/chat/completions", "DELETE /v1/streams/ID"]);
  assert.equal(storage.kept.size, 0);
});

test("nothing is resumed where nothing is kept, or the proxy keeps it no more", async () => {
  const storage = storageOf();
  const chat = new Chat(storage, { messages: asked("x") });
  await chat.resumeStream();
  assert.deepEqual([chat.status, chat.messages.length], ["ready", 1]);
  assert.deepEqual(await lines(), []);

  await leftPage(storage, "Say this is a test");
  await upstream.arm("status=404,code=stream_not_found", { path: "/v1/streams" });
  const late = new Chat(storage, { messages: asked("Say this is a test") });
  await late.resumeStream();
  assert.deepEqual([late.status, late.error, late.messages.length], ["ready", undefined, 1]);
  assert.equal(storage.kept.size, 0);

  const plain = chatTransport(new OpenAI({ proxyUrl: upstream.baseUrl }), { model: "m" });
  assert.equal(await plain.reconnectToStream({ chatId: "chat-1" }), null);
});

/** A tool that the stand-in calls where a message names it. */
const toolsOf = (log) => ({
  get_weather: {
    description: "Tells the weather.",
    inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    execute: (input) => {
      log.push(input);
      return { degrees: 20 };
    },
  },
});

for (const [what, limit, ends] of [
  ["goes on with its second answer, and its tools do not run twice", Infinity, 2],
  ["whose messages are too large to keep ends after what is known of it", 200, 1],
]) {
  test(`a turn with tools ${what}`, async () => {
    const storage = storageOf(limit);
    const ran = [];
    const options = { tools: toolsOf(ran) };
    const question = "What does get_weather say of Kiel?";
    await upstream.armAll([
      { faults: "", path: "/v1/chat" },
      { faults: "hang", path: "/v1/chat" },
    ]);
    const left = new Chat(storage, options);
    left.sendMessage({ text: question }).catch(() => {});
    await upstream.wait({ requests: 2 });
    assert.equal(ran.length, 1);

    const chat = new Chat(storage, { ...options, messages: asked(question) });
    await chat.resumeStream();
    assert.equal(chat.error, undefined);
    assert.equal(ran.length, 1);
    const types = chat.lastMessage.parts.map(({ type, state }) => `${type} ${state ?? ""}`.trim());
    const first = ["step-start", "tool-get_weather output-available"];
    assert.deepEqual(types.slice(0, 2), first);
    assert.equal(types.filter((type) => type === "step-start").length, ends);
    assert.equal(chat.text !== "", ends === 2);
  });
}

test("the options say what is wrong with them", () => {
  const client = new OpenAI({ proxyUrl: upstream.baseUrl });
  const official = { chat: { completions: { create() {} } } };
  for (const [own, options, option] of [
    [official, { resumable: true }, "resumable"],
    [client, { resumable: true, storage: {} }, "storage"],
  ]) {
    const error = (() => {
      try {
        return chatTransport(own, { model: "m", ...options });
      } catch (caught) {
        return caught;
      }
    })();
    assert.ok(error instanceof InvalidOptionError, String(error));
    assert.equal(error.option, option);
  }
});
