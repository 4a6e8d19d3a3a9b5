// A stream that breaks on purpose, and how it ends for the page: never as if it were whole.

import { FAULTS } from "../../faults.js";
import { orderFault } from "../session.js";
import { element, labelled } from "./element.js";

/** Silence is noticed after so long here; the client's own limit is longer. */
const IDLE_MS = 2000;

export class Cuts {
  element;
  #tools;
  #kind = element(
    "select",
    {},
    ...Object.entries(FAULTS).map(
      ([name, { label }]) => new Option(label, name, false, name === "ended"),
    ),
  );
  #ask = element("button", { type: "submit", className: "primary" }, "Ask");
  #text = element("p", { className: "play-text" });
  #end = element("dl", { className: "end" });

  constructor(tools) {
    this.#tools = tools;
    const form = element(
      "form",
      { className: "play-row" },
      labelled("What happens", this.#kind).row,
      this.#ask,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      tools.inTurn(() => this.#run());
    });
    const said = element("div", { role: "status" }, this.#end);
    this.element = element("div", {}, form, this.#text, said);
  }

  async #run() {
    const { client, model, spent } = this.#tools;
    this.#ask.disabled = true;
    this.#text.textContent = "";
    this.#end.replaceChildren();
    let events = 0;
    try {
      await orderFault(this.#kind.value);
      const stream = await client.chat.completions.create(
        {
          model: model(),
          messages: [{ role: "user", content: "Describe the sea in winter" }],
          max_tokens: 40,
          stream: true,
        },
        { idleTimeout: IDLE_MS },
      );
      let reason;
      for await (const { choices } of stream) {
        events += 1;
        this.#text.append(choices[0]?.delta.content ?? "");
        reason = choices[0]?.finish_reason ?? reason;
      }
      this.#said({ ended: "whole", "finish reason": reason, events });
    } catch (error) {
      const { name, code, message } = error;
      this.#said({ ended: "by an error", class: name, code, message, events });
    } finally {
      this.#ask.disabled = false;
      spent();
    }
  }

  #said(facts) {
    this.#end.replaceChildren(
      ...Object.entries(facts)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) =>
          element("div", {}, element("dt", {}, name), element("dd", {}, String(value))),
        ),
    );
  }
}
