// Which encoding a name means, and which table an encoding has.

import { UnknownModelError } from "./errors.js";
import { encodingOf as encodingOfModel } from "./find.js";

/** Each encoding, and the function that loads its table. */
const TABLES = {
  r50k_base: () => import("./tables/p50k_base.js"),
  p50k_base: () => import("./tables/p50k_base.js"),
  cl100k_base: () => import("./tables/cl100k_base.js"),
  o200k_base: () => import("./tables/o200k_base.js"),
  o200k_harmony: () => import("./tables/o200k_base.js"),
};

/** The encoding of a name, which is a model's or an encoding's own; `models` are an author's entries. */
export function encodingOf(name, models) {
  if (Object.hasOwn(TABLES, name)) return name;
  const encoding = encodingOfModel(String(name), models);
  if (encoding === undefined) throw new UnknownModelError(String(name));
  return encoding;
}

/** Is it an encoding's own name? */
export const isEncoding = (name) => Object.hasOwn(TABLES, name);

/** The table of an encoding in base64. */
export async function tableOf(encoding) {
  const { TABLE } = await TABLES[encoding]();
  return TABLE;
}
