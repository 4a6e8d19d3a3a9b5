// What is measured while an answer comes. All times are in milliseconds since the question was sent.

const MIN_SPAN_MS = 50;

export class Timing {
  #started = performance.now();
  #ended;
  /** Each chunk that brought text: `{ at, size }` (size in UTF-16 code units). */
  reads = [];
  usage;
  /** What it has cost and what the day has left, in US dollars, once that is known. */
  bill;
  finishReason;
  /** How it ended: the server's finish reason, or "stopped", "error", "end"; undefined while it runs. */
  outcome;

  /** One that was kept by `record`. What was under way then either goes on or was stopped. */
  static of({ elapsed, at, ...rest }, { goesOn }) {
    const timing = Object.assign(new Timing(), rest);
    if (goesOn) timing.#started -= elapsed + Math.max(0, Date.now() - at);
    else {
      timing.#ended = elapsed;
      timing.outcome ??= "stopped";
    }
    return timing;
  }

  /** What a reload keeps. */
  get record() {
    const { reads, usage, bill, finishReason, elapsed, outcome } = this;
    return { reads, usage, bill, finishReason, elapsed, outcome, at: Date.now() };
  }

  /** Notes a chunk and returns the text that it brings. */
  read(chunk) {
    const choice = chunk.choices?.[0];
    const text = choice?.delta?.content ?? choice?.delta?.refusal ?? "";
    if (text) this.reads.push({ at: Math.round(this.#now() * 10) / 10, size: text.length });
    if (choice?.finish_reason) this.finishReason = choice.finish_reason;
    if (chunk.usage) this.usage = chunk.usage;
    return text;
  }

  end(outcome) {
    this.#ended = this.#now();
    this.outcome = outcome;
  }

  get running() {
    return this.#ended === undefined;
  }

  get elapsed() {
    return this.#ended ?? this.#now();
  }

  /** Time to the first token, or undefined before it. */
  get firstToken() {
    return this.reads[0]?.at;
  }

  /** Whether the server has counted the answer's tokens (some send a usage without numbers). */
  get counted() {
    return isCount(this.usage?.completion_tokens);
  }

  /** The server's count once it is known; until then one token a chunk, which is what servers send. */
  get tokens() {
    return this.counted ? this.usage.completion_tokens : this.reads.length;
  }

  get promptTokens() {
    return isCount(this.usage?.prompt_tokens) ? this.usage.prompt_tokens : undefined;
  }

  /**
   * Tokens a second between the first and the last, so that the wait for the first does not dilute it;
   * undefined if they came in about one read, which says nothing of the model.
   */
  get rate() {
    const last = this.reads.at(-1);
    const span = last ? last.at - this.reads[0].at : 0;
    return span >= MIN_SPAN_MS && this.tokens > 1 ? ((this.tokens - 1) / span) * 1000 : undefined;
  }

  #now() {
    return performance.now() - this.#started;
  }
}

const isCount = (value) => Number.isInteger(value) && value >= 0;
