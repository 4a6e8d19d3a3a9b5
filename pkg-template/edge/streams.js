// Streams that are kept, on the side of the Worker: what asks the Durable Object of the caller's subject
// (durable/stream-log.js), and what that object finds of the proxy.

import { objectOf } from "./budget.js";
import { defaultOf } from "./proxy-options.js";

/** What a reply of the object carries, so that a binding of another class is noticed. */
export const STREAMS = "openai-wasm-streams-1";
export const MARK = "x-streams";
export const VERDICT = "x-verdict";

/** The object has no address of its own. */
const URL_OF_OBJECT = "https://streams.invalid/";

/** The verdicts that are the driver's: an upstream's error, and an answer that the storage refuses to keep. */
export const REFUSED = '{"verdict":"refused"}';
export const UNKEPT = '{"verdict":"unkept"}';

/**
 * The proxies of this Worker by the names of their bindings. A stream outlives the Worker's request, so its
 * object runs the author's functions itself; it is a class of the same script, which has made the proxy, too.
 */
const proxies = new Map();

export const proxyOf = (binding) => proxies.get(binding);

/** Without it the runtime evicts an object that waits for its upstream, after about a minute. */
const FLAG = "durable_object_io_tasks_prevent_eviction";

export function missingEvictionFlag() {
  const flags = globalThis.Cloudflare?.compatibilityFlags;
  if (!flags || flags[FLAG]) return undefined;
  return `needs the compatibility date 2026-10-01 or a later one, or the compatibility flag "${FLAG}": without it an object is evicted while it waits for the model server`;
}

/**
 * @param resumable checked option of createProxy, or undefined
 * @param proxy `{ fetch, budgetFor, coalesceMs, keyOf, report }`: what the object needs of it
 * @returns `{ visit, open }`, which do what an admission's steps say; undefined without the option
 */
export function keeping(resumable, proxy) {
  if (!resumable) return undefined;
  const { binding, ...given } = resumable;
  const limits = Object.fromEntries(
    ["graceMs", "keepMs", "maxStreams", "maxBytes"].map((name) => [
      name,
      given[name] ?? defaultOf(name),
    ]),
  );
  proxies.set(binding, { ...proxy, limits });

  const call = async (visit, env, signal, sent) => {
    const body = JSON.stringify({ binding, visit, sent });
    const init = { method: "POST", body, ...(signal && { signal }) };
    const response = await objectOf(env[binding], visit.object).fetch(URL_OF_OBJECT, init);
    if (response.headers.get(MARK) !== STREAMS) throw new Error(`${binding} is not a StreamLog`);
    return { verdict: response.headers.get(VERDICT), response };
  };

  /** Sends the request by the object: the step that follows with its stream, or the body that was taken. */
  const send = async (sent, { admission, budget, env }) => {
    const inspector = admission.inspect(Date.now());
    const facts = inspector.facts();
    inspector.free();
    const taken = admission.takeBody();
    const { stream, ...request } = sent;
    const { verdict, response } = await call(stream, env, undefined, {
      request,
      body: new TextDecoder().decode(taken),
      facts,
      reservation: budget?.reservation(),
    });
    const step = (json) => ({ step: JSON.parse(json), body: response.body });
    if (verdict === REFUSED) {
      budget?.handOver();
      const refusal = admission.refuseAs(await response.text(), Date.now());
      return { step: { respond: JSON.parse(refusal) } };
    }
    if (verdict === UNKEPT) {
      budget?.handOver();
      return {
        step: { respond: JSON.parse(admission.pass("text/event-stream")) },
        body: response.body,
      };
    }
    const { verdict: word } = JSON.parse(verdict);
    if (word === "declined") return { taken };
    if (word === "new") budget?.handOver();
    else budget?.release();
    return step(admission.said(verdict, Date.now()));
  };

  return {
    /** What becomes of a stream that is asked for: `{ verdict, body }`. */
    async visit(visit, env, signal) {
      const { verdict, response } = await call(visit, env, signal);
      return { verdict, body: response.body };
    },
    /** `{ step, body }`, or `{ taken }` if the Worker is to send the request itself. */
    async open(sent, context) {
      const { admission, budget, request } = context;
      if (request.signal?.aborted) {
        budget?.release();
        return { step: { respond: { status: 499, headers: [] } } };
      }
      try {
        return await send(sent, context);
      } catch (error) {
        console.error(
          `openai-wasm proxy: the object that keeps streams failed: ${error?.message ?? error}`,
        );
        // The object may have sent the request, so the reservation stays: it is settled there, or expires.
        budget?.handOver();
        return { step: JSON.parse(admission.failed(Date.now())) };
      }
    },
  };
}
