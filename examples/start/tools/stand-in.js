// Answers until you have a key. NOT A MODEL: a script that always gives the same answer, in the form in which
// a model server streams. It also shows that the proxy sends the right request.

import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const MODEL = "stand-in-script";
const PAUSE_MS = 25;

/** Listens on a free port of this machine; its base URL. */
export async function startStandIn() {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!response.destroyed) console.error("stand-in:", error.message);
      response.destroy();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It ends with the program.
  server.unref();
  return `http://127.0.0.1:${server.address().port}/v1`;
}

async function answer(request, response) {
  if (request.method !== "POST" || request.url !== "/v1/chat/completions")
    return json(response, 404, {
      error: { message: `The stand-in knows POST /v1/chat/completions alone.`, code: "not_found" },
    });
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  const { messages, stream, stream_options } = JSON.parse(body);
  const question = messages.at(-1)?.content ?? "";
  const text = `You asked: “${question}” This answer is a script, not a model: it came through your proxy as a stream. Put OPENAI_API_KEY into .dev.vars and start again to ask a model.`;
  const words = text.match(/\s*\S+/g);
  const head = { id: "chatcmpl-stand-in", created: Math.floor(Date.now() / 1000), model: MODEL };
  const usage = {
    prompt_tokens: messages.length * 10,
    completion_tokens: words.length,
    total_tokens: messages.length * 10 + words.length,
  };

  if (!stream) {
    const message = { role: "assistant", content: text };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return json(response, 200, { ...head, object: "chat.completion", choices, usage });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (data) => response.write(`data: ${JSON.stringify({ ...head, ...data })}\n\n`);
  const chunk = (delta, finish_reason = null) =>
    send({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  chunk({ role: "assistant", content: "" });
  for (const word of words) {
    if (response.destroyed) return;
    chunk({ content: word });
    await pause(PAUSE_MS);
  }
  chunk({}, "stop");
  if (stream_options?.include_usage) send({ object: "chat.completion.chunk", choices: [], usage });
  response.end("data: [DONE]\n\n");
}

function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
