// What every case of the suites `runtimes` and `bundlers` asks, whatever built the program and wherever it
// runs: one call of each kind. It needs nothing but the package and web standards.

import { countTokens } from "./tokens.mjs";

const MODEL = "stand-in-ngram-1";
const QUESTION = { model: MODEL, messages: [{ role: "user", content: "Say this is a test" }] };
const EVENTS = "event: note\ndata: one\n\ndata: two\n\n";

/**
 * @param entry `{ OpenAI, toFile, decodeEventStream }` of the package
 * @param options of the client
 * @returns an answer for each step; where a call fails unexpectedly, what the error says
 */
export async function askAll({ OpenAI, toFile, decodeEventStream }, options) {
  const client = new OpenAI({ maxRetries: 0, ...options });
  const stream = (more) => client.chat.completions.create({ ...QUESTION, stream: true }, more);
  const steps = {
    async create() {
      return (await client.chat.completions.create(QUESTION)).choices[0].message.content;
    },

    async stream() {
      let text = "";
      for await (const chunk of await stream()) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    },

    async textStream() {
      let text = "";
      for await (const piece of (await stream()).textStream) text += piece;
      return text;
    },

    async abort() {
      const controller = new AbortController();
      try {
        for await (const _ of await stream({ signal: controller.signal })) controller.abort();
      } catch (error) {
        return error.name;
      }
      return "ended";
    },

    async leave() {
      for await (const _ of await stream()) return "left";
      return "ended";
    },

    async error() {
      const error = await client.chat.completions.create(QUESTION).catch((reason) => reason);
      return error instanceof OpenAI.APIError ? `${error.name} ${error.status}` : said(error);
    },

    async upload() {
      const file = await toFile(
        new TextEncoder().encode("repeat: hello from a file"),
        "speech.wav",
      );
      return (await client.audio.transcriptions.create({ file, model: "whisper-1" })).text;
    },

    async decodeEventStream() {
      const events = [];
      for await (const { event, data } of decodeEventStream(new Response(EVENTS).body))
        events.push(`${event} ${data}`);
      return events.join(", ");
    },

    ...(countTokens && { tokens: countTokens }),
  };

  const answers = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      answers[name] = await step();
    } catch (error) {
      answers[name] = said(error, OpenAI);
    }
  }
  return answers;
}

/** An error with its causes, as one line. */
export function said(error, OpenAI) {
  if (!(error instanceof Error) && typeof error?.message !== "string") return String(error);
  const typed = OpenAI && !(error instanceof OpenAI.OpenAIError) ? "untyped " : "";
  const own = `${typed}${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own} because ${said(error.cause)}`;
}
