// What a model adds to the tokens of a conversation's texts: src/tokens/chat/rules.rs.

import { encodingOf } from "./find.js";

// Tokens of a picture whose size is not known: `[with detail "low", of 1024 by 1024, at most]`.
const TILES = [85, 765, 1445];
const TILES_MINI = [2833, 25501, 48169];
const PATCHES = [630, 2520, 3779];
const MANY_PATCHES = [630, 2520, 24600];

const IMAGES = [
  ["gpt-4o-mini", TILES_MINI],
  ["gpt-4.1-mini", PATCHES],
  ["gpt-4.1-nano", PATCHES],
  ["gpt-4", TILES],
  ["o1", TILES],
  ["o3", TILES],
  ["o4-mini", PATCHES],
];

/** The rules of a model, or of an encoding if the model is not known. */
export function rulesOf(model, encoding, own) {
  const id = model?.replace(/^ft:/, "");
  const cut = id === undefined ? encoding : (encodingOf(id, own) ?? "o200k_base");
  const oldest = id?.startsWith("gpt-3.5-turbo-0301");
  return {
    perMessage: oldest ? 4 : 3,
    perName: oldest ? -1 : 1,
    perFunction: cut === "cl100k_base" ? 10 : 7,
    documented:
      id === undefined
        ? cut === "cl100k_base" || cut === "o200k_base"
        : /^gpt-(?:3\.5-turbo|35-turbo|4)/.test(id) &&
          !/audio|realtime|search|transcribe|tts|4\.5/.test(id),
    image: IMAGES.find(([start]) => id?.startsWith(start))?.[1] ?? MANY_PATCHES,
  };
}
