// Lists: the server's object as it came, and iteration over its items and pages.

import { OpenAIError, ResponseError } from "./errors.js";
import { APIPromise } from "./promise.js";

/** A page of a list. */
export class Page {
  #response;
  #next;

  /** @param next (cursor) → promise of the page behind the item that has this id */
  constructor(body, response, next) {
    Object.assign(this, body);
    this.data = Array.isArray(body?.data) ? body.data : [];
    this.#response = response;
    this.#next = next;
  }

  get response() {
    return this.#response;
  }

  getPaginatedItems() {
    return this.data;
  }

  #cursor() {
    return this.has_more ? this.data.at(-1)?.id : undefined;
  }

  hasNextPage() {
    return Boolean(this.#cursor());
  }

  async getNextPage() {
    const cursor = this.#cursor();
    if (!cursor) {
      throw new OpenAIError(
        "No next page expected; please check `.hasNextPage()` before calling `.getNextPage()`.",
      );
    }
    const page = await this.#next(cursor);
    if (page.#cursor() === cursor)
      throw new ResponseError("the server gives the same page again", page.#response);
    return page;
  }

  async *iterPages() {
    for (let page = this; ; page = await page.getNextPage()) {
      yield page;
      if (!page.hasNextPage()) return;
    }
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.iterPages()) yield* page.data;
  }
}

/** A promise of a page; `for await` over it gives the items of all pages. */
export class PagePromise extends APIPromise {
  async *[Symbol.asyncIterator]() {
    yield* await this;
  }
}
