// Buttons that copy a text and say so.

const SAID_MS = 1600;

/** Makes `button` copy what `text()` returns. */
export function copyOnClick(button, text) {
  const label = button.textContent;
  let timer;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), SAID_MS);
  });
}
