// The option `budget` of createProxy, checked. WebAssembly puts it into exact units (src/proxy/budget/written.rs).

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";
import { BUDGET } from "./proxy-option-table.js";

const refuse = (option, message) => {
  throw new InvalidOptionError(option, message);
};

const dollars = (value, option, least = 0) => {
  if (typeof value !== "number" || !(value >= least && value <= BUDGET.most)) {
    const what = typeof value === "number" ? String(value) : describe(value);
    refuse(option, `must be a number of US dollars from ${least} to ${BUDGET.most}, not ${what}`);
  }
  return value;
};

const word = (words, value, option) =>
  words.includes(value)
    ? value
    : refuse(option, `must be one of ${words.map((known) => JSON.stringify(known)).join(", ")}`);

const members = (value, option, known) => {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    refuse(option, `must be an object, not ${describe(value)}`);
  for (const name of Object.keys(value))
    if (!known.includes(name)) refuse(`${option}.${name}`, "is not an option");
  return value;
};

function limit(value, option) {
  members(value, option, ["per", "window", "usd"]);
  const { per, window, usd } = value;
  word(BUDGET.per, per, `${option}.per`);
  word(BUDGET.windows, window, `${option}.window`);
  dollars(usd, `${option}.usd`, BUDGET.least);
  return { per, window, usd };
}

function price(value, option) {
  members(value, option, [...BUDGET.prices, "reasoning"]);
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const { reasoning = true, ...rates } = Object.fromEntries(given);
  if (typeof reasoning !== "boolean") {
    refuse(`${option}.reasoning`, `must be true or false, not ${describe(reasoning)}`);
  }
  for (const [name, usd] of Object.entries(rates)) dollars(usd, `${option}.${name}`);
  if (!["input", "image", "audioMinute", "character"].some((name) => rates[name] !== undefined)) {
    refuse(option, "must have a price: input, image, audioMinute or character");
  }
  return { ...rates, reasoning };
}

export function budgetOption(value, option) {
  members(value, option, ["binding", "limits", "prices"]);
  const { binding, limits, prices = {} } = value;
  if (typeof binding !== "string" || binding.trim() === "") {
    refuse(`${option}.binding`, "must be the name of a Durable Object binding of BudgetLedger");
  }
  if (!Array.isArray(limits) || limits.length === 0) {
    refuse(`${option}.limits`, "must be an array that holds some limits");
  }
  members(prices, `${option}.prices`, Object.keys(prices ?? {}));
  const own = Object.entries(prices).map(([model, item]) => [
    model,
    price(item, `${option}.prices[${JSON.stringify(model)}]`),
  ]);
  return {
    binding,
    limits: limits.map((item, index) => limit(item, `${option}.limits[${index}]`)),
    prices: Object.fromEntries(own),
  };
}

/** Limits that a session token carries: `{ day: 0.1 }`. */
export function sessionLimits(value, option) {
  members(value, option, BUDGET.windows);
  for (const [window, usd] of Object.entries(value)) dollars(usd, `${option}.${window}`);
  return value;
}
