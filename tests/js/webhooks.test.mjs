// client.webhooks of the key-holding client, beside the official one.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import Official from "openai";

import { edge, failure } from "../support/packed.mjs";

const { default: OpenAI, InvalidWebhookSignatureError } = await edge();
const raw = Buffer.from("0123456789abcdef0123456789abcdef");
const secret = `whsec_${raw.toString("base64")}`;
const payload = JSON.stringify({ id: "evt_1", type: "response.completed", data: { id: "resp_1" } });
const now = () => Math.floor(Date.now() / 1000);

/** The headers of a message that is signed. */
function headersOf({
  time = String(now()),
  id = "wh_1",
  body = payload,
  key = raw,
  before = "",
} = {}) {
  const signature = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": time,
    "webhook-signature": `${before}v1,${signature}`,
  };
}

const clients = (options) => [
  new Official({ apiKey: "local", baseURL: "http://127.0.0.1:9/v1", ...options }),
  new OpenAI({ apiKey: "local", baseURL: "http://127.0.0.1:9/v1", ...options }),
];

test("a message that was signed is unwrapped, with whichever headers and secret", async () => {
  const plain = "a plain secret";
  for (const [headers, options, ...own] of [
    [headersOf(), { webhookSecret: secret }],
    [new Headers(headersOf()), {}, secret],
    [headersOf({ key: Buffer.from(plain) }), { webhookSecret: plain }],
    [headersOf({ before: "v1,AAAA v2,%% " }), { webhookSecret: secret }],
    [headersOf({ time: String(now() - 3000) }), {}, secret, 4000],
  ]) {
    for (const client of clients(options)) {
      assert.deepEqual(await client.webhooks.unwrap(payload, headers, ...own), JSON.parse(payload));
      assert.equal(await client.webhooks.verifySignature(payload, headers, ...own), undefined);
    }
  }
});

test("a message that was not signed, or at another time, is refused by the official error", async () => {
  for (const [headers, body = payload] of [
    [headersOf(), `${payload} `],
    [headersOf({ key: Buffer.from("other") })],
    [headersOf({ time: String(now() - 301) })],
    [headersOf({ time: String(now() + 400) })],
    [headersOf({ time: "soon" })],
    [{ ...headersOf(), "webhook-id": "wh_2" }],
    [{ ...headersOf(), "webhook-signature": "v1,%%%" }],
    // Among too many signatures the true one is not looked for.
    [headersOf({ before: "v1,AAAA ".repeat(5000) })],
  ]) {
    const [official, ours] = clients({ webhookSecret: secret });
    const error = await failure(ours.webhooks.unwrap(body, headers));
    assert.ok(error instanceof InvalidWebhookSignatureError, String(error));
    assert.equal(error.name, "InvalidWebhookSignatureError");
    if (headers["webhook-signature"].length < 1000)
      assert.equal(
        (await failure(official.webhooks.unwrap(body, headers))).constructor.name,
        error.name,
      );
  }
  const [, ours] = clients({ webhookSecret: secret });
  const { "webhook-id": _, ...without } = headersOf();
  assert.match((await failure(ours.webhooks.unwrap(payload, without))).message, /webhook-id/);
});

test("a secret that is missing or malformed is named, and no client shows its own", async () => {
  const [, none] = clients({});
  assert.equal((await failure(none.webhooks.unwrap(payload, headersOf()))).option, "webhookSecret");
  const bad = failure(none.webhooks.unwrap(payload, headersOf(), "whsec_%%"));
  assert.equal((await bad).option, "webhookSecret");
  const parsed = failure(none.webhooks.unwrap(JSON.parse(payload), headersOf(), secret));
  assert.equal((await parsed).option, "payload");
  const [, client] = clients({ webhookSecret: secret });
  assert.ok(!JSON.stringify(client).includes("whsec_"));
  assert.equal(client.webhookSecret, secret);
  const unknown = await failure(client.webhooks.rotate());
  assert.match(unknown.message, /is not a method/);
});
