// Methods that are loaded with their first call.

import { PagePromise } from "./pagination.js";

const same = (value) => value;

/** Names that the language asks every object for. */
const isAsked = (name) => typeof name === "symbol" || name === "then" || name === "toJSON";

/**
 * A group with methods of its own; every other name is a method that loads with its first call.
 *
 * @param call (path, arguments) → promise of `{ promise, finish }`: what is called, and what its value becomes
 */
export function group(call, path, own = {}) {
  return new Proxy(own, {
    get(target, name) {
      return name in target || isAsked(name) ? target[name] : method(call, `${path}.${name}`);
    },
  });
}

/** One method, or a group of methods further down: which it is shows when it is called. */
function method(call, path) {
  return new Proxy(() => {}, {
    get: (target, name) =>
      name in target || isAsked(name) ? target[name] : method(call, `${path}.${name}`),
    apply(_, __, args) {
      const send = async (raw) => {
        const { promise, finish = same } = await call(path, args);
        const answer = raw
          ? { response: await promise.asResponse?.() }
          : await promise.withResponse?.();
        return { response: answer?.response ?? new Response(), promise, finish };
      };
      return new PagePromise(send, async ({ promise, finish }) => finish(await promise));
    },
  });
}
