// The package's proxy and the crate's, each before an upstream that answers as a test says.

import { after, before, describe } from "node:test";

import { rawUpstream } from "./raw_upstream.mjs";
import { PROXIES } from "./rust_worker.mjs";

/**
 * Runs the tests that `define({ tag, raw })` makes with both. `tag` stands in their names; `raw.answer(socket)` is
 * theirs to set, `raw.proxy` is there once they run.
 *
 * @param settings what `startProxy` takes besides the upstream
 */
export function bothBefore(settings, define) {
  for (const { tag, title, start } of PROXIES) {
    describe(title, () => {
      const raw = {};
      before(async () => {
        raw.upstream = await rawUpstream((socket) => raw.answer(socket));
        raw.proxy = await start({ upstream: raw.upstream, ...settings });
      });
      after(async () => {
        await raw.proxy?.stop();
        raw.upstream?.stop();
      });
      define({ tag, raw });
    });
  }
}
