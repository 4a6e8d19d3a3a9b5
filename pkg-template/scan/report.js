// What the scan found, for people. No part of a key is ever shown, except the prefix that all keys of its
// provider share.

/** Names come from file systems and bundlers: they must not steer the terminal. */
const printable = (text) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");

export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const WHAT = {
  key: ({ provider, excerpt }) => `a key of ${provider}: ${excerpt}`,
  environment: ({ excerpt }) => excerpt,
  "key-holding-entry": ({ excerpt }) => `${excerpt}, which can hold a key, in a bundle for browsers`,
};

function lineOf(finding) {
  const { file, line, column, offset, coding, source, kind } = finding;
  const place = line !== undefined ? `:${line}:${column}` : offset !== undefined ? `:byte ${offset}` : "";
  const form = coding === "raw" ? "" : ` (${coding})`;
  const from = source ? ` from ${printable(source)}` : "";
  return `${printable(file)}${place}: ${WHAT[kind](finding)}${form}${from}`;
}

export function reportOf({ findings }) {
  return [
    `openai-wasm: ${count(findings.length, "secret")} in what would be published`,
    ...findings.map((finding) => `  ${lineOf(finding)}`),
    "A key that was published once is known: revoke it at its provider, then mend the build.",
  ].join("\n");
}
