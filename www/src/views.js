// The parts of the page, one at a time, by the address's hash: the chat, and what is loaded when it is first shown.

const FIRST = "chat";

/** @param loaders what to await before a part is first shown, by its name */
export function startViews({ nav, skip, loaders }) {
  const parts = [...document.querySelectorAll("[data-view]")];
  const names = [...nav.querySelectorAll("a")].map((link) => link.hash.slice(1));
  const loaded = new Set();

  const show = ({ focus }) => {
    const asked = location.hash.slice(1);
    const name = names.includes(asked) ? asked : FIRST;
    for (const part of parts) part.hidden = part.dataset.view !== name;
    for (const link of nav.querySelectorAll("a")) {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const main = parts.find(({ hidden, localName }) => !hidden && localName === "main");
    skip.textContent = name === FIRST ? "Skip to the question field" : "Skip to the content";
    if (focus) {
      scrollTo({ top: 0, behavior: "instant" });
      target(main).focus({ preventScroll: true });
    }
    if (!loaded.has(name)) {
      loaded.add(name);
      loaders[name]?.(main);
    }
  };
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    target(parts.find(({ hidden, localName }) => !hidden && localName === "main")).focus();
  });
  addEventListener("hashchange", () => show({ focus: true }));
  show({ focus: false });
}

const target = (main) => main.querySelector("#question") ?? main;
