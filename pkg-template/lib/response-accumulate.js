// Events of a response's stream in, the whole response out, from any server: as src/stream/response does.

import { isObject } from "./json.js";
import { set } from "./pieces.js";

const listOf = (value) => (Array.isArray(value) ? value : []);

/**
 * Where the text of an event goes, by the start of its name: into an item of `kind`, and there into `field`,
 * or into that of an entry of `list`, which the event's `at` numbers, made like `part`.
 */
const TEXTS = {
  output_text: ["message", "text", "content", "content_index", { type: "output_text" }],
  refusal: ["message", "refusal", "content", "content_index", { type: "refusal" }],
  reasoning_text: ["reasoning", "text", "content", "content_index", { type: "reasoning_text" }],
  reasoning_summary_text: [
    "reasoning",
    "text",
    "summary",
    "summary_index",
    { type: "summary_text" },
  ],
  function_call_arguments: ["function_call", "arguments"],
  custom_tool_call_input: ["custom_tool_call", "input"],
  mcp_call_arguments: ["mcp_call", "arguments"],
  code_interpreter_call_code: ["code_interpreter_call", "code"],
};

/** What an item has from its beginning. */
const FRESH = {
  message: () => ({ role: "assistant", content: [] }),
  reasoning: () => ({ summary: [] }),
  function_call: () => ({ name: "", arguments: "" }),
  custom_tool_call: () => ({ name: "", input: "" }),
  mcp_call: () => ({ name: "", arguments: "" }),
  shell_call: () => ({ action: { commands: [] } }),
  shell_call_output: () => ({ output: [] }),
};

/** Members that a closing item may leave empty though pieces of them came. */
const KEPT = ["content", "summary", "arguments", "input", "code"];

export class ResponseAccumulator {
  /** The response so far. It changes with the next event. */
  response = { object: "response", output: [] };
  /** For each item the index that the server gave it, and for each of its lists those of the entries. */
  #places = [];

  /** Takes an event. Gives the text so far of the part or call that it is a piece of, if it is one. */
  push(event) {
    const { type } = event;
    const [, name, what] = /^response\.(.+?)(?:\.(\w+))?$/.exec(String(type)) ?? [];
    if (event.response !== undefined || /^(completed|incomplete|failed)$/.test(name))
      return this.#take(event.response, name);
    if (name === "output_item") return this.#setItem(event);
    if (name === "content_part") return this.#setPart(event);
    if (name === "reasoning_summary_part")
      return this.#settle(event, TEXTS.reasoning_summary_text, event.part?.text);
    if (name === "output_text.annotation") return this.#annotate(event);
    if (name === "audio" || name === "audio.transcript") return this.#hear(name, event.delta);
    if (name === "shell_call_command") return this.#command(event, what);
    if (name === "shell_call_output_content") return this.#print(event, what);
    const place = Object.hasOwn(TEXTS, name ?? "") ? TEXTS[name] : undefined;
    if (place && what === "delta") return this.#add(event, place);
    if (place && what === "done") return this.#settle(event, place, event[place[1]]);
    if (/_call$/.test(name) && what !== "partial_image" && what)
      this.#item(name, event).status = what;
    return undefined;
  }

  #take(said, name) {
    const known = this.response;
    for (const [member, value] of Object.entries(isObject(said) ? said : {})) {
      const empty = value === "" || value === 0 || (Array.isArray(value) && value.length === 0);
      if (!(empty && Object.hasOwn(known, member))) set(known, member, structuredClone(value));
    }
    known.output = listOf(known.output);
    // What the closing event holds counts, and its items are whole.
    if (/^(completed|incomplete|failed)$/.test(name)) {
      this.#places = [];
      if (!said?.status) known.status = name;
    }
    this.#places.length = Math.min(this.#places.length, known.output.length);
    while (this.#places.length < known.output.length) this.#places.push({});
  }

  #setItem({ item, output_index: index }) {
    if (!isObject(item)) return;
    const own = structuredClone(item);
    const at = this.#find(own.id, index, () => true);
    if (at < 0) return void this.#insert(index, own);
    const known = this.response.output[at];
    for (const member of KEPT) {
      const value = own[member];
      if ((value ?? "") === "" || (Array.isArray(value) && value.length === 0))
        if (known.type === own.type && known[member] !== undefined) own[member] = known[member];
    }
    own.id ||= known.id;
    this.response.output[at] = own;
  }

  #setPart(event) {
    const { part } = event;
    if (!isObject(part)) return;
    const place = Object.values(TEXTS).find(([, , , , fresh]) => fresh?.type === part.type);
    const field = place?.[1];
    const kind = place?.[0] ?? "message";
    const own = structuredClone(part);
    const item = this.#item(kind, event);
    const [list, at] = this.#slot(item, "content", event.content_index, own);
    // One that begins is empty; what came of it before stays.
    if (field && !own[field]) own[field] = list[at]?.[field] ?? "";
    list[at] = own;
  }

  #add(event, [kind, field, list, index, part]) {
    const { delta } = event;
    const holder = this.#holder(event, kind, field, list, index, part);
    holder[field] = (holder[field] ?? "") + (typeof delta === "string" ? delta : "");
    const logprobs = listOf(event.logprobs);
    if (logprobs.length > 0) holder.logprobs = [...listOf(holder.logprobs), ...logprobs];
    return holder[field];
  }

  /** The last word on a text, unless it is left out. */
  #settle(event, [kind, field, list, index, part], text) {
    const holder = this.#holder(event, kind, field, list, index, part);
    if (typeof text === "string" && text !== "") holder[field] = text;
    if (typeof event.name === "string" && event.name !== "") holder.name = event.name;
    if (listOf(event.logprobs).length > 0) holder.logprobs = event.logprobs;
    return holder[field];
  }

  #holder(event, kind, field, list, index, part) {
    const item = this.#item(kind, event);
    if (!list) return item;
    const [entries, at] = this.#slot(item, list, event[index], { ...part, [field]: "" });
    // A part of another kind gives way to none: it is the next one's place.
    return isObject(entries[at]) ? entries[at] : (entries[at] = { ...part, [field]: "" });
  }

  #annotate(event) {
    const [kind, field, list, index, part] = TEXTS.output_text;
    const holder = this.#holder(event, kind, field, list, index, part);
    const known = (holder.annotations = listOf(holder.annotations));
    const at = event.annotation_index;
    known[known[at] === undefined ? known.length : at] = event.annotation;
  }

  #hear(name, delta) {
    const audio = (this.response.audio ??= {});
    const member = name === "audio" ? "data" : "transcript";
    if (typeof delta === "string") audio[member] = (audio[member] ?? "") + delta;
  }

  #command(event, what) {
    const item = this.#item("shell_call", event);
    item.action = isObject(item.action) ? item.action : {};
    const [list, at] = this.#slot(item.action, "commands", event.command_index, "");
    if (what === "delta") list[at] += event.delta ?? "";
    else if (event.command) list[at] = event.command;
  }

  #print(event, what) {
    const item = this.#item("shell_call_output", event);
    const [list, at] = this.#slot(item, "output", event.command_index, { stdout: "", stderr: "" });
    if (what !== "delta") return void (list[at] = listOf(event.output).at(-1) ?? list[at]);
    for (const name of ["stdout", "stderr"]) list[at][name] += event.delta?.[name] ?? "";
  }

  /** The item that an event is about, made if it has not come. */
  #item(kind, { item_id: id, output_index: index }) {
    const at = this.#find(id, index, ({ type }) => type === kind);
    if (at >= 0) return this.response.output[at];
    return this.#insert(index, { type: kind, ...(id && { id }), ...FRESH[kind]?.() });
  }

  /** By its identifier, else by its index, else the last one. */
  #find(id, index, fits) {
    const { output } = this.response;
    const named = id ? output.findIndex((item) => item?.id === id) : -1;
    if (named >= 0) return named;
    if (index !== undefined && index !== null)
      // Some servers give all items one index, and identifiers of their own.
      return output.findIndex(
        (item, at) =>
          this.#places[at]?.index === index && (!id || !item.id || item.id === id) && fits(item),
      );
    return !id && output.length > 0 && fits(output.at(-1)) ? output.length - 1 : -1;
  }

  #insert(index, item) {
    const after = this.#places.findIndex((place) => !(place.index <= (index ?? Infinity)));
    const at = after < 0 || index === undefined ? this.#places.length : after;
    this.#places.splice(at, 0, { index });
    this.response.output.splice(at, 0, item);
    return item;
  }

  /** An entry of a list that a server calls by `index`; without one it is the last: `[list, at]`. */
  #slot(holder, name, index, fresh) {
    const list = (holder[name] = listOf(holder[name]));
    let known = slots.get(list);
    if (known?.length !== list.length) slots.set(list, (known = [...list.keys()]));
    const asked = typeof index === "number" ? index : (known.at(-1) ?? 0);
    let at = known.findIndex((each) => each >= asked);
    if (at < 0) at = known.length;
    if (known[at] !== asked) {
      known.splice(at, 0, asked);
      list.splice(at, 0, typeof fresh === "object" ? { ...fresh } : fresh);
    }
    return [list, at];
  }
}

/** For each list what the server calls its entries. */
const slots = new WeakMap();
