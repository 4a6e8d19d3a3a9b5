// The option `budget` of createProxy, checked. WebAssembly puts it into exact units (src/proxy/budget/written.rs).

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";

const PERS = ["subject", "everyone"];
const WINDOWS = ["day", "month", "lifetime"];

/** Nine million dollars in nano-dollars are the largest number that JavaScript holds exactly. */
const MOST_USD = 9_000_000;

const refuse = (option, message) => {
  throw new InvalidOptionError(option, message);
};

const number = (value, option, most, least = 0) => {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    const what = typeof value === "number" ? String(value) : describe(value);
    refuse(option, `must be a number of US dollars from ${least} to ${most}, not ${what}`);
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
  word(PERS, per, `${option}.per`);
  word(WINDOWS, window, `${option}.window`);
  number(usd, `${option}.usd`, MOST_USD, 1e-9);
  return { per, window, usd };
}

/** Members of a price in US dollars. */
const RATES = [
  "input",
  "cachedInput",
  "cacheWrite",
  "output",
  "imageInput",
  "imageOutput",
  "audioMinute",
  "image",
];

function price(value, option) {
  members(value, option, [...RATES, "reasoning"]);
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const { reasoning = true, ...rates } = Object.fromEntries(given);
  if (typeof reasoning !== "boolean") {
    refuse(`${option}.reasoning`, `must be true or false, not ${describe(reasoning)}`);
  }
  for (const [name, usd] of Object.entries(rates)) {
    number(usd, `${option}.${name}`, name === "audioMinute" ? 1000 : MOST_USD);
  }
  if (!["input", "image", "audioMinute"].some((name) => rates[name] !== undefined)) {
    refuse(option, "must have a price: input, image or audioMinute");
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
  members(value, option, WINDOWS);
  for (const [window, usd] of Object.entries(value)) number(usd, `${option}.${window}`, MOST_USD);
  return value;
}
