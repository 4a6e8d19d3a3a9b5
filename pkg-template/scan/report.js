// What the scan found, for people. No part of a key is ever shown, except the prefix that all keys of its
// provider share.

/** Names come from file systems and bundlers: they must not steer the terminal, nor turn the direction of a line. */
export const printable = (text) =>
  text.replace(STEERING, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);

/** The same for JSON, as its own escapes. */
export const printableJson = (json) =>
  json.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (text) =>
    text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );

const STEERING = /[\p{C}\p{Zl}\p{Zp}]/gu;

export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

const WHAT = {
  key: ({ provider, excerpt }) => `a key of ${provider}: ${excerpt}`,
  environment: ({ excerpt }) => excerpt,
  "not-scanned": ({ excerpt }) => `not scanned: ${excerpt}`,
  "key-holding-entry": ({ excerpt }) =>
    `${excerpt}, which can hold a key, in a bundle for browsers`,
};

function lineOf(finding) {
  const { file, line, column, offset, coding, source, kind } = finding;
  const place =
    line !== undefined ? `:${line}:${column}` : offset !== undefined ? `:byte ${offset}` : "";
  const form = coding === "raw" ? "" : ` (${coding})`;
  const from = source ? ` from ${printable(source)}` : "";
  return `${printable(file)}${place}: ${WHAT[kind](finding)}${form}${from}`;
}

/** `1 secret found`, and how many files could not be opened. */
export function tally(findings) {
  const closed = findings.filter(({ kind }) => kind === "not-scanned").length;
  return { secrets: findings.length - closed, closed };
}

export function reportOf({ findings }) {
  const { secrets, closed } = tally(findings);
  const what = [
    secrets > 0 && count(secrets, "secret"),
    closed > 0 && `${count(closed, "part")} that could not be scanned`,
  ];
  return [
    `openai-wasm: ${what.filter(Boolean).join(" and ")} in what would be published`,
    ...findings.map((finding) => `  ${lineOf(finding)}`),
    ...(secrets > 0
      ? ["A key that was published once is known: revoke it at its provider, then mend the build."]
      : []),
    ...(closed > 0 ? ["What is meant to be published unscanned is left out by `exclude`."] : []),
  ].join("\n");
}
