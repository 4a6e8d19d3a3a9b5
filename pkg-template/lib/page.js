// Lists: the server's object as it came, and iteration over its items.

import { OpenAIError } from "./errors.js";
import { APIPromise } from "./promise.js";

/** A list endpoint's answer. These endpoints give everything in one page. */
export class Page {
  #response;

  constructor(body, response) {
    Object.assign(this, body);
    Object.defineProperty(this, "_request_id", {
      value: response.headers.get("x-request-id"),
      enumerable: false,
    });
    this.data = Array.isArray(body?.data) ? body.data : [];
    this.#response = response;
  }

  get response() {
    return this.#response;
  }

  getPaginatedItems() {
    return this.data;
  }

  hasNextPage() {
    return false;
  }

  async getNextPage() {
    throw new OpenAIError("No next page expected; please check `.hasNextPage()` before calling `.getNextPage()`.");
  }

  async *iterPages() {
    yield this;
  }

  async *[Symbol.asyncIterator]() {
    yield* this.data;
  }
}

/** A promise of a page; `for await` over it gives the items. */
export class PagePromise extends APIPromise {
  async *[Symbol.asyncIterator]() {
    yield* await this;
  }
}
