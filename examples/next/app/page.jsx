"use client";

import OpenAI from "openai-wasm";
import { useEffect, useRef, useState } from "react";

export default function Page() {
  const [answer, setAnswer] = useState("");
  const [notice, setNotice] = useState("");
  const [busy, setBusy] = useState(false);
  const running = useRef(undefined);
  // Who leaves the page ends the request.
  useEffect(() => () => running.current?.abort(), []);

  async function ask(event) {
    event.preventDefault();
    const question = new FormData(event.currentTarget).get("question");
    running.current?.abort();
    running.current = new AbortController();
    setAnswer("");
    setNotice("");
    setBusy(true);
    try {
      const stream = await client().chat.completions.create(
        {
          model: "gpt-5-nano",
          messages: [{ role: "user", content: question }],
          stream: true,
        },
        { signal: running.current.signal },
      );
      for await (const text of stream.textStream) setAnswer((before) => before + text);
    } catch (error) {
      setNotice(error instanceof OpenAI.APIUserAbortError ? "Stopped." : error.message);
    }
    setBusy(false);
  }

  return (
    <main>
      <form onSubmit={ask}>
        <label>
          Your question <input name="question" required />
        </label>
        <button type="submit" disabled={busy}>
          Ask
        </button>
        <button type="button" id="stop" onClick={() => running.current?.abort()}>
          Stop
        </button>
      </form>
      <p className="answer" aria-live="polite" aria-busy={busy}>
        {answer}
      </p>
      <p role="alert">{notice}</p>
    </main>
  );
}

let shared;

/** Made by the first question, since this module runs on the server, too, where there is no /v1. */
function client() {
  shared ??= new OpenAI({ proxyUrl: "/v1", token: sessionToken });
  return shared;
}

async function sessionToken() {
  const response = await fetch("/session", { method: "POST" });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  return (await response.json()).token;
}
