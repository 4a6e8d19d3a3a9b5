// One answer at a time, as a hook. A new question, a stop and a component that is removed all end the request, so
// that the model stops writing when the answer is not needed.

import OpenAI from "openai-wasm";
import { useEffect, useRef, useState } from "react";

const client = new OpenAI({ proxyUrl: "/v1", token: sessionToken });

export function useAnswer() {
  const [answer, setAnswer] = useState("");
  const [notice, setNotice] = useState("");
  const [busy, setBusy] = useState(false);
  const running = useRef(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function ask(question) {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setAnswer("");
    setNotice("");
    setBusy(true);
    let problem = "";
    try {
      const stream = await client.chat.completions.create(
        {
          model: "gpt-5-nano",
          messages: [{ role: "user", content: question }],
          stream: true,
        },
        { signal: controller.signal },
      );
      for await (const text of stream.textStream) setAnswer((before) => before + text);
    } catch (error) {
      problem = error instanceof OpenAI.APIUserAbortError ? "Stopped." : error.message;
    }
    // A newer question has taken over.
    if (running.current !== controller) return;
    setNotice(problem);
    setBusy(false);
  }

  return { answer, notice, busy, ask, stop: () => running.current?.abort() };
}

async function sessionToken() {
  const response = await fetch("/session", { method: "POST" });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  return (await response.json()).token;
}
