// One WebAssembly instance for all clients of an entry: loaded on the first call, and once.
//
// A trap leaves Rust's memory in an unknown state. So any exception that crosses an export marks
// the instance dead: calls in flight fail, later ones get a fresh instance of the same module.

import { DOCS, OpenAIError, WasmTrapError } from "./errors.js";

/**
 * @param prepare the glue's factory: () → { imports, start(rawExports) → exports }
 * @param load the WebAssembly.Module, or a function that gives a promise of it: lib/embedded.js
 */
export function createRuntime(prepare, load) {
  let loading;
  let current;

  const loadOnce = () => {
    loading ??= Promise.resolve()
      .then(load)
      .catch((cause) => {
        loading = undefined; // The next call may have more luck.
        throw loadError(cause);
      });
    return loading;
  };

  const begin = () => {
    const fresh = new Instance(prepare);
    // A module that is at hand is instantiated at once: a promise that a request of a Worker made
    // would never settle if that request were cancelled, and all later requests would wait for it.
    // It may come from another realm, whose WebAssembly.Module is another class.
    if (typeof load !== "function") return { instance: fresh, ready: fresh.startNow(load) };
    const begun = { instance: fresh, ready: loadOnce().then((module) => fresh.startLater(module)) };
    begun.ready.catch(() => {
      if (current === begun) current = undefined;
    });
    return begun;
  };

  return {
    /** The living instance. */
    async instance() {
      if (!current || current.instance.dead) current = begin();
      return current.ready;
    },
  };
}

/** A result of a dead instance for its own bindings: no value and no error, in whatever form they read it. */
const NOTHING = Object.freeze([0, 0, 0, 0]);

class Instance {
  /** Why the instance is dead, or undefined. */
  dead = undefined;
  exports = undefined;
  memory = undefined;
  /** Is one of its functions on the stack? */
  #running = false;
  #glue;
  #watchers = new Set();

  constructor(prepare) {
    this.#glue = prepare();
  }

  startNow(module) {
    try {
      return this.#start(new WebAssembly.Instance(module, this.#glue.imports));
    } catch (cause) {
      throw loadError(cause);
    }
  }

  /** Browsers want this for large modules. */
  async startLater(module) {
    try {
      return this.#start(await WebAssembly.instantiate(module, this.#glue.imports));
    } catch (cause) {
      throw loadError(cause);
    }
  }

  #start({ exports }) {
    this.exports = this.#glue.start(this.#guard(exports));
    this.memory = exports.memory;
    return this;
  }

  /** Calls `watcher(error)` when the instance dies; gives a function that takes that back. */
  onDead(watcher) {
    if (this.dead) watcher(this.dead);
    else this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #die(cause) {
    if (!this.dead) {
      this.dead = new WasmTrapError(
        "The WebAssembly instance stopped unexpectedly. Calls in flight failed; the next call gets a new instance.",
      );
      this.dead.cause = cause;
      for (const watcher of this.#watchers) watcher(this.dead);
      this.#watchers.clear();
    }
    return this.dead;
  }

  #guard(raw) {
    const guarded = { __proto__: null };
    for (const [name, value] of Object.entries(raw)) {
      guarded[name] = typeof value === "function" ? this.#guardFunction(name, value) : value;
    }
    return guarded;
  }

  #guardFunction(name, raw) {
    // The bindings' own exports: finalizers, and callbacks that promises and timers call. Nobody who
    // could catch stands above them, so that what they throw would end a process.
    const own = /^(__|wasm_bindgen__)/.test(name);
    return (...args) => {
      if (this.dead) {
        if (own) return NOTHING;
        throw this.dead;
      }
      const outermost = !this.#running;
      this.#running = true;
      try {
        return raw(...args);
      } catch (cause) {
        const dead = this.#die(cause);
        if (own && outermost) return NOTHING;
        throw dead;
      } finally {
        if (outermost) this.#running = false;
      }
    };
  }
}

/** An error of loading, with the page of the documents that helps. */
export function problem(message, cause) {
  const error = new OpenAIError(`${message} See ${DOCS}loading.md`);
  error.cause = cause;
  return error;
}

function loadError(cause) {
  if (cause instanceof OpenAIError) return cause;
  const said = cause?.message;
  // The words of Chromium, WebKit and Firefox, which refuse to compile or, WebKit, to instantiate.
  if (/unsafe-eval|policy|\bCSP\b/i.test(said)) {
    return problem(
      "The page's Content-Security-Policy blocks WebAssembly: add 'wasm-unsafe-eval' to script-src.",
      cause,
    );
  }
  // V8's in a Worker or an edge runtime.
  if (/embedder/.test(said)) {
    return problem(
      'This runtime compiles nothing: build with the condition "workerd" or "edge-light".',
      cause,
    );
  }
  const error = new OpenAIError(`The WebAssembly module could not be loaded: ${said}`);
  error.cause = cause;
  return error;
}
