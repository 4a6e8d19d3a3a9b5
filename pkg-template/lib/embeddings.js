// Vectors that came as base64: little-endian 32-bit floats.

import { ResponseError } from "./errors.js";

/** The answer with every vector as numbers, in whichever form the server sent it. */
export function vectors(answer, response) {
  if (!Array.isArray(answer?.data)) return answer;
  for (const [index, item] of answer.data.entries()) {
    if (typeof item?.embedding === "string")
      item.embedding = numbers(item.embedding, index, response);
  }
  return answer;
}

function numbers(base64, index, response) {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return Array.from(new Float32Array(bytes.buffer));
  } catch {
    throw new ResponseError(`data[${index}].embedding is no base64 of 32-bit floats`, response);
  }
}
