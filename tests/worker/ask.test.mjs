// `cargo xtask demo --once`: the program that asks through the whole path prints each event as it comes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";

import { setting } from "../support/program.mjs";
import { startProxy } from "../support/proxy.mjs";
import { startUpstream } from "../support/upstream.mjs";

const SOURCE = `
import { createProxy, signSessionToken } from "openai-wasm/proxy";
const proxy = createProxy({ routes: ["models"] });
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/session") return proxy.fetch(request, env, ctx);
    const token = await signSessionToken({ secret: env.SESSION_SECRET, sub: "ask", ttlSeconds: 60 });
    return Response.json({ token });
  },
};`;

let upstream;
let proxy;
let folder;
before(async () => {
  upstream = await startUpstream();
  proxy = await startProxy({ upstream, source: SOURCE });
  folder = await mkdtemp(join(tmpdir(), "openai-wasm-ask-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(setting("OPENAI_WASM_PKG"), join(folder, "node_modules", "openai-wasm"), "dir");
  await cp(fileURLToPath(new URL("../../examples/ask/ask.mjs", import.meta.url)), join(folder, "ask.mjs"));
});
after(async () => {
  await Promise.all([proxy?.stop(), upstream?.stop()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Runs the program; gives what it printed, and when. */
async function run(question) {
  const child = spawn(process.execPath, ["--preserve-symlinks", "--preserve-symlinks-main", "ask.mjs", question], {
    cwd: folder,
    env: { ...process.env, PROXY_ORIGIN: proxy.url },
  });
  const printed = [];
  child.stdout.setEncoding("utf8").on("data", (text) => printed.push({ at: Date.now(), text }));
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (complaint += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, printed, complaint, text: printed.map(({ text }) => text).join("") };
}

it("prints each event within 100 ms of its sending", async () => {
  await upstream.arm("interval=200", { path: "/v1/chat" });
  const { code, printed, text, complaint } = await run("Say this is a test");
  assert.equal(code, 0, complaint);
  assert.equal(text, "This is a test!\n");
  const chat = (await upstream.requests()).find(({ path }) => path === "/v1/chat/completions");
  // The first event has the role and no text; the five that follow have a word each.
  const sent = chat.event_times_ms.slice(1, 6);
  assert.ok(sent[4] - sent[0] >= 700, "the upstream took its time");
  let length = 0;
  for (const [index, word] of ["This", " is", " a", " test", "!"].entries()) {
    length += word.length;
    let soFar = 0;
    const shown = printed.find((piece) => (soFar += piece.text.length) >= length);
    assert.ok(shown.at - sent[index] <= 100, `event ${index} was printed after ${shown.at - sent[index]} ms`);
  }
});

it("exits with an error that says why when there is no answer", async () => {
  await upstream.arm("status=400", { path: "/v1/chat" });
  const { code, complaint } = await run("hello");
  assert.notEqual(code, 0);
  assert.match(complaint, /BadRequestError/);
});
