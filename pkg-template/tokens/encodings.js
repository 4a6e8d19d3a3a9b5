// Which encoding a name means, and which table an encoding has.

import { InvalidOptionError } from "../lib/errors.js";

/** Each encoding, and the function that loads its table. */
const TABLES = {
  r50k_base: () => import("./tables/p50k_base.js"),
  p50k_base: () => import("./tables/p50k_base.js"),
  cl100k_base: () => import("./tables/cl100k_base.js"),
  o200k_base: () => import("./tables/o200k_base.js"),
  o200k_harmony: () => import("./tables/o200k_base.js"),
};

/** What the names of models begin with, as PyPI's tiktoken 0.14 and OpenAI's documents have it. */
const MODELS = [
  [/^gpt-oss-/, "o200k_harmony"],
  [/^(?:o[134](?:$|-)|chatgpt-4o-|gpt-4o(?:$|-)|gpt-4\.[15]|gpt-[5-9])/, "o200k_base"],
  [/^(?:gpt-4(?:$|-)|gpt-3\.5(?:$|-)|gpt-35-turbo|davinci-002$|babbage-002$|text-embedding-(?:ada-002|3-))/, "cl100k_base"],
  [/^(?:text-davinci-00[23]|text-davinci-edit-|code-)/, "p50k_base"],
  [/^(?:text-(?:davinci|curie|babbage|ada)-001|davinci|curie|babbage|ada|gpt2)$/, "r50k_base"],
];

/** The encoding of a name, which is a model's or an encoding's own. A fine-tune has that of its model. */
export function encodingOf(name) {
  if (Object.hasOwn(TABLES, name)) return name;
  const model = String(name).replace(/^ft:/, "").replace(/:.*$/, "");
  const found = MODELS.find(([pattern]) => pattern.test(model));
  if (found) return found[1];
  const encodings = Object.keys(TABLES).join(", ");
  throw new InvalidOptionError("model", `no encoding is known for ${JSON.stringify(name)}; name one: ${encodings}`, "unknown_model");
}

/** The table of an encoding in base64. */
export async function tableOf(encoding) {
  const { TABLE } = await TABLES[encoding]();
  return TABLE;
}
