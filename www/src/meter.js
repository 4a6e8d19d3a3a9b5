// What the next request will have: its tokens, what its answer can cost at most, and what to do when the
// conversation no longer fits into the model's window.

import { dollars } from "./money.js";
import { tokenizerOf } from "./tokenizers.js";

const whole = new Intl.NumberFormat();

export class Meter {
  #line;
  #offer;
  #words;
  #button;
  #request;
  #announce;
  #onLeaveOut;
  #turn = 0;
  // What servers have said of windows, by model: options of `fit()`, in tokens as this page counts them.
  #windows = new Map();
  #fitted;
  /** Whether the offer stands elsewhere: in the box of a request that was refused as too long. */
  offeredElsewhere = false;

  /**
   * @param request gives the parameters of the next request, with the draft as its last message
   * @param onLeaveOut gets the messages that are to be left out
   */
  constructor({ line, offer, announce, request, onLeaveOut }) {
    this.#line = line;
    this.#offer = offer;
    this.#words = offer.querySelector("p");
    this.#button = offer.querySelector("button");
    this.#request = request;
    this.#announce = announce;
    this.#onLeaveOut = onLeaveOut;
    this.#button.addEventListener("click", () => this.leaveOut());
  }

  /** Counts anew; of several calls the last one counts. */
  async update() {
    const turn = ++this.#turn;
    const params = this.#request();
    if (params.messages.length === 0 || !params.model) return this.#clear();
    try {
      const found = await tokenizerOf(params.model);
      if (turn === this.#turn) this.#show(found, params);
    } catch {
      // It is an aid; the question can be asked without it.
      if (turn === this.#turn) this.#clear();
    }
  }

  /** A server said how large the model's window is: an error that the request was too long. Can it be made to fit? */
  async learn(error, params) {
    try {
      await this.#learn(error, params);
    } catch {
      return false;
    }
    return this.#fitted?.leftOut.length > 0;
  }

  /** Does what the offer's button does. */
  leaveOut() {
    if (this.#fitted) this.#onLeaveOut(this.#fitted.leftOut);
  }

  async #learn(error, params) {
    const [, window] = /maximum context length is (\d+) tokens/.exec(error.message) ?? [];
    if (!window) return;
    const { tokenizer } = await tokenizerOf(params.model);
    const { tokens } = tokenizer.countChat({ messages: params.messages });
    // Servers of other models count otherwise; what they said of this request tells by how much.
    const [, theirs = tokens, answer] =
      /(\d+) in the (?:prompt|messages)(?:, (\d+) in the completion)?/.exec(error.message) ?? [];
    const ours = (count) => Math.floor((count * tokens) / theirs);
    this.#windows.set(params.model, {
      contextWindow: ours(window),
      maxOutputTokens: answer && ours(answer),
    });
    await this.update();
  }

  #show({ tokenizer, known, priced }, params) {
    const counted = known ? params : { ...params, model: undefined };
    const { tokens, exact } = tokenizer.countChat(counted);
    const price = priced ? worst(tokenizer, params) : undefined;
    const about = exact && known ? "" : "about ";
    this.#line.textContent = `${about}${whole.format(tokens)} tokens${price ? `, at most ${price}` : ""}`;
    this.#line.hidden = false;
    const learned = this.#windows.get(params.model);
    if (known || learned) this.#fit(tokenizer, counted, learned);
    else this.#offer.hidden = true;
  }

  #fit(tokenizer, params, options) {
    this.#fitted = undefined;
    try {
      const fitted = tokenizer.fit(params, options);
      this.#fitted = fitted;
      if (fitted.leftOut.length === 0) this.#offer.hidden = true;
      else
        this.#say("The conversation no longer fits into the model's window.", {
          canLeaveOut: true,
        });
    } catch (error) {
      if (error?.code !== "context_window_exceeded") throw error;
      const window = whole.format(error.contextWindow);
      const what = error.maxOutputTokens === undefined ? "The system prompt" : "The question";
      this.#say(`${what} is longer than the model's window of ${window} tokens.`, {
        canLeaveOut: false,
      });
    }
  }

  #say(words, { canLeaveOut }) {
    if (this.offeredElsewhere) {
      this.#offer.hidden = true;
      return;
    }
    if (this.#offer.hidden) this.#announce(words);
    this.#words.textContent = words;
    this.#button.hidden = !canLeaveOut;
    this.#offer.hidden = false;
  }

  #clear() {
    this.#line.hidden = true;
    this.#offer.hidden = true;
    this.#fitted = undefined;
  }
}

/** The most that the answer can cost, if that can be told. */
function worst(tokenizer, params) {
  try {
    return dollars(tokenizer.worstPrice(params).dollars);
  } catch {
    return undefined;
  }
}
