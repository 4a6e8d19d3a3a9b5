// One WebAssembly instance for all clients of an entry: loaded on the first call, and once.
//
// A trap leaves Rust's memory in an unknown state. So any exception that crosses an export marks
// the instance dead: calls in flight fail, later ones get a fresh instance of the same module.

import { OpenAIError, WasmTrapError } from "./errors.js";

/**
 * @param instantiate the glue's factory: (module, guard) → exports
 * @param load gives the WebAssembly.Module, or a promise of it
 */
export function createRuntime(instantiate, load) {
  let module;
  let current;

  const loadOnce = () => {
    module ??= Promise.resolve()
      .then(load)
      .catch((cause) => {
        module = undefined; // The next call may have more luck.
        throw loadError(cause);
      });
    return module;
  };

  return {
    /** The living instance. */
    async instance() {
      if (!current || current.dead) {
        const fresh = new Instance();
        fresh.ready = loadOnce().then((compiled) => fresh.start(instantiate, compiled));
        fresh.ready.catch(() => {
          if (current === fresh) current = undefined;
        });
        current = fresh;
      }
      return current.ready;
    },
  };
}

class Instance {
  /** Why the instance is dead, or undefined. */
  dead = undefined;
  exports = undefined;
  memory = undefined;
  #watchers = new Set();

  async start(instantiate, module) {
    try {
      this.exports = await instantiate(module, (raw) => this.#guard(raw));
      this.memory = this.exports.memory;
      return this;
    } catch (cause) {
      throw loadError(cause);
    }
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
    // The bindings' own housekeeping (finalizers, closures) goes on after a death and must be quiet.
    const housekeeping = name.startsWith("__");
    return (...args) => {
      if (this.dead) {
        if (housekeeping) return undefined;
        throw this.dead;
      }
      try {
        return raw(...args);
      } catch (cause) {
        throw this.#die(cause);
      }
    };
  }
}

function loadError(cause) {
  if (cause instanceof OpenAIError) return cause;
  const blocked = cause?.name === "CompileError" && /unsafe-eval|policy/i.test(cause.message);
  const error = new OpenAIError(
    blocked
      ? "The page's Content-Security-Policy blocks WebAssembly: add 'wasm-unsafe-eval' to script-src."
      : "The WebAssembly module could not be loaded.",
  );
  error.cause = cause;
  return error;
}
