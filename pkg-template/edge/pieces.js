// The bytes of an answer that its Inspector has seen and not settled, as they came.

export class Pieces {
  #pieces;
  /** How many bytes were taken. */
  gone = 0;

  /** @param pieces Uint8Arrays in their order */
  constructor(pieces = []) {
    this.#pieces = pieces;
  }

  add(piece) {
    this.#pieces.push(piece);
  }

  /** The piece that came last. */
  get last() {
    return this.#pieces.at(-1);
  }

  /** Takes so many bytes from the beginning, as one: two small writes cost twice as much as one. */
  take(length) {
    this.gone += length;
    if (this.#pieces.length > 1 && this.#pieces[0].length < length) this.joined();
    const [piece] = this.#pieces;
    if (piece.length === length) return this.#pieces.shift();
    this.#pieces[0] = piece.subarray(length);
    return piece.subarray(0, length);
  }

  /** All of it, as one piece from now on. */
  joined() {
    const length = this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [all];
    return all;
  }
}
