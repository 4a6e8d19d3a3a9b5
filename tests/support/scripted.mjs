// Two clients, the official one and ours, whose server answers what a test says: side by side without sockets.

import Official from "openai";

import { keyless } from "./packed.mjs";

const { default: OpenAI } = await keyless();

/** A streamed answer of these chunks. */
export const streamed = (chunks, end = "data: [DONE]\n\n") => ({
  type: "text/event-stream",
  text: chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + end,
});

/** A chat answer with this message. */
export const says = (message, more) => ({
  id: "c-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      logprobs: null,
      message: { role: "assistant", content: null, refusal: null, ...message },
      ...more,
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
});

/** The same as the chunks of a stream: the text in two pieces. */
export const saysInChunks = ({ content, tool_calls, ...more }, finish_reason = "stop") => {
  const chunk = (delta, reason = null) => ({
    id: "c-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: reason, logprobs: null }],
  });
  const half = Math.ceil((content ?? "").length / 2);
  return streamed([
    chunk({ role: "assistant", content: content === undefined ? null : "", ...more }),
    ...(content ? [content.slice(0, half), content.slice(half)] : []).map((text) =>
      chunk({ content: text }),
    ),
    ...(tool_calls ?? []).map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({}, finish_reason),
  ]);
};

/** A call of a function, as an answer has it. */
export const calls = (name, args, id = `call_${name}`) => ({
  id,
  type: "function",
  function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
});

/** A client of a class whose server gives these answers, the last one again and again; `sent` has the bodies. */
function client(make, answers) {
  const sent = [];
  const fetch = async (url, init) => {
    const request = new Request(url, init);
    const body = await request.text();
    sent.push(body ? JSON.parse(body) : undefined);
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer?.text === undefined) return Response.json(answer);
    return new Response(answer.text, { headers: { "content-type": answer.type } });
  };
  return Object.assign(make(fetch), { sent });
}

const official = (fetch) =>
  new Official({ apiKey: "k", baseURL: "http://127.0.0.1:9/v1", fetch, maxRetries: 0 });
const own = (fetch) =>
  new OpenAI({ proxyUrl: "http://127.0.0.1:9/v1", token: "t", fetch, maxRetries: 0 });

/** Our client with these answers. */
export const scripted = (...answers) => client(own, answers);

/** What a call gives with each client, as JSON has it: `{ ours, theirs }`, each `{ result, error, sent }`. */
export async function both(answers, call) {
  const [theirs, ours] = await Promise.all(
    [official, own].map(async (make) => {
      const asked = client(make, answers);
      try {
        const result = plain(await call(asked));
        return { result, sent: asked.sent };
      } catch (error) {
        return { error, sent: asked.sent };
      }
    }),
  );
  return { theirs, ours };
}

/** Without `parsed_arguments` of what is not parsed, which the official runners have at times. */
const plain = (value) =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (name, item) =>
        name === "parsed_arguments" && item === null ? undefined : item,
      );
