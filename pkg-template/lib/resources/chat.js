// POST /chat/completions

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
}
