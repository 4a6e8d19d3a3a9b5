// What a tokenizer does with whole conversations.

import { APIPromise } from "../lib/promise.js";
import { InvalidOptionError } from "./errors.js";
import { encodingOf } from "./find.js";
import { fit } from "./fit.js";
import { price, prompts, worstPrice } from "./price.js";
import { rulesOf } from "./rules.js";
import { Tally, messagesOf } from "./tally.js";

/** `o200k_harmony` cuts ordinary text as `o200k_base` does. */
const plain = (encoding) => encoding?.replace("harmony", "base");

/** The base class of a tokenizer, which has `encoding` and `count(text)`. */
export class Conversations {
  #model;
  #models;
  // The texts of the last call and of this one, so that a conversation is not counted anew with each key.
  #before = new Map();
  #now = new Map();

  /** @param {{ model?: string, models?: object }} options the model whose rules count where none is named */
  constructor({ model, models } = {}) {
    this.#model = model;
    this.#models = models;
  }

  countChat(params) {
    return this.#with(params, (params, count, rules) => {
      const messages = messagesOf(params);
      const tally = new Tally(count, rules);
      tally.frame(params);
      messages.forEach((message, at) => tally.message(message, at));
      return { tokens: tally.tokens, exact: tally.exact };
    });
  }

  fit(given, options) {
    return this.#with(given, (params, count, rules) => {
      const { params: fitted, ...rest } = fit(count, rules, this.#models, params, options ?? {});
      // The tokenizer's own model is not one of the caller's parameters.
      return { params: { ...given, messages: fitted.messages }, ...rest };
    });
  }

  price(usage, options) {
    const { model = this.#model, serviceTier } = options ?? {};
    if (typeof model !== "string")
      throw new InvalidOptionError("model", "must name the model that answered");
    if (typeof usage !== "object" || usage === null)
      throw new InvalidOptionError("usage", "must be an object");
    return price(this.#models, model, usage, serviceTier ?? undefined);
  }

  worstPrice(params, options) {
    const { serviceTier } = options ?? {};
    return this.#with(params, (params, count, rules) =>
      worstPrice(count, rules, this.#models, params, serviceTier ?? undefined),
    );
  }

  /** The most tokens that a request of any kind can have; undefined if that cannot be told. */
  mostTokens(params) {
    return this.#with(params, (params, count, rules) => {
      const tally = new Tally(count, rules, true);
      if (params.messages !== undefined) {
        tally.frame(params);
        messagesOf(params).forEach((message, at) => tally.message(message, at));
      } else {
        prompts(tally, params.prompt ?? params.input, params.suffix);
      }
      return tally.unbounded === undefined ? tally.tokens : undefined;
    });
  }

  /**
   * What the option `fit` of a client takes, with options of `fit()`: each chat completion is fitted before
   * it is sent.
   */
  fitter(options) {
    return { attach: (client) => attach(client, this, options) };
  }

  /** Called by a client whose option `fit` is this tokenizer. */
  attach(client) {
    attach(client, this);
  }

  #with(params, run) {
    if (typeof params !== "object" || params === null)
      throw new InvalidOptionError("params", "must be an object");
    const model = params.model ?? this.#model;
    const encoding = model === undefined ? undefined : encodingOf(model, this.#models);
    if (encoding && plain(encoding) !== plain(this.encoding)) {
      throw new InvalidOptionError(
        "model",
        `"${model}" reads ${encoding}, and this tokenizer counts ${this.encoding}`,
      );
    }
    const count = (text) => {
      let tokens = this.#now.get(text) ?? this.#before.get(text);
      tokens ??= this.count(text);
      this.#now.set(text, tokens);
      return tokens;
    };
    try {
      return run(
        model === undefined ? params : { ...params, model },
        count,
        rulesOf(model, this.encoding, this.#models),
      );
    } finally {
      this.#before = this.#now;
      this.#now = new Map();
    }
  }
}

/** Fits what the client's chat completions send, and says so on the results: `fitted`. */
function attach(client, tokenizer, options) {
  const { completions } = client.chat;
  const { create, stream } = completions;
  const mark = (value, fitted) =>
    Object.defineProperty(value, "fitted", { value: fitted, configurable: true });
  completions.create = (params, callOptions) => {
    let fitted;
    try {
      fitted = tokenizer.fit(params, options);
    } catch (error) {
      return new APIPromise(async () => {
        throw error;
      });
    }
    const { params: sent, ...rest } = fitted;
    const promise = create(sent, callOptions);
    const then = promise.then.bind(promise);
    const withResponse = promise.withResponse.bind(promise);
    promise.then = (ok, failed) => then((value) => mark(value, rest)).then(ok, failed);
    promise.withResponse = async () => {
      const all = await withResponse();
      mark(all.data, rest);
      return all;
    };
    return promise;
  };
  completions.stream = (params, callOptions) => {
    let fitted;
    try {
      fitted = tokenizer.fit(params, options);
    } catch {
      // `create`, which it calls, fails by the same error, and the stream reports it.
      return stream(params, callOptions);
    }
    const { params: sent, ...rest } = fitted;
    return mark(stream(sent, callOptions), rest);
  };
}
