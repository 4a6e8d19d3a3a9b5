// What a screen reader is told: beginnings and ends, never single tokens.

const MAX_LENGTH = 1500;
const region = document.getElementById("announcer");

/** Says `text` once the reader is free. */
export function announce(text) {
  region.textContent =
    text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)} … The answer goes on.` : text;
}
