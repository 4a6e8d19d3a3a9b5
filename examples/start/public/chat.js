// The page's half: it holds no key, only a session token that the Worker gives it.

import OpenAI from "./vendor/openai-wasm.min.js";

// One of the models in src/worker.js.
const MODEL = "gpt-5-nano";

const [turns, notice, ask, stop, login, code, wrong] = [
  "turns",
  "notice",
  "ask",
  "stop",
  "login",
  "code",
  "wrong",
].map((id) => document.getElementById(id));

const client = new OpenAI({ proxyUrl: "/v1", token: sessionToken });
const messages = [];
let stopping;

ask.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (stopping) return;
  const question = ask.elements.question.value.trim();
  if (!question) return;
  ask.reset();
  notice.textContent = "";
  show("question", question);
  messages.push({ role: "user", content: question });
  await answer(show("answer", ""));
  ask.elements.question.focus();
});

stop.addEventListener("click", () => stopping?.abort());

async function answer(element) {
  stopping = new AbortController();
  stop.hidden = false;
  element.setAttribute("aria-busy", "true");
  try {
    const stream = await client.chat.completions.create(
      { model: MODEL, messages, stream: true },
      { signal: stopping.signal },
    );
    for await (const text of stream.textStream) element.textContent += text;
  } catch (error) {
    notice.textContent = messageOf(error);
  } finally {
    stopping = undefined;
    stop.hidden = true;
    element.removeAttribute("aria-busy");
    // What has come stays in the conversation, also of an answer that broke off.
    if (element.textContent) messages.push({ role: "assistant", content: element.textContent });
    else messages.pop();
  }
}

function messageOf(error) {
  if (error instanceof OpenAI.APIUserAbortError) return "Stopped.";
  if (error.text) return `The answer broke off: ${error.message}`;
  return error.message;
}

function show(kind, text) {
  const element = document.createElement("p");
  element.className = `turn ${kind}`;
  element.textContent = text;
  turns.append(element);
  return element;
}

/** Asks the Worker for a session, and the visitor for the access code where the Worker wants one. */
async function sessionToken() {
  for (let given = ""; ; ) {
    const response = await fetch("/session", {
      method: "POST",
      body: JSON.stringify({ code: given }),
    });
    const { token, error } = await response.json();
    if (response.ok) return token;
    if (response.status !== 401) throw new Error(error.message);
    given = await accessCode(given && error.message);
  }
}

function accessCode(problem) {
  return new Promise((resolve, reject) => {
    code.value = "";
    wrong.textContent = problem;
    login.showModal();
    login.addEventListener(
      "close",
      () => (code.value ? resolve(code.value) : reject(new Error("No access code was given."))),
      { once: true },
    );
  });
}

// Escape was pressed.
login.addEventListener("cancel", () => {
  code.value = "";
});
