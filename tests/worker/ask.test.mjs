// `cargo xtask demo --once`: the program that asks through the whole path prints each event as it comes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
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
  await cp(
    fileURLToPath(new URL("../../examples/ask/ask.mjs", import.meta.url)),
    join(folder, "ask.mjs"),
  );
});
after(async () => {
  await Promise.all([proxy?.stop(), upstream?.stop()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Runs the program. `grown()` resolves when it prints more, `done` when it has ended. */
function run(question) {
  const child = spawn(
    process.execPath,
    ["--preserve-symlinks", "--preserve-symlinks-main", "ask.mjs", question],
    {
      cwd: folder,
      env: { ...process.env, PROXY_ORIGIN: proxy.url },
    },
  );
  const program = { text: "", complaint: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (program.text += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (program.complaint += text));
  program.done = once(child, "close").then(([code]) => code);
  program.grown = () => Promise.race([once(child.stdout, "data"), program.done]);
  return program;
}

it("prints each event before the next one is sent", async () => {
  await upstream.arm("stepped", { path: "/v1/chat" });
  const program = run("Say this is a test");
  // The first event has the role and no text; the five that follow have a word each.
  let expected = "";
  await upstream.wait({ events: 1 }, 60_000);
  for (const word of ["This", " is", " a", " test", "!"]) {
    expected += word;
    const grown = program.grown();
    await upstream.step();
    await grown;
    assert.equal(program.text, expected, program.complaint);
  }
  // The finish reason, and [DONE].
  await upstream.step();
  await upstream.step();
  assert.equal(await program.done, 0, program.complaint);
  assert.equal(program.text, "This is a test!\n");
});

it("exits with an error that says why when there is no answer", async () => {
  await upstream.arm("status=400", { path: "/v1/chat" });
  const program = run("hello");
  assert.notEqual(await program.done, 0);
  assert.match(program.complaint, /BadRequestError/);
});
