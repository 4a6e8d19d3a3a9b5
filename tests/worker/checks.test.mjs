// The checks in a Worker that a bundler put into one module: what is imported dynamically is still there.

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { bundleWorker } from "../support/bundle.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const SOURCE = `
import OpenAI, { InvalidOptionError } from "openai-wasm/edge";

export default {
  async fetch(request) {
    const image = new File([await request.arrayBuffer()], "a.png");
    const answer = () => Response.json({ created: 1, data: [] });
    const client = new OpenAI({ apiKey: "sk-test", fetch: answer });
    const said = (call) => call.then(() => "sent", (error) => {
      if (!(error instanceof InvalidOptionError)) throw error;
      return error.message;
    });
    const post = (path, body) => said(client.post(path, { body }));
    return Response.json([
      await post("/images/generations", { prompt: "An otter", n: 10 }),
      await post("/images/generations", { prompt: "An otter", n: 11 }),
      await said(client.images.createVariation({ image })),
    ]);
  },
};`;

let worker;
before(async () => {
  worker = await startWorkerd({ modules: await bundleWorker(SOURCE) });
});
after(() => worker?.stop());

it("a Worker in one module checks parameters and files", async () => {
  const response = await fetch(worker.url, { method: "POST", body: "no image" });
  assert.equal(response.status, 200, worker.output);
  const [ten, eleven, image] = await response.json();
  assert.equal(ten, "sent");
  assert.equal(eleven, "n: must be a whole number, 1 to 10, not 11 (profile openai)");
  assert.equal(image, "image: must be a PNG file (profile openai)");
});
