// What a proxy does with its answers: how long and how large they may be, and who hears what they cost.

import { InvalidOptionError } from "../lib/errors.js";
import { relay } from "./relay.js";

/** For so long events of an answer under way wait to be sent together, in milliseconds. */
const COALESCE_MS = 50;

/**
 * @param runtime of the entry
 * @param options checked options of createProxy
 * @returns `(request, env, ctx, key) → { relay, report }`: what `ProxyCore.handle` takes
 */
export function answering(runtime, options) {
  const { onUsage, inspectAnswers = true, coalesceMs = COALESCE_MS } = options;
  if (onUsage && !inspectAnswers) {
    throw new InvalidOptionError(
      "inspectAnswers",
      "must not be false with onUsage, which needs it",
    );
  }
  if (!inspectAnswers) return () => ({});

  return (request, env, ctx, key) => {
    const told = async (record) => {
      try {
        const json = await record;
        if (json && onUsage) await onUsage(JSON.parse(json), env, ctx);
      } catch (error) {
        // Its author is told, its caller is not.
        console.error(`openai-wasm proxy: onUsage failed: ${error?.message ?? error}`);
      }
    };
    return {
      relay(held, body, controller, inspector, release) {
        let over;
        // Whoever leaves, the end is awaited: what the answer cost is told, its memory given back.
        const ended = new Promise((resolve) => (over = resolve));
        ctx?.waitUntil?.(ended);
        const settle = async (record) => {
          release?.();
          await told(record);
          over();
        };
        const renew = async (facts, gone) => {
          const { exports } = await runtime.instance();
          return new exports.Inspector(key, facts, gone, Date.now());
        };
        const abort = () => controller.abort();
        return relay(
          { held, body, abort, inspector },
          { signal: request.signal, renew, settle, coalesceMs },
        );
      },
      report:
        onUsage &&
        ((record) => {
          const telling = told(record);
          ctx?.waitUntil?.(telling);
        }),
    };
  };
}
