// Text that nobody can have written before: no parameter and no file holds it.

export const randomText = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(36)).join("");
