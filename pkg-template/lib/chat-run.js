// What reads for client.chat.completions.stream(): one answer in chunks.

import { ChatEvents } from "./chat-events.js";
import { ChatRun } from "./conversation.js";

export { ChatEvents };

/** Reads one answer: `chunks`, or what the call gives. */
export async function read(stream, { completions, params, options, chunks }) {
  const run = new ChatRun(stream, params);
  stream.reading = run;
  const own = { ...options, signal: stream.controller.signal };
  const source = chunks ?? (await completions.create({ ...params, stream: true }, own));
  await run.read(source, ChatEvents);
  run.reportEnd();
}
