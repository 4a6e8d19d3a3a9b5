// Streams that are kept, in every workerd that can keep them: what they promise rests on the runtime's Durable
// Objects. The rest is in SUITES, whose files run in one of them elsewhere; here in the newest, under Node.js 22, which
// a current Wrangler needs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cases } from "../support/cases.mjs";
import { nodeProgram, runtimeFile } from "../support/nodes.mjs";
import { says } from "../support/raw_upstream.mjs";
import {
  ENDING,
  eventsOf,
  lastCode,
  newId,
  scripted,
  startResumable,
} from "../support/resumable.mjs";
import { BINARIES } from "../support/workerd.mjs";

const newest = () => createRequire(runtimeFile("workerd/package.json"))("workerd").default;

cases(
  [
    { name: "streams in workerd, the newest", binary: newest, first: true },
    { name: "streams in workerd of October 2026", binary: () => BINARIES.workerd },
  ],
  async ({ binary }) => {
    const storage = await mkdtemp(join(tmpdir(), "openai-wasm-streams-"));
    const upstream = await scripted();
    const secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
    const settings = { upstream, storage, secret, binary: binary() };
    let proxy = await startResumable(settings);
    try {
      const [cut, stopped, killed] = [newId(), newId(), newId()];
      const asked = await proxy.ask(cut);
      (await upstream.socket(0)).write(says("one"));
      await (await asked.response).events(1);
      asked.reset();
      const { response } = await proxy.resume(cut, { after: 1 });
      (await upstream.socket(0)).end(ENDING.join(""));
      const rest = await response;
      assert.equal(await rest.ended, "end");
      assert.deepEqual(
        eventsOf(rest.text()).map(([number]) => number),
        [2, 3],
      );

      const left = await proxy.ask(stopped);
      (await upstream.socket(1)).write(says("one"));
      await (await left.response).events(1);
      assert.equal((await proxy.remove(stopped)).status, 204);
      await upstream.closed(2);

      const lost = await proxy.ask(killed);
      (await upstream.socket(2)).write(says("one"));
      await (await lost.response).events(1);
      process.kill(proxy.pid, "SIGKILL");
      await (await lost.response).ended;
      await proxy.stop();
      proxy = await startResumable(settings);
      assert.equal(lastCode((await proxy.read(killed)).text()), "stream_interrupted");
      assert.equal(lastCode((await proxy.read(stopped)).text()), "stream_stopped");
      assert.equal(eventsOf((await proxy.read(cut)).text()).length, 3);
      assert.equal(upstream.requests(), 3);
    } finally {
      await proxy.stop();
      upstream.stop();
      await rm(storage, { recursive: true, force: true });
    }
  },
);

const SUITES = [
  "worker/streams_client.test.mjs",
  "worker/streams_end.test.mjs",
  "worker/streams_resume.test.mjs",
  "js/resumable.test.mjs",
  "js/resumable-cuts.test.mjs",
  "js/resumable-odd.test.mjs",
].map((file) => fileURLToPath(new URL(`../${file}`, import.meta.url)));

cases([{ name: "the suites of kept streams under Node.js 22" }], async () => {
  // The runner takes a child with this variable for one of its own files.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { code, output } = await new Promise((resolve) => {
    const args = ["--test", "--test-concurrency=1", "--test-reporter=tap", ...SUITES];
    const env = { ...environment, WORKERD_BIN: newest() };
    execFile(nodeProgram(22), args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr }),
    );
  });
  const passed = Number(/^# pass (\d+)$/m.exec(output)?.[1]);
  assert.ok(
    code === 0 && passed > 0,
    output.match(/^\s*(?:not ok|error:|Error) .*$/gm)?.join("\n") || output,
  );
});
