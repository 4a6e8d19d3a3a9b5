import { useChat } from "@ai-sdk/react";
import { useState } from "react";
import { chatTransport } from "openai-wasm/ai-sdk";

import { client } from "./client.js";

/** What the model may ask of this page. */
const tools = {
  local_time: {
    description: "The time where the reader is",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
    execute: () => new Date().toLocaleTimeString(),
  },
};
const transport = chatTransport(client, { model: "gpt-5-nano", tools });

export function Chat() {
  const { messages, sendMessage, status, stop, error } = useChat({ transport });
  const [input, setInput] = useState("");
  const busy = status === "submitted" || status === "streaming";

  function send(event) {
    event.preventDefault();
    if (!input.trim()) return;
    sendMessage({ text: input });
    setInput("");
  }

  return (
    <main>
      {messages.map(({ id, role, parts }) => (
        <article key={id} data-role={role}>
          {parts.map((part, index) =>
            part.type === "text" ? <p key={`${id}-${index}`}>{part.text}</p> : null,
          )}
        </article>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <form onSubmit={send}>
        <input
          aria-label="Your message"
          value={input}
          onChange={({ target }) => setInput(target.value)}
        />
        {busy ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="submit">Send</button>
        )}
      </form>
    </main>
  );
}
