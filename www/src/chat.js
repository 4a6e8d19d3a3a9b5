// One conversation: its turns, and the one answer that may be under way.

import { APIUserAbortError, AuthenticationError } from "openai-wasm";
import { Timing } from "./timing.js";
import { forgetSession } from "./session.js";

export class Chat {
  #turns = [];
  #running; // the AbortController of the answer under way
  #parts;

  constructor(parts) {
    this.#parts = parts;
    this.#changed();
  }

  /** Adds a question and answers it. */
  async ask(question) {
    if (!this.#running) await this.#answer(this.#add(question));
  }

  #add(question) {
    const message = { role: "user", content: question };
    const turn = { question, message, answer: "", view: this.#parts.transcript.add(question) };
    turn.view.turn = turn;
    this.#turns.push(turn);
    return turn;
  }

  /** What a reload keeps. */
  get record() {
    return this.#turns.map(({ question, answer, leftOut, tooLong, error, model, timing }) => {
      return { question, answer, leftOut, tooLong, error, model, timing: timing.record };
    });
  }

  /** Shows the turns that were kept by `record`. */
  restore(turns) {
    for (const { question, timing, ...rest } of turns) {
      const turn = Object.assign(this.#add(question), rest, { timing: Timing.of(timing) });
      const { view, error, model, answer } = turn;
      view.begin(turn.timing, model);
      view.show(answer);
      if (error) view.fail(error, this.#remedies(turn));
      else view.finish();
      if (turn.leftOut) view.leaveOut();
    }
    this.#changed();
  }

  /** Answers the last question anew. */
  async again(turn) {
    if (this.#running || turn !== this.#turns.at(-1)) return;
    turn.answer = "";
    await this.#answer(turn);
  }

  /** Sends these messages no more: those of the oldest turns. Asks anew if the last request was too long. */
  async leaveOut(messages) {
    for (const turn of this.#turns) {
      if (!messages.includes(turn.message)) continue;
      turn.leftOut = true;
      turn.view.leaveOut();
    }
    this.#parts.announce("The oldest turns are left out.");
    this.#changed();
    const last = this.#turns.at(-1);
    if (last?.tooLong) await this.again(last);
  }

  stop() {
    this.#running?.abort();
  }

  /** Back to an empty page. */
  reset() {
    this.stop();
    this.#turns = [];
    this.#parts.transcript.clear();
    this.#changed();
  }

  async #answer(turn) {
    const { client, announce, parameters } = this.#parts;
    const { view } = turn;
    const request = { ...parameters(), messages: this.messages() };
    const controller = new AbortController();
    const timing = new Timing();
    this.#running = controller;
    Object.assign(turn, { timing, model: request.model, tooLong: false, error: undefined });
    this.#changed();
    view.begin(timing, request.model);
    announce("Answering.");
    try {
      const stream = await client.chat.completions.create(
        {
          ...request,
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal: controller.signal },
      );
      for await (const chunk of stream) {
        const text = timing.read(chunk);
        turn.answer += text;
        view.show(turn.answer);
      }
      timing.end(timing.finishReason ?? "end");
      view.finish();
      announce(view.words || "The answer is empty.");
    } catch (error) {
      if (error instanceof APIUserAbortError || controller.signal.aborted) {
        timing.end("stopped");
        view.finish();
        announce("Stopped.");
      } else {
        // The proxy no longer takes the token: the next try asks for a new one.
        if (error instanceof AuthenticationError) forgetSession();
        timing.end("error");
        const { name, message, code, requestID } = error;
        turn.error = { name, message, code, requestID };
        turn.tooLong = code === "context_length_exceeded";
        view.fail(turn.error, this.#remedies(turn));
        if (turn.tooLong) this.#offerLess(turn, error, request);
      }
    } finally {
      if (this.#running === controller) this.#running = undefined;
      this.#changed();
      this.#settle(view, timing);
    }
  }

  async #settle(view, timing) {
    timing.bill = await this.#parts.budget.settled();
    if (!timing.bill) return;
    view.showBill();
    this.#changed();
  }

  /** What is too long would fail again, and what is spent stays spent until the day ends. */
  #remedies(turn) {
    if (turn.error.code === "budget_exceeded") return [];
    if (turn.tooLong) return [{ label: "New chat", run: this.#parts.onNewChat }];
    return [{ label: "Try again", run: () => this.again(turn) }];
  }

  /** Once it is known what can be left out, that is the first remedy. */
  async #offerLess(turn, error, request) {
    const { onTooLong, onLeaveOut } = this.#parts;
    if (!(await onTooLong(error, request)) || !turn.tooLong) return;
    const leaveOut = { label: "Leave out the oldest turns", run: onLeaveOut };
    turn.view.offer([leaveOut, ...this.#remedies(turn)]);
  }

  /** The conversation as the API wants it; the last question is the open one, or the draft of the next. */
  messages(draft) {
    const system = this.#parts.systemPrompt();
    const messages = system ? [{ role: "system", content: system }] : [];
    for (const turn of this.#turns) {
      if (turn.leftOut) continue;
      messages.push(turn.message);
      if (turn.answer) messages.push({ role: "assistant", content: turn.answer });
    }
    if (draft) messages.push({ role: "user", content: draft });
    return messages;
  }

  #changed() {
    this.#parts.onChange({
      busy: this.#running !== undefined,
      turns: this.#turns.length,
      tooLong: this.#turns.at(-1)?.tooLong === true,
    });
  }
}
