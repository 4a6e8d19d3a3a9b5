// The bytes of an answer that its Inspector has seen and not settled, as they came.

export class Pieces {
  #pieces;
  /** How many bytes were taken. */
  gone = 0;

  /** @param pieces Uint8Arrays in their order */
  constructor(pieces) {
    this.#pieces = pieces;
  }

  add(piece) {
    this.#pieces.push(piece);
  }

  /** The piece that came last. */
  get last() {
    return this.#pieces.at(-1);
  }

  /** Takes so many bytes from the beginning, and gives them to `use` piece by piece. Were there any? */
  take(length, use = () => {}) {
    this.gone += length;
    for (let left = length; left > 0; ) {
      const piece = this.#pieces[0];
      if (piece.length > left) {
        use(piece.subarray(0, left));
        this.#pieces[0] = piece.subarray(left);
        break;
      }
      left -= piece.length;
      use(this.#pieces.shift());
    }
    return length > 0;
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
