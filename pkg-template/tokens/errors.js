// What is thrown about tokens. The messages are those of src/tokens/conversation_error.rs.

import { InvalidOptionError, OpenAIError } from "../lib/errors.js";
import { ENCODINGS } from "./model-table.js";

export { InvalidOptionError, OpenAIError };

/** The table has no such model. `encodings` are those that can be named instead. */
export class UnknownModelError extends InvalidOptionError {
  constructor(model) {
    const encodings = ENCODINGS.join(", ");
    const message = `${JSON.stringify(model)} is not known: add an entry of your own, or name an encoding: ${encodings}`;
    super("model", message, "unknown_model");
    this.model = model;
    this.encodings = [...ENCODINGS];
  }
}

/**
 * A conversation cannot be made to fit. `tokens` are those of what must stay, with `maxOutputTokens` for
 * the answer; without it, those of the system's messages and the tools, which are alone too many.
 */
export class ContextWindowError extends OpenAIError {
  constructor(tokens, contextWindow, maxOutputTokens) {
    super(
      maxOutputTokens === undefined
        ? `messages: the system's messages and the tools alone have ${tokens} tokens, and the context window ${contextWindow}: shorten them`
        : `messages: what must stay has ${tokens} tokens, which with ${maxOutputTokens} for the answer is more than the context window of ${contextWindow}: shorten the newest message, or let it be cut`,
    );
    this.code = "context_window_exceeded";
    this.tokens = tokens;
    this.contextWindow = contextWindow;
    this.maxOutputTokens = maxOutputTokens;
  }
}

/** The price of a used unit is not known: `meter` in `tier`. */
export class NoPriceError extends OpenAIError {
  constructor(model, meter, tier) {
    super(
      `model: ${JSON.stringify(model)} has no known price for ${meter} in the tier ${tier}: add an entry of your own`,
    );
    this.code = "no_price";
    this.model = model;
    this.meter = meter;
    this.tier = tier;
  }
}

/** The names that minifiers must not change. */
for (const [name, Class] of Object.entries({
  UnknownModelError,
  ContextWindowError,
  NoPriceError,
})) {
  Object.defineProperty(Class.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}
