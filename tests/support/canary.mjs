// A key that exists in one test only, and the search for it in whatever a client could see.

import { randomBytes } from "node:crypto";

export const newCanary = () =>
  `sk-proj-CANARY${randomBytes(36).toString("base64url").replace(/[-_]/g, "x")}`;

const WINDOW = 8;

/** Where the canary, or eight characters of it in a row, stands in a text: raw or in disguise. */
export const findCanary = (canary, text) => findSecret(canary, text);

/** The same for any secret. What all keys of a provider begin with is none. */
export function findSecret(whole, text) {
  const found = [];
  const secret = whole.replace(/^(sk-proj-|fw_)/, "");
  const forms = {
    raw: secret,
    reversed: [...secret].reverse().join(""),
    hex: hex(secret),
    url: percent(secret),
  };
  for (let shift = 0; shift < 3; shift++) {
    // Base64 has three spellings of the same bytes, by where they start in a group of three.
    const coded = Buffer.from("x".repeat(shift) + secret)
      .toString("base64")
      .slice(shift ? 4 : 0)
      .replace(/=+$/, "")
      .slice(0, -1);
    forms[`base64+${shift}`] = coded;
  }
  const lower = text.toLowerCase();
  for (const [form, disguise] of Object.entries(forms)) {
    const width =
      form === "hex"
        ? WINDOW * 2
        : form === "url"
          ? WINDOW * 3
          : form.startsWith("base64")
            ? 12
            : WINDOW;
    const insensitive = form === "hex" || form === "url";
    const [haystack, needle] = insensitive ? [lower, disguise.toLowerCase()] : [text, disguise];
    for (let at = 0; at + width <= needle.length; at++) {
      if (haystack.includes(needle.slice(at, at + width))) {
        found.push(form);
        break;
      }
    }
  }
  return found;
}

const hex = (text) => Buffer.from(text).toString("hex");
const percent = (text) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
