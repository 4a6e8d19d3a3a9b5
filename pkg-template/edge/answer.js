// What a proxy does with its answers: how long and how large they may be, and who hears what they cost.

import { InvalidOptionError } from "../lib/errors.js";
import { relay } from "./relay.js";

/**
 * @param runtime of the entry
 * @param options checked options of createProxy
 * @returns `(request, env, ctx, key, limits) → { relay, report }`: what `ProxyCore.handle` takes
 */
export function answering(runtime, options) {
  const { onUsage, inspectAnswers = true } = options;
  if (onUsage && !inspectAnswers) {
    throw new InvalidOptionError(
      "inspectAnswers",
      "must not be false with onUsage, which needs it",
    );
  }
  if (!inspectAnswers) return () => ({});

  return (request, env, ctx, key, limits) => {
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
      relay(first, body, controller, watch, facts, release) {
        let over;
        // Whoever leaves, the end is awaited: what the answer cost is told, its memory given back.
        const ended = new Promise((resolve) => (over = resolve));
        ctx?.waitUntil?.(ended);
        const settle = async (record) => {
          release?.();
          await told(record);
          over();
        };
        const renew = async () => new (await runtime.instance()).exports.AnswerWatch(key, facts);
        const abort = () => controller.abort();
        return relay(
          { first, body, abort, watch },
          { limits, signal: request.signal, renew, settle },
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
