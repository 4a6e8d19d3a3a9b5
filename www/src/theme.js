// Dark or light: the system's choice until the person presses the button, which holds in this tab.

const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** Makes `button` switch between the two themes. */
export function startTheme(button) {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));

  const kept = read();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    write(root.dataset.theme);
    show();
  });
  systemDark.addEventListener("change", show);
  show();
}

const NAME = "theme";

function read() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return undefined;
  }
}

function write(theme) {
  try {
    sessionStorage.setItem(NAME, theme);
  } catch {
    // Without storage it holds until a reload.
  }
}
