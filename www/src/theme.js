// Dark or light: the system's choice until the person presses the button. The choice is kept in the
// history entry, which survives a reload; the page writes to no storage.

const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** Makes `button` switch between the two themes. */
export function startTheme(button) {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const show = () => button.setAttribute("aria-pressed", String(isDark()));

  const kept = history.state?.theme;
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    history.replaceState({ ...history.state, theme: root.dataset.theme }, "");
    show();
  });
  systemDark.addEventListener("change", show);
  show();
}
