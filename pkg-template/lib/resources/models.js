// GET /models

export class Models {
  #client;

  constructor(client) {
    this.#client = client;
  }

  /** The models that the server offers: one page, also iterable with `for await`. */
  list(options) {
    return this.#client.page("/models", options);
  }
}
