// A folder of examples/ as a user copies it: built and served by its own scripts from the package's tarball, then
// asked in Chromium. The answer comes, a stop ends the model's work, and without a login there is no session.

import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { begin, ended } from "./asking.mjs";
import { BROWSERS } from "./browsers.mjs";
import { cases } from "./cases.mjs";
import { secrets } from "./front.mjs";
import { workshop } from "./installed.mjs";
import { freePort } from "./program.mjs";
import { startUpstream } from "./upstream.mjs";

const QUESTION = "Say this is a test";
const CLOSING_MS = 120_000;

/**
 * Tests of examples whose tools are in one folder. A row has a `name` and of these:
 *
 * - `example`: the folder; `node`: the major version
 * - `scripts`: those of its package.json that run in turn; `serve`: the last one, a server, with its arguments
 * - `pages`: the paths of pages that ask, `/` by default
 * - `tells`: false where the server does not tell the proxy that a visitor has left
 * - `env`: gives more variables, by the port
 * - `again`: a question may be asked while an answer comes, and takes its place
 * - `leave`: what is clicked besides Stop to end an answer
 * - `front`: gives the address of a server with /v1 and /session, where the example has none
 */
export function examples(folder, rows) {
  const tools = fileURLToPath(new URL(`../bundlers/${folder}/`, import.meta.url));
  cases(rows, async (row) => {
    const { example, node = 20, scripts = [], serve } = row;
    const source = fileURLToPath(new URL(`../../examples/${example}/`, import.meta.url));
    const upstream = await startUpstream();
    const shop = await workshop(tools);
    let front;
    let browser;
    let server;
    try {
      const port = await freePort();
      front = await row.front?.(upstream);
      const project = await shop.project({
        node,
        folders: [source],
        files: { "package.json": await readFile(join(source, "package.json"), "utf8") },
        env: {
          ...secrets(upstream),
          ...row.env?.(port),
          ...(front && { PROXY: front.url }),
          LOGIN: "none",
          PORT: String(port),
        },
      });
      await renameModel(project.folder);
      for (const script of scripts) await project.run(() => "npm", ["run", script]);
      const args = ["run", ...serve.map((word) => word.replace("$PORT", port))];
      const started = (more) =>
        project.start(undefined, args, {
          program: "npm",
          ready: row.ready,
          env: more,
        });
      server = await started();
      const url = `http://localhost:${port}`;

      browser = await BROWSERS.Chromium();
      for (const path of row.pages ?? ["/"]) await asks(browser, upstream, url + path, row);

      if (!front) {
        await server.stop();
        server = await started({ LOGIN: "" });
        const { status } = await fetch(`${url}/session`, {
          method: "POST",
          headers: { origin: url },
        });
        assert.equal(status, 401, "a session needs a login");
      }
    } catch (error) {
      if (server) console.log(server.output);
      throw error;
    } finally {
      await browser?.close();
      await server?.stop();
      await front?.close();
      await shop.remove();
      await upstream.stop();
    }
  });
}

async function asks(browser, upstream, url, { tells = true, again = false, leave = [] }) {
  await upstream.reset();
  const page = await browser.open(url);
  await begin(page, QUESTION);
  const { answer, notice } = await ended(page);
  assert.deepEqual([answer, notice], ["This is a test!", ""], url);
  await page.close();

  for (const [selector, said] of [["#stop", "Stopped."], ...leave.map((one) => [one])]) {
    await upstream.reset();
    await upstream.armAll([{ faults: "stall=3", times: 1, path: "/v1/chat" }]);
    const page = await browser.open(url);
    await begin(page, QUESTION);
    await page.page.waitForFunction(() => window.seen.lengths.length > 0, { timeout: 0 });
    await page.page.click(selector);
    if (said) assert.equal((await ended(page)).notice, said, url);
    if (tells) await upstream.wait({ closed: 1 }, CLOSING_MS);
    await page.close();
  }

  if (again) {
    await upstream.reset();
    await upstream.armAll([{ faults: "stall=3", times: 1, path: "/v1/chat" }]);
    const page = await browser.open(url);
    await begin(page, QUESTION);
    await page.page.waitForFunction(() => window.seen.lengths.length > 0, { timeout: 0 });
    await page.page.click("button[type=submit]");
    const { answer, notice } = await ended(page);
    assert.deepEqual([answer, notice], ["This is a test!", ""], `${url}, asked again`);
    await page.close();
  }
}

/** The stand-in has a model of its own. */
async function renameModel(folder) {
  let changed = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|jsx|svelte)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    if (path.includes("node_modules")) continue;
    const text = await readFile(path, "utf8");
    if (!text.includes("gpt-5-nano")) continue;
    await writeFile(path, text.replaceAll("gpt-5-nano", "stand-in-ngram-1"));
    changed += 1;
  }
  assert.ok(changed > 0, "an example names a model");
}
