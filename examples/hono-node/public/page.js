import OpenAI from "openai-wasm";

const [form, stop, answer, notice] = ["form", "#stop", ".answer", "[role=alert]"].map((selector) =>
  document.querySelector(selector),
);

const client = new OpenAI({ proxyUrl: "/v1", token: sessionToken });
let stopping;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  stopping?.abort();
  const own = new AbortController();
  stopping = own;
  answer.textContent = notice.textContent = "";
  answer.ariaBusy = "true";
  let problem = "";
  try {
    const stream = await client.chat.completions.create(
      {
        model: "gpt-5-nano",
        messages: [{ role: "user", content: form.elements.question.value }],
        stream: true,
      },
      { signal: own.signal },
    );
    for await (const text of stream.textStream) answer.textContent += text;
  } catch (error) {
    problem = error instanceof OpenAI.APIUserAbortError ? "Stopped." : error.message;
  }
  // A newer question has taken over.
  if (stopping !== own) return;
  notice.textContent = problem;
  answer.ariaBusy = "false";
});

stop.addEventListener("click", () => stopping?.abort());

async function sessionToken() {
  const response = await fetch("/session", { method: "POST" });
  if (!response.ok) throw new Error(`no session: ${response.status}`);
  return (await response.json()).token;
}
