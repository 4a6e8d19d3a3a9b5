// What an instance of the edge build begins outside WebAssembly, and must end with it.

/** The platform as one instance sees it: the requests and timers that it began end with it. */
export class Platform {
  #timers = new Set();
  #requests = new Set();

  setTimeout = (run, ms) => {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return timer;
  };

  clearTimeout = (timer) => {
    this.#timers.delete(timer);
    clearTimeout(timer);
  };

  AbortController = ((platform) =>
    class extends AbortController {
      constructor() {
        super();
        platform.#watch(this);
      }
    })(this);

  /** Weakly: a request that is over tells nobody. */
  #watch(controller) {
    const requests = this.#requests;
    if (requests.size >= 64) {
      for (const known of requests) if (known.deref() === undefined) requests.delete(known);
    }
    requests.add(new WeakRef(controller));
  }

  end() {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const known of this.#requests) known.deref()?.abort();
  }
}
