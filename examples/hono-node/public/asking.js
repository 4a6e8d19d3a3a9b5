// The page knows neither token nor proxy: it asks /ask, which the service worker answers.

const [form, stop, answer, notice] = ["form", "#stop", ".answer", "[role=alert]"].map((selector) =>
  document.querySelector(selector),
);

const controlled = navigator.serviceWorker.controller
  ? Promise.resolve()
  : new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    });
const registered = navigator.serviceWorker.register("service-worker.js", { type: "module" });
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
    await registered;
    await controlled;
    const response = await fetch("/ask", {
      method: "POST",
      body: form.elements.question.value,
      signal: own.signal,
    });
    if (!response.ok) throw new Error(await response.text());
    const decoder = new TextDecoder();
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      answer.textContent += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    problem = error.name === "AbortError" ? "Stopped." : error.message;
  }
  // A newer question has taken over.
  if (stopping !== own) return;
  notice.textContent = problem;
  answer.ariaBusy = "false";
});

stop.addEventListener("click", () => stopping?.abort());
