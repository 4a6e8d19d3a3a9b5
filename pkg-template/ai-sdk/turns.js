// The turns of chats that have begun and not ended, kept so that they can be read again: `{ messages, steps }`,
// each step with the `id` of its stream and, once they are there, the `results` of its tools.

import { InvalidOptionError } from "../lib/errors.js";
import { describe } from "../lib/json.js";

const keyOf = (chatId) => `openai-wasm:chat:${chatId}`;

/** What is kept as long as the transport. The package writes to no storage that it was not given. */
function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

export class Turns {
  #storage;
  /** Which turn of a chat is read. */
  #current = new Map();

  constructor(storage = memory()) {
    for (const name of ["getItem", "setItem", "removeItem"]) {
      if (typeof storage?.[name] !== "function")
        throw new InvalidOptionError(
          "storage",
          `must have getItem, setItem and removeItem, as a Storage has, not ${describe(storage)}`,
        );
    }
    this.#storage = storage;
  }

  /** A new turn takes the place of the chat's last one. */
  begin(chatId, turn) {
    this.#current.set(chatId, turn);
    this.#storage.removeItem(keyOf(chatId));
  }

  keep(chatId, turn) {
    if (this.#current.get(chatId) !== turn) return;
    // Where pictures are too large for the storage, the answer can be resumed, but tools then end the turn.
    for (const kept of [turn, { steps: turn.steps }]) {
      try {
        return this.#storage.setItem(keyOf(chatId), JSON.stringify(kept));
      } catch {
        this.#storage.removeItem(keyOf(chatId));
      }
    }
  }

  /** The turn that was kept, which is read from now on. */
  take(chatId) {
    let turn;
    try {
      turn = JSON.parse(this.#storage.getItem(keyOf(chatId)));
    } catch {
      // Another program's.
    }
    if (!Array.isArray(turn?.steps) || typeof turn.steps[0]?.id !== "string") return undefined;
    this.#current.set(chatId, turn);
    return turn;
  }

  /** Forgets the turn, unless another reader has taken the chat. Gives whether it did. */
  end(chatId, turn) {
    if (this.#current.get(chatId) !== turn) return false;
    this.#current.delete(chatId);
    this.#storage.removeItem(keyOf(chatId));
    return true;
  }
}
