// Sends an admitted request to the upstream, and does what the answer's Inspector says until the caller's
// answer begins. A stream that has begun goes on in relay.js.

import { FORWARD, REFUSE, STREAM, TEXT, UNTOUCHED, WAIT } from "./codes.js";
import { Pieces } from "./pieces.js";
import { relay } from "./relay.js";
import { SLOW, upload } from "./request-body.js";

const LATE = Symbol("late");

/** A promise of the first of these, or of `LATE` after so many milliseconds. */
export async function within(ms, ...promises) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, LATE)));
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const isLate = (value) => value === LATE;

/** A step's response as the platform's. */
export function respond({ status, headers, log }, body) {
  for (const line of log ?? []) console.error(line);
  return new Response(body, { status, headers });
}

/**
 * @param sent the step: `{ url, method, headers, uploadBytes }`
 * @param context `{ request, body, admission, instance, fetch, renew, report, release, coalesceMs }`: `body` is
 *   the upstream's, if it was taken already, `fetch` is the author's, if there is one, `renew` gives another
 *   Inspector, `report` takes the record of a cost, and `release` gives back what a budget has reserved
 * @returns `{ response, ended }`: `ended` is a promise of the end of everything that needs the Admission
 */
export async function exchange(sent, context) {
  const { request, admission, instance, renew, report, release, coalesceMs } = context;
  const { signal } = request;
  // Of a request whose caller has left already the upstream hears nothing, so it costs nothing.
  if (signal?.aborted) {
    release();
    return { response: left() };
  }
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  // The caller is answered at once, and not when the upstream answers.
  const forget = instance.onDead(abort);
  const inspector = admission.inspect(Date.now());
  const settle = () => {
    const record = inspector.record(Date.now());
    inspector.free();
    if (record) report(record);
  };
  let passed;
  try {
    const asked = await ask(sent, context, controller.signal, inspector);
    passed = asked.passed;
    // If the rest of an upload comes too slowly, the answer ends with it.
    passed?.then((lost) => lost === SLOW && abort());
    const answer = await judge(asked, inspector, signal);
    if (!answer) {
      abort();
      inspector.left();
      settle();
      return { response: left(), ended: passed };
    }
    const { step, held, body } = answer;
    if (step === REFUSE) {
      abort();
      const refused = JSON.parse(admission.refuse(inspector, Date.now()));
      settle();
      return { response: respond(refused, refused.body), ended: passed };
    }
    const head = JSON.parse(admission.pass(inspector.contentType));
    if (step === STREAM) {
      const [stream, over] = relayed(
        { held, body, abort, inspector },
        { signal, renew, report, coalesceMs },
      );
      return { response: passOn(head, stream, admission), ended: Promise.all([over, passed]) };
    }
    const text = step === TEXT ? inspector.text : undefined;
    settle();
    if (step !== UNTOUCHED) {
      return { response: passOn(head, text ?? held.joined(), admission), ended: passed };
    }
    const [stream, over] = untouched(body);
    return { response: passOn(head, stream, admission), ended: Promise.all([over, passed]) };
  } finally {
    forget();
  }
}

/** The caller has left, so this response is never read. */
const left = () => new Response(null, { status: 499 });

/** Waits for the head of the answer: `{ response, step, passed }`. */
async function ask(sent, { request, body: taken, admission, fetch: own, env }, signal, inspector) {
  const { url, method, headers, uploadBytes } = sent;
  const init = { method, headers: new Headers(headers), redirect: "manual", signal };
  let passed;
  if (uploadBytes === null) {
    const body = taken ?? admission.takeBody();
    if (body) init.body = body;
  } else {
    const own = upload(request, admission, uploadBytes);
    passed = own.passed;
    // Other platforms than Workers ask for it with a stream (Fetch standard, RequestInit).
    if (own.body) Object.assign(init, { body: own.body, duplex: "half" });
  }
  const send = async () => (own ? own(url, init, env) : fetch(url, init));
  const sending = send().then(
    // The author's function may give anything.
    (response) => (isResponse(response) ? { response } : {}),
    (cause) => ({ cause }),
  );
  const lost = passed?.then((lost) => (lost ? { lost } : sending));
  inspector.tick(Date.now(), undefined, false);
  const came = await within(inspector.againMs, sending, ...(lost ? [lost] : []));
  let step;
  if (request.signal?.aborted) return { step: WAIT, passed };
  if (isLate(came)) {
    // Timers may come a millisecond early.
    step = inspector.tick(Date.now() + inspector.againMs, undefined, false);
  } else if (came.lost) {
    step = admission.giveUp(inspector, came.lost);
  } else if (!came.response) {
    // What a function of the author's says may tell secrets.
    step = inspector.unreachable(own ? undefined : String(came.cause?.message ?? ""));
  } else {
    const { status, headers: given } = came.response;
    const [type, retryAfter] = [given.get("content-type"), given.get("retry-after")];
    step = inspector.head(status, type ?? undefined, retryAfter ?? undefined, Date.now());
  }
  return { response: came.response, step, passed };
}

const isResponse = (value) =>
  typeof value?.status === "number" && typeof value.headers?.get === "function";

/**
 * Does what the inspector says until it is known what the caller gets.
 *
 * @returns `{ step, held, body }`: the last step, what was read and is not settled, and the rest; or undefined
 *   if the caller has left
 */
async function judge({ response, step: first }, inspector, signal) {
  const held = new Pieces();
  let reader;
  for (let step = first; ; ) {
    if (step === WAIT) {
      // No step comes after one who left.
      if (!response || signal?.aborted) return undefined;
      try {
        reader ??= response.body?.getReader();
        step = await read(reader, inspector, held, signal);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        step = inspector.lost(); // A body that another reads has nothing for us.
      }
    } else if (step === FORWARD) {
      const gone = inspector.len + inspector.skip;
      if (gone > 0) held.take(gone);
      step = inspector.step();
    } else {
      if (step !== REFUSE) reader?.releaseLock();
      return { step, held, body: response?.body };
    }
  }
}

/** Tells the inspector of the next piece of the body, or of the time. */
async function read(reader, inspector, held, signal) {
  if (!reader) return inspector.end(Date.now());
  const waiting = Date.now();
  const reading = reader.read().catch(() => undefined);
  for (;;) {
    const step = inspector.tick(Date.now(), waiting, false);
    if (step !== WAIT) return step;
    const came = await within(inspector.againMs, reading);
    if (isLate(came)) continue;
    if (!came && signal?.aborted) return WAIT;
    if (came?.done) return inspector.end(Date.now());
    if (!ArrayBuffer.isView(came?.value)) return inspector.lost();
    held.add(came.value);
    return inspector.push(came.value, Date.now());
  }
}

/** The stream that the caller gets, and a promise of its end. */
function relayed(answer, { signal, renew, report, coalesceMs }) {
  let over;
  const ended = new Promise((resolve) => (over = resolve));
  const settle = async (record) => {
    try {
      const json = await record;
      if (json) report(json);
    } finally {
      over();
    }
  };
  return [relay(answer, { signal, renew, settle, coalesceMs }), ended];
}

/** The platform pumps the body without waking JavaScript again. */
export function untouched(body) {
  if (!body) return [null, undefined];
  // workerd's own kind passes bytes on natively.
  const pipe = new (globalThis.IdentityTransformStream ?? TransformStream)();
  const over = body.pipeTo(pipe.writable).catch(() => {});
  return [pipe.readable, over];
}

function passOn(head, body, admission) {
  if (admission.hasBody) return respond(head, body);
  body?.cancel?.().catch(() => {});
  return respond(head, null);
}
