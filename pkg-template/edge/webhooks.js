// Webhooks: whether a message is OpenAI's own, by its signature (Standard Webhooks, HMAC-SHA256).

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { InvalidWebhookSignatureError } from "../lib/parse-errors.js";

/** Seconds that a message's time may differ from ours. */
const TOLERANCE_S = 300;
/** OpenAI sends a few signatures; more would only cost time to verify. */
const MAX_SIGNATURES = 32;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const refuse = (why) => {
  throw new InvalidWebhookSignatureError(why);
};

function headerOf(headers, name) {
  const value =
    typeof headers?.get === "function"
      ? headers.get(name)
      : Object.entries(headers ?? {}).find(([own]) => own.toLowerCase() === name)?.[1];
  const text = Array.isArray(value) ? value[0] : value;
  if (!text) refuse(`The header ${name} is missing`);
  return String(text);
}

function secretOf(secret, client) {
  const text = secret ?? client.webhookSecret;
  if (typeof text !== "string" || text === "")
    throw new InvalidOptionError(
      "webhookSecret",
      "is required: pass it to the client or to the call, or set OPENAI_WEBHOOK_SECRET",
    );
  if (!text.startsWith("whsec_")) return new TextEncoder().encode(text);
  try {
    return bytesOf(text.slice("whsec_".length));
  } catch {
    throw new InvalidOptionError("webhookSecret", "must be base64 after `whsec_`");
  }
}

async function verify(client, payload, headers, secret, tolerance = TOLERANCE_S) {
  if (typeof payload !== "string")
    throw new InvalidOptionError(
      "payload",
      `must be the body's text as it came, not ${describe(payload)}`,
    );
  const raw = secretOf(secret, client);
  const [signatures, timestamp, id] = ["signature", "timestamp", "id"].map((name) =>
    headerOf(headers, `webhook-${name}`),
  );
  const seconds = /^\d+$/.test(timestamp) ? Number(timestamp) : refuse("The time is not a number");
  const now = Math.floor(Date.now() / 1000);
  if (now - seconds > tolerance) refuse("The message is too old");
  if (seconds - now > tolerance) refuse("The message's time is in the future");
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${payload}`);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
  for (const signature of signatures.split(" ").slice(0, MAX_SIGNATURES)) {
    let bytes;
    try {
      bytes = bytesOf(signature.replace(/^v1,/, ""));
    } catch {
      // Another version's, or none.
      continue;
    }
    if (await crypto.subtle.verify("HMAC", key, bytes, signed)) return;
  }
  refuse("No signature fits the message");
}

/** The methods by their names, for lib/more.js. */
export const webhooks = {
  "webhooks.verifySignature": verify,
  /** The event of a message that is OpenAI's own. */
  async "webhooks.unwrap"(client, payload, ...rest) {
    await verify(client, payload, ...rest);
    return JSON.parse(payload);
  },
};
