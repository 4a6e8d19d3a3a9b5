// Chat requests that a proxy refuses or forwards, and what its upstream has heard of them.

import assert from "node:assert/strict";

import { QUESTION } from "./proxy.mjs";
import { refused } from "./refusal.mjs";

export const user = (content) => ({ role: "user", content });

/** @param of gives `{ proxy, upstream }`, once they have started */
export function validating(of) {
  const chat = (more, request) => of().proxy.chat({ ...QUESTION, ...more }, request);
  const untouched = async () => assert.deepEqual(await of().upstream.requests(), []);
  const stillServes = async () =>
    assert.equal((await of().proxy.chat(QUESTION)).status, 200, "the next request is served");
  return {
    chat,
    untouched,
    stillServes,
    seen: async () => JSON.parse((await of().upstream.requests())[0].body),
    saying: (...messages) => chat({ messages }),
    /** Each of these bodies is refused so, and the upstream hears of none. */
    async allRefused(status, code, bodies) {
      await of().upstream.reset();
      for (const more of bodies) refused(await chat(more), status, code, JSON.stringify(more));
      await untouched();
      await stillServes();
    },
  };
}
