// What no Worker may print: its own secrets, the tokens that a test has minted, and what people ask and are
// told (threat table, row K8). Every workerd that a test starts is searched for them when it stops.

import { findSecret } from "./canary.mjs";

const NAMED_LIKE_A_SECRET = /KEY|SECRET|TOKEN|CODE/;
/** A token's header and claims, whoever signed it, and keys of the usual shapes, whoever has them. */
const SHAPES = [
  ["a token", /eyJ[\w-]{8,}={0,2}\.eyJ[\w-]{8,}/],
  ["a key", /\b(?:sk-|sk_|gsk_|xai-|pplx-|hf_|fw_|r8_|AIza)[\w-]{16,}/],
];
/** A shorter secret is looked for as it is alone, and not at all if it is a word, which honest lines hold. */
const MIN_RANDOM_CHARACTERS = 16;
const WORD = /^([A-Za-z]*|.{0,5})$/;
/** So much of a text gives it away; what a test sends may be a megabyte. */
const MAX_CHARACTERS = 40;

/** What was minted, asked or answered in this process, and what a failure calls it. */
const texts = new Map([
  ["Say this is a test", "a question"],
  ["This is a test!", "an answer"],
]);

/** From now on no workerd of this process may print the texts of a request's body; the stand-in repeats them. */
export function unprintableBody(body) {
  if (body === null || typeof body !== "object" || Buffer.isBuffer(body)) return;
  for (const [name, value] of Object.entries(body)) {
    if (name === "messages" && Array.isArray(value))
      for (const message of value) sayings(message?.content);
    if (name === "prompt" || name === "input") sayings(value);
  }
}

function sayings(content) {
  for (const part of [content].flat()) {
    const text = typeof part === "string" ? part : part?.text;
    // A short text ("Hi", "word word") may stand in a line by chance.
    if (typeof text === "string" && text.length >= MIN_RANDOM_CHARACTERS)
      texts.set(text.slice(0, MAX_CHARACTERS), "a question");
  }
}

/** The same for a JWT: its claims and its signature. Its header is everybody's. */
export function unprintableToken(token) {
  for (const part of token.split(".").slice(1))
    if (part.length >= MIN_RANDOM_CHARACTERS) texts.set(part, "a token");
}

/** The secrets among a Worker's bindings, by name; a keyring has several. */
export function secretsOf(bindings = {}) {
  const found = [];
  for (const [name, value] of Object.entries(bindings)) {
    if (typeof value !== "string" || !NAMED_LIKE_A_SECRET.test(name)) continue;
    for (const secret of keyring(value)) found.push([name, secret.trim()]);
  }
  return found;
}

function keyring(value) {
  try {
    const parsed = JSON.parse(value);
    if (parsed !== null && typeof parsed === "object")
      return Object.values(parsed).filter((secret) => typeof secret === "string");
  } catch {
    // One secret.
  }
  return [value];
}

/** What of all that stands in an output: `["OPENAI_API_KEY (base64+1)", "a token"]`. */
export function printedBy(output, secrets) {
  const found = [];
  for (const [name, secret] of secrets) {
    if (secret.length >= MIN_RANDOM_CHARACTERS)
      found.push(...findSecret(secret, output).map((form) => `${name} (${form})`));
    else if (!WORD.test(secret) && output.includes(secret)) found.push(`${name} (raw)`);
  }
  for (const [name, shape] of SHAPES) if (shape.test(output)) found.push(name);
  for (const [text, name] of texts) if (output.includes(text)) found.push(name);
  return [...new Set(found)];
}
