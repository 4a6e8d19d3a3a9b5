// POST /chat/completions

import { ChatCompletionStream } from "../chat-stream.js";

export class Chat {
  constructor(client) {
    this.completions = new Completions(client);
  }
}

class Completions {
  #client;

  constructor(client) {
    this.#client = client;
  }

  /** An answer, or with `stream: true` a stream of its chunks. */
  create(params, options) {
    return this.#client.request("POST", "/chat/completions", { ...options, body: params });
  }

  /** A stream with events and a whole answer at its end. */
  stream(params, options) {
    return ChatCompletionStream.create(this, params, options);
  }
}
