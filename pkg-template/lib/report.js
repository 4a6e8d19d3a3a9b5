// What a server reports as an error, wherever it puts it: the same as src/wire/report.rs.

const GAVE_UP =
  /^(error|abort(ed)?|cancell?ed|failed|timeout|network_error|insufficient_system_resource)$/i;
const LAST =
  /^(response\.(completed|incomplete)|(transcript\.text|speech\.audio)\.done|image_(generation|edit)\.completed)$/;
const FAILED = "response.failed";
const ANSWERS = ["error", "response", "chat.completion", "text_completion"];

/** Whether a `finish_reason` says that the server gave up. */
export const gaveUp = (reason) => GAVE_UP.test(reason);

/** Whether an event of this `type` ends its stream, with a whole answer. */
export const isLast = (type) => LAST.test(type);

/**
 * Whether an event of this `type` belongs to a stream of the Responses API. Such a stream ends with its
 * last event, at once, and `[DONE]` alone does not end it.
 */
export const isOfResponse = (type) => typeof type === "string" && type.startsWith("response.");

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Some servers send an error that is empty in all that it holds with every answer. */
function says(value, depth = 0) {
  if (typeof value === "string") return value.trim() !== "";
  if (!value || typeof value !== "object") return !!value;
  return depth > 7 || Object.values(value).some((item) => says(item, depth + 1));
}

/**
 * The error that an event, or with `whole` an answer, reports: an object or a text, else undefined.
 * `named` says that the event itself is called `error`.
 */
export function errorIn(body, named, whole) {
  const it = Array.isArray(body) && says(body[0]?.error) ? body[0] : body;
  if (!isObject(it)) return named ? it : undefined;
  const { error, object, type, detail, choices } = it;
  const alone = Object.keys(it).length === 1;
  // The error of a job that was asked for tells of the job, and not of this call.
  const background = object === "response" && it.background === true;
  const job =
    whole && typeof it.status === "string" && object && (background || !ANSWERS.includes(object));
  if (!job && (says(error) || (alone && (error ?? false) !== false))) return error;
  if (named || object === "error" || type === "error") return it;
  if (alone && says(detail))
    return { message: typeof detail === "string" ? detail : JSON.stringify(detail) };
  // A response with an error has failed, whatever the event is called.
  if (isOfResponse(type) && (type === FAILED || isLast(type))) {
    if (says(it.response?.error)) return it.response.error;
    if (type === FAILED) return { message: "the response failed", code: "failed" };
  }
  for (const choice of Array.isArray(choices) ? choices : []) {
    if (says(choice?.error)) return choice.error;
    const reason = choice?.finish_reason;
    if (gaveUp(reason))
      return { message: `the server gave up: finish_reason "${reason}"`, code: reason };
  }
  return undefined;
}

/** The error in the body of an answer with an error status, where a message alone is one. */
export function errorInRefusal(body) {
  const it = Array.isArray(body) && says(body[0]?.error) ? body[0] : body;
  return says(it.error) ? it.error : it;
}
