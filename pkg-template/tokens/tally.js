// Counting a conversation: its texts, and what the model's format adds. The rules are those of
// src/tokens/chat (`tally.rs`, `message.rs`, `schema.rs`), which explains the numbers; both languages run
// tests/fixtures/conversation.json. The walk is written twice because the WebAssembly has neither a JSON
// parser nor the standard library: src/README.md, "conversations".

import { InvalidOptionError } from "./errors.js";

const UNDOCUMENTED = 5;
const MOST_LEVELS = 128;
const SILENT = new Set(["role", "content", "name", "tool_call_id", "id", "status", "type"]);

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value) => (Array.isArray(value) ? value : []);
const textOf = (value, field) => (isText(value?.[field]) ? value[field] : "");
const describe = (value) => textOf(value, "description").replace(/\.$/, "");

/** The list of messages, or an error. */
export function messagesOf(params) {
  if (!Array.isArray(params?.messages)) throw new InvalidOptionError("messages", "must be a list");
  return params.messages;
}

export class Tally {
  tokens = 0;
  images = 0;
  /** The first thing that has tokens and could not be counted. */
  unbounded;
  #count;
  #rules;
  #most;

  /** @param {(text: string) => number} count */
  constructor(count, rules, most = false) {
    this.#count = count;
    this.#rules = rules;
    this.#most = most;
    this.exact = rules.documented;
  }

  text(text) {
    this.tokens += this.#count(text);
  }

  /** Everything but the messages, the start of the answer with it. */
  frame(params) {
    this.tokens += 3;
    let any = false;
    for (const list of ["tools", "functions"]) {
      for (const [at, tool] of listOf(params[list]).entries()) {
        any = true;
        this.#tool(tool, list === "functions", `${list}[${at}]`);
      }
    }
    if (any) {
      this.exact = false;
      this.tokens += 12;
      this.#choice(params.tool_choice === undefined ? params.function_call : params.tool_choice);
    }
    const format = params.response_format;
    if (isText(format?.type) && format.type !== "text") {
      this.#foreign();
      if (format.type === "json_schema" && format.json_schema !== undefined) {
        this.#literal(format.json_schema, "response_format", []);
      }
    }
  }

  message(message, at) {
    if (!isObject(message)) throw new InvalidOptionError(`messages[${at}]`, "must be an object");
    const { role, content, name } = message;
    this.tokens +=
      this.#rules.perMessage + (this.#most && !this.#rules.documented ? UNDOCUMENTED : 0);
    if (isText(role)) this.text(role);
    else this.#foreign();
    if (role === "function") this.tokens -= 2;
    if (role === "function" || role === "tool") this.#foreign();
    if (isText(content)) this.text(content);
    else if (Array.isArray(content)) {
      if (content.length > 1) this.#foreign();
      content.forEach((part, partAt) => this.#part(part, `messages[${at}].content[${partAt}]`));
    } else if (content != null) this.#uncounted(`messages[${at}].content`);
    if (isText(name)) {
      this.text(name);
      this.tokens += this.#rules.perName;
    }
    for (const [field, value] of Object.entries(message)) {
      const empty = value == null || (Array.isArray(value) && value.length === 0);
      if (!empty && !SILENT.has(field)) this.#extra(field, value, at);
    }
  }

  #part(part, at) {
    const type = isText(part?.type) ? part.type : "no type";
    if (/^(?:input_|output_)?text$/.test(type)) this.text(textOf(part, "text"));
    else if (type === "refusal") {
      this.exact = false;
      this.text(textOf(part, "refusal"));
    } else if (type === "image_url") this.#picture(part.image_url?.detail === "low");
    else if (type === "input_image") this.#picture(part.detail === "low");
    else this.#uncounted(`${at} (${type})`);
  }

  #extra(field, value, at) {
    if (field === "tool_calls" && Array.isArray(value)) {
      for (const call of value) this.#call(call?.function ?? call?.custom);
    } else if (field === "function_call") this.#call(value);
    else if (field === "refusal" && isText(value)) {
      this.exact = false;
      this.text(value);
    } else if (field === "audio") this.#uncounted(`messages[${at}].audio`);
    else this.#foreign();
  }

  #call(call) {
    this.tokens += 3;
    this.#foreign();
    for (const field of ["name", "arguments", "input"]) this.text(textOf(call, field));
  }

  #foreign() {
    this.exact = false;
    if (this.#most) this.tokens += UNDOCUMENTED;
  }

  #picture(low) {
    this.exact = false;
    const tokens = this.#rules.image[low ? 0 : this.#most ? 2 : 1];
    this.images += tokens;
    this.tokens += tokens;
  }

  #uncounted(what) {
    this.exact = false;
    this.unbounded ??= what;
  }

  #tool(tool, bare, at) {
    const type = textOf(tool, "type");
    if (!bare && type !== "function" && type !== "custom")
      return this.#uncounted(`${at} (${type})`);
    const own = isObject(tool?.[type]) ? tool[type] : tool;
    const before = this.tokens;
    this.tokens += this.#rules.perFunction;
    this.text(`${textOf(own, "name")}:${describe(own)}`);
    this.#nested(own?.parameters, at, []);
    if (!this.#most) return;
    // The definition as JSON, if that is more than the cookbook's formula.
    const formula = this.tokens - before;
    this.tokens = before;
    this.#literal(tool, at, []);
    this.tokens = before + Math.max(formula, this.tokens - before);
    this.#foreign();
  }

  /** Refuses what refers to itself and what is nested too deeply; `above` are the values around it. */
  #enter(value, at, above) {
    if (above.includes(value)) throw new InvalidOptionError(at, "refers to itself");
    if (above.length > MOST_LEVELS)
      throw new InvalidOptionError(at, "is nested deeper than 128 levels");
    return [...above, value];
  }

  #nested(schema, at, above) {
    if (!isObject(schema)) return;
    const around = this.#enter(schema, at, above);
    const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
    if (properties.length) this.tokens += 3;
    for (const [name, property] of properties) this.#property(name, property, at, around);
    this.#nested(schema.items, at, around);
    for (const list of ["anyOf", "oneOf", "allOf"]) {
      for (const one of listOf(schema[list])) this.#nested(one, at, around);
    }
    for (const list of ["$defs", "definitions"]) {
      for (const [name, one] of Object.entries(isObject(schema[list]) ? schema[list] : {})) {
        this.#property(name, one, at, around);
      }
    }
  }

  #property(name, property, at, above) {
    this.tokens += 3;
    if (Array.isArray(property?.enum)) {
      this.tokens -= 3;
      for (const item of property.enum) {
        this.tokens += 3;
        if (isText(item)) this.text(item);
        else this.tokens += 1;
      }
    }
    this.text(`${name}:${textOf(property, "type")}:${describe(property)}`);
    this.#nested(property, at, above);
  }

  #choice(choice) {
    if (choice === "none") this.tokens += 1;
    const name = isObject(choice)
      ? ((choice.function ?? choice.custom)?.name ?? choice.name)
      : undefined;
    if (!isText(name)) return;
    this.tokens += 4;
    this.text(name);
  }

  #literal(value, at, above) {
    if (value === undefined || typeof value === "function") return;
    if (isText(value)) {
      this.text(value);
      this.tokens += 2;
    } else if (typeof value === "object" && value !== null) {
      const around = this.#enter(value, at, above);
      this.tokens += 2;
      for (const [name, one] of Object.entries(value)) {
        if (one === undefined || typeof one === "function") continue;
        if (Array.isArray(value)) this.tokens += 1;
        else {
          this.text(name);
          this.tokens += 3;
        }
        this.#literal(one, at, around);
      }
    } else this.tokens += 1;
  }
}
