// The figures beside an answer, as a description list.

import { dollars } from "./money.js";

const OUTCOMES = {
  stop: "complete",
  length: "token limit",
  content_filter: "filtered",
  tool_calls: "tool call",
  stopped: "stopped by you",
  error: "error",
  end: "complete",
};

const ROWS = [
  ["first token", (t) => seconds(t.firstToken)],
  [
    "speed",
    (t) =>
      t.rate === undefined
        ? ""
        : `${t.counted ? "" : "≈ "}${t.rate.toFixed(t.rate < 10 ? 1 : 0)} tok/s`,
  ],
  ["answer", (t) => count(t.tokens, !t.counted)],
  ["prompt", (t) => count(t.promptTokens ?? 0, false)],
  ["cost", (t) => (t.bill?.usd === undefined ? "" : dollars(t.bill.usd))],
  ["elapsed", (t) => seconds(t.elapsed)],
  ["ended", (t) => (t.outcome === undefined ? "" : (OUTCOMES[t.outcome] ?? t.outcome))],
];

export class Figures {
  #rows = [];

  constructor(list) {
    for (const [name, value] of ROWS) {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const detail = document.createElement("dd");
      term.textContent = name;
      row.append(term, detail);
      row.hidden = true;
      row.dataset.figure = name.replace(" ", "-");
      list.append(row);
      this.#rows.push({ row, detail, value });
    }
  }

  show(timing) {
    for (const { row, detail, value } of this.#rows) {
      const text = value(timing);
      if (detail.textContent !== text) detail.textContent = text;
      row.hidden = text === "";
    }
  }
}

function seconds(milliseconds) {
  if (milliseconds === undefined) return "";
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

function count(tokens, estimated) {
  if (tokens === 0) return "";
  return `${estimated ? "≈ " : ""}${tokens} ${tokens === 1 ? "token" : "tokens"}`;
}
