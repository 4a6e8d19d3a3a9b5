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
    if (this.#running) return;
    const turn = { question, answer: "", view: this.#parts.transcript.add(question) };
    turn.view.turn = turn;
    this.#turns.push(turn);
    await this.#answer(turn);
  }

  /** Answers the last question anew. */
  async again(turn) {
    if (this.#running || turn !== this.#turns.at(-1)) return;
    turn.answer = "";
    await this.#answer(turn);
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
    const controller = new AbortController();
    const timing = new Timing();
    this.#running = controller;
    this.#changed();
    view.begin(timing);
    announce("Answering.");
    try {
      const stream = await client.chat.completions.create(
        {
          ...parameters(),
          messages: this.#messages(),
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
        view.fail(error);
      }
    } finally {
      if (this.#running === controller) this.#running = undefined;
      this.#changed();
    }
  }

  /** The conversation as the API wants it; the last question is the open one. */
  #messages() {
    const system = this.#parts.systemPrompt();
    const messages = system ? [{ role: "system", content: system }] : [];
    for (const { question, answer } of this.#turns) {
      messages.push({ role: "user", content: question });
      if (answer) messages.push({ role: "assistant", content: answer });
    }
    return messages;
  }

  #changed() {
    this.#parts.onChange({ busy: this.#running !== undefined, turns: this.#turns.length });
  }
}
