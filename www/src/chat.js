// One conversation: its turns, and the one answer that may be under way.

import { APIUserAbortError, AuthenticationError } from "openai-wasm";
import { cut, fetchCuttable } from "./connection.js";
import { Timing } from "./timing.js";
import { forgetSession } from "./session.js";

const ignore = () => {};

export class Chat {
  #turns = [];
  #running; // the answer under way: `{ turn, controller, stream, isLeft }`
  #parts;
  #client;

  constructor(parts) {
    this.#parts = parts;
    this.#client = parts.client.withOptions({ fetch: fetchCuttable, resumable: true });
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

  /**
   * What a reload keeps. While an answer is under way that can be read on, a turn has `stream`, its id and the last
   * event, and `spent`, from which its cost is counted.
   */
  get record() {
    const { budget } = this.#parts;
    return this.#turns.map(({ timing, message, view, ...kept }) => {
      const spent = kept.stream && (kept.spent ?? budget.spent);
      return { ...kept, spent, timing: timing.record };
    });
  }

  /** Shows the turns that were kept by `record`, and reads on the answer that was under way. */
  restore(turns) {
    for (const { question, timing, ...rest } of turns) {
      const turn = Object.assign(this.#add(question), rest);
      turn.timing = Timing.of(timing, { goesOn: turn.stream !== undefined });
      const { view, error, model, answer } = turn;
      if (turn.leftOut) view.leaveOut();
      if (turn.stream) continue;
      view.begin(turn.timing, model);
      view.show(answer);
      if (turn.cutAt) view.cut(turn.cutAt);
      if (error) view.fail(error, this.#remedies(turn));
      else view.finish();
    }
    this.#changed();
    this.goOn();
  }

  /** Reads on the answer that the page was left in the middle of. */
  goOn() {
    const turn = this.#turns.at(-1);
    if (turn?.stream && !this.#running) this.#resume(turn);
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

  /** Ends the answer under way, at the model server, too. */
  stop() {
    if (!this.#running) return;
    const { turn, controller, stream } = this.#running;
    controller.abort();
    // It is not read yet, so there is nothing that the client could stop.
    if (turn.stream && !stream) this.#client.streams.stop(turn.stream.id).catch(ignore);
  }

  /** The page is left: an answer that can be read on goes on without it, and any other is stopped. */
  leave() {
    const { turn, controller, stream } = this.#running ?? {};
    if (!turn?.stream) return this.stop();
    this.#running.isLeft = true;
    if (stream) stream.detach();
    else controller.abort();
  }

  /** Breaks the connection by which the answer comes. */
  cut() {
    const { turn, stream } = this.#running ?? {};
    if (!stream?.id) return;
    cut();
    turn.cutAt = turn.stream.after;
    turn.view.cut(turn.cutAt);
    this.#parts.announce("The connection was cut. The answer goes on.");
  }

  /** Back to an empty page. */
  reset() {
    this.stop();
    this.#turns = [];
    this.#parts.transcript.clear();
    this.#changed();
  }

  async #answer(turn) {
    const request = { ...this.#parts.parameters(), messages: this.messages() };
    Object.assign(turn, {
      timing: new Timing(),
      model: request.model,
      spent: undefined,
      tooLong: false,
      error: undefined,
      stream: undefined,
      cutAt: undefined,
    });
    const params = { ...request, stream: true, stream_options: { include_usage: true } };
    const error = await this.#read(turn, (signal) =>
      this.#client.chat.completions.create(params, { signal }),
    );
    if (turn.tooLong) this.#offerLess(turn, error, request);
  }

  async #resume(turn) {
    const { id, after } = turn.stream;
    await this.#read(turn, (signal) => this.#client.streams.resume(id, { after, signal }));
  }

  /** Shows the stream that `open(signal)` gives, until it ends or is left. Gives the error that ended it. */
  async #read(turn, open) {
    const { announce } = this.#parts;
    const { view, timing } = turn;
    const controller = new AbortController();
    const running = { turn, controller };
    this.#running = running;
    view.begin(timing, turn.model);
    view.show(turn.answer);
    if (turn.cutAt) view.cut(turn.cutAt);
    this.#changed();
    announce(turn.answer ? "The answer goes on." : "Answering.");
    try {
      const stream = await open(controller.signal);
      running.stream = stream;
      if (stream.id) {
        turn.stream = { id: stream.id, after: stream.lastEventId };
        view.canCut();
        this.#changed();
      }
      for await (const chunk of stream) {
        const text = timing.read(chunk);
        turn.answer += text;
        if (stream.id) turn.stream.after = stream.lastEventId;
        view.show(turn.answer);
      }
      turn.stream = undefined;
      timing.end(timing.finishReason ?? "end");
      view.finish();
      announce(view.words || "The answer is empty.");
    } catch (error) {
      if (running.isLeft) return undefined;
      this.#failed(turn, error, controller.signal.aborted);
      return error;
    } finally {
      if (this.#running === running) this.#running = undefined;
      this.#changed();
      if (!turn.stream) this.#settle(turn);
    }
    return undefined;
  }

  #failed(turn, error, isAborted) {
    const { view, timing } = turn;
    turn.stream = undefined;
    if (error instanceof APIUserAbortError || isAborted) {
      timing.end("stopped");
      view.finish();
      this.#parts.announce("Stopped.");
      return;
    }
    // The proxy no longer takes the token: the next try asks for a new one.
    if (error instanceof AuthenticationError) forgetSession();
    timing.end("error");
    const { name, message, code, requestID } = error;
    turn.error = { name, message, code, requestID };
    turn.tooLong = code === "context_length_exceeded";
    view.fail(turn.error, this.#remedies(turn));
  }

  async #settle({ view, timing, spent }) {
    timing.bill = await this.#parts.budget.settled(spent);
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
