// What the suites `runtimes` and `bundlers` say where a browser or a tool is missing: a failure, with the command.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { program } from "../support/browsers.mjs";
import { workshop } from "../support/installed.mjs";
import { nodeProgram, runtimeFile } from "../support/nodes.mjs";

describe("a missing browser or tool is a failure that names the command which installs it", () => {
  const { PATH } = process.env;
  after(() => {
    process.env.PATH = PATH;
    delete process.env.NO_SUCH_BROWSER;
  });

  it("names the system's package of a browser that is not on PATH, or not where its variable says", () => {
    const find = () => program("NO_SUCH_BROWSER", "no-such-browser", "its-package");
    delete process.env.NO_SUCH_BROWSER;
    assert.throws(
      find,
      /^Error: no-such-browser is missing: apt-get install its-package, or set NO_SUCH_BROWSER/,
    );
    process.env.NO_SUCH_BROWSER = "/nowhere/browser";
    assert.throws(find, /^Error: \/nowhere\/browser is missing: apt-get install its-package/);
    // The control: what is there is found.
    process.env.NO_SUCH_BROWSER = process.execPath;
    assert.equal(find(), process.execPath);
  });

  it("names npm's command for a runtime and for a bundler", async () => {
    assert.throws(() => nodeProgram(1), /Node\.js 1 is missing: run `npm ci` in tests\/runtimes/);
    assert.throws(
      () => runtimeFile("no-such-runtime/bin"),
      /no-such-runtime\/bin is missing: run `npm ci` in tests\/runtimes/,
    );
    const shop = await workshop(join(tmpdir(), "no-such-tools"));
    try {
      await assert.rejects(
        shop.project({}),
        /the tools are missing: run `npm ci` in .*no-such-tools/,
      );
    } finally {
      await shop.remove();
    }
  });
});
