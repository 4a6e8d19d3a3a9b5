// What is known of a model, by the name that a request gives. The rules are those of src/models
// (`catalog.rs`, `id.rs`); both languages run tests/fixtures/models.json.

import { InvalidOptionError } from "../lib/errors.js";
import { ENCODINGS, FAMILIES, METERS, MODELS, TIERS } from "./model-table.js";

const PICO_PER_TOKEN = 1e6; // of a price of 1 US dollar a million tokens

/** The model that was tuned, or undefined for a name of another kind. */
function tunedFrom(id) {
  if (id.startsWith("ft:")) return id.split(":")[1] || undefined;
  const end = id.indexOf(":ft-");
  return end > 0 ? id.slice(0, end) : undefined;
}

/** The name without the date of a snapshot. */
const undated = (id) => /^(.+?)-(?:\d{4}-\d\d-\d\d|\d{4})$/s.exec(id)?.[1];

/** The name of a model's encoding, or undefined. */
export function encodingOf(id, own) {
  const entry = find(id, own);
  if (entry?.model.encoding) return entry.model.encoding;
  const base = tunedFrom(id) ?? id;
  const family = FAMILIES.find(
    ([start]) =>
      base.startsWith(start) &&
      (/[.-]$/.test(start) || /^(?:[-.:]|$)/.test(base.slice(start.length))),
  );
  return family && ENCODINGS[family[1]];
}

/**
 * `{ model, priced }`, or undefined. `priced` is false for a fine-tuned model of which only the tuned one
 * is known: its prices are others.
 */
export function find(id, own) {
  const entry = (name) => {
    if (own && Object.hasOwn(own, name)) return unpackOwn(name, own[name]);
    return Object.hasOwn(MODELS, name) ? unpack(name) : undefined;
  };
  const snapshot = (name) => entry(name) ?? (undated(name) && entry(undated(name)));
  const priced = (model) => model && { model, priced: true };
  const exact = entry(id);
  if (exact) return priced(exact);
  const base = tunedFrom(id);
  if (!base) return priced(snapshot(id));
  const tuned = entry(`ft:${base}`) ?? (undated(base) && entry(`ft:${undated(base)}`));
  if (tuned) return priced(tuned);
  const names = [...Object.keys(own ?? {}), ...Object.keys(MODELS)];
  const newest = names
    .filter((name) => name.startsWith("ft:") && undated(name.slice(3)) === base)
    .sort();
  if (newest.length) return priced(entry(newest.at(-1)));
  const model = snapshot(base);
  return model && { model, priced: false };
}

function unpack(id) {
  const [encoding, contextWindow, maxOutputTokens, lastDay, prices] = MODELS[id];
  return {
    id,
    encoding: ENCODINGS[encoding],
    contextWindow,
    maxOutputTokens,
    lastDay: lastDay || undefined,
    pico: (meter, tier, long) =>
      prices[2 * TIERS.indexOf(tier) + (long ? 1 : 0)]?.[METERS.indexOf(meter)],
  };
}

/** An author's entry: prices in US dollars for a million tokens, for every tier and length. */
function unpackOwn(id, entry) {
  const option = `models["${id}"]`;
  const { encoding, contextWindow = 0, maxOutputTokens = 0, lastDay, prices = {} } = entry ?? {};
  if (encoding !== undefined && !ENCODINGS.includes(encoding)) {
    throw new InvalidOptionError(
      `${option}.encoding`,
      `is not known; known are ${ENCODINGS.join(", ")}`,
    );
  }
  for (const [name, value] of Object.entries({ contextWindow, maxOutputTokens })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidOptionError(`${option}.${name}`, "must be a whole number of tokens");
    }
  }
  const pico = {};
  for (const [meter, dollars] of Object.entries(prices)) {
    if (!METERS.includes(meter)) {
      throw new InvalidOptionError(
        `${option}.prices.${meter}`,
        `is not known; known are ${METERS.join(", ")}`,
      );
    }
    if (!(Number.isFinite(dollars) && dollars >= 0 && dollars <= 1e6)) {
      throw new InvalidOptionError(
        `${option}.prices.${meter}`,
        "must be US dollars for a million tokens",
      );
    }
    const exact = dollars * PICO_PER_TOKEN;
    const whole = Math.round(exact);
    pico[meter] = Math.abs(exact - whole) < 1e-3 ? whole : Math.ceil(exact);
  }
  return { id, encoding, contextWindow, maxOutputTokens, lastDay, pico: (meter) => pico[meter] };
}

/** The price of a unit in picodollars, or undefined; see `Model::pico` in src/models/model.rs. */
export function rate(model, meter, tier, long) {
  if (!long) return model.pico(meter, tier, false);
  return (
    model.pico(meter, tier, true) ??
    model.pico(meter, TIERS[0], true) ??
    model.pico(meter, tier, false)
  );
}
