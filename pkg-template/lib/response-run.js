// Answers of responses, and parsed ones of chat: their methods, and what reads for client.responses.stream().

import { parseChat } from "./parse.js";
import { ResponseAccumulator } from "./response-accumulate.js";
import { parsedResponse, responses as methods, withText } from "./responses.js";

/** Methods as ({ client, request }, arguments) → `{ promise, finish }`; lib/more.js has the others. */
export const METHODS = {
  "chat.completions.parse": ({ client }, args) => parseChat(client.chat.completions, ...args),
  "responses.create": ({ request }, args) => ({ promise: methods.create(request, args) }),
  "responses.retrieve": ({ request }, args) => ({ promise: methods.retrieve(request, args) }),
  "responses.parse": ({ request }, args) => ({
    promise: methods.create(request, args),
    finish: (response) => parsedResponse(response, args[0]),
  }),
};

/** Events whose text so far they carry: `snapshot`. */
const WITH_SNAPSHOT = ["response.output_text.delta", "response.function_call_arguments.delta"];

/** Reads a response that is made, or with `response_id` one that runs or has run in the background. */
export async function read(stream, { responses, params, options }) {
  const accumulator = new ResponseAccumulator();
  let final;
  stream.reading = {
    get snapshot() {
      return accumulator.response;
    },
    finalResponse: () => final,
  };
  const { response_id: id, starting_after: after, ...rest } = params ?? {};
  const own = { ...options, signal: stream.controller.signal };
  // All events are read again, since the text so far needs those before the first that is wanted.
  const events = await (id === undefined
    ? responses.create({ ...rest, stream: true }, own)
    : responses.retrieve(id, { stream: true }, own));
  stream.id = events.id;
  stream.emit("connect");
  for await (const event of events) {
    const text = accumulator.push(event);
    if (event.sequence_number <= after) continue;
    const told = WITH_SNAPSHOT.includes(event.type) ? { ...event, snapshot: text } : event;
    stream.emit("event", told);
    stream.emit(told.type, told);
    await stream.give(told);
  }
  final = parsedResponse(withText(accumulator.response), params);
}
