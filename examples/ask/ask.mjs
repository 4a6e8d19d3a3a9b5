// Asks one question through a proxy and prints the answer as it streams.
//
//   PROXY_ORIGIN=http://localhost:8787 node ask.mjs "Say this is a test"
//
// No API key is here: the proxy holds it, and gives this program a short-lived session token.

import OpenAI from "openai-wasm";

const origin = process.env.PROXY_ORIGIN ?? "http://localhost:8787";
const question = process.argv[2] ?? "Say this is a test";

async function token() {
  const response = await fetch(`${origin}/session`, { method: "POST" });
  if (!response.ok) throw new Error(`POST /session answered ${response.status}`);
  return (await response.json()).token;
}

const client = new OpenAI({ proxyUrl: `${origin}/v1`, token });

// Compatible servers name their own models: take a small one of OpenAI's, or the first there is.
const { data: models } = await client.models.list();
const model = process.env.MODEL ?? models.find(({ id }) => id === "gpt-5-nano")?.id ?? models[0].id;

const stream = await client.chat.completions.create({
  model,
  messages: [{ role: "user", content: question }],
  stream: true,
});

let answered = false;
for await (const chunk of stream) {
  const text = chunk.choices[0]?.delta?.content ?? "";
  if (text) answered = true;
  process.stdout.write(text);
}
process.stdout.write("\n");
if (!answered) {
  console.error("The stream ended without a word.");
  process.exitCode = 1;
}
