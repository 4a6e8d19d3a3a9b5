// The demo's Worker as `cargo xtask demo` starts it for a server of one's own.

import assert from "node:assert/strict";
import { it } from "node:test";

import { startSite } from "../browser/site.mjs";
import { send } from "../support/http.mjs";
import { QUESTION } from "../support/proxy.mjs";
import { newSecret } from "../support/tokens.mjs";
import { headerOf, startUpstream } from "../support/upstream.mjs";

it("the demo talks to a server whose key is a word, as Ollama's is", async () => {
  const upstream = await startUpstream();
  const site = await startSite(
    {
      OPENAI_API_KEY: "ollama",
      OPENAI_BASE_URL: upstream.baseUrl,
      SESSION_SECRET: newSecret(),
    },
    { budget: false },
  );
  try {
    const { token, budget } = (await send(`${site.url}/session`, { method: "POST" })).json();
    assert.equal(budget, false, "what its models cost is not known");
    const answer = await send(`${site.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(QUESTION),
    });
    assert.equal(answer.status, 200, answer.text());
    const [record] = await upstream.requests();
    assert.equal(headerOf(record, "authorization"), "Bearer ollama");
  } finally {
    await Promise.all([site.stop(), upstream.stop()]);
  }
});
