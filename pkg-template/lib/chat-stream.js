// client.chat.completions.stream() and .runTools(): lib/chat-run.js and lib/tool-run.js read for them.

import { atEnd, HelperStream } from "./helper-stream.js";
import { Stream } from "./stream.js";

/**
 * The class of an entry.
 * @param load gives a promise of the module lib/chat-run.js, which pages without such streams do not load
 */
export const chatStreams = (load) =>
  atEnd(
    class ChatCompletionStream extends HelperStream {
      static create(completions, params, options) {
        return new ChatCompletionStream().start(load, { completions, params, options });
      }

      /** Reads what `toReadableStream` wrote. */
      static fromReadableStream(readable) {
        const stream = new ChatCompletionStream();
        const chunks = Stream.fromReadableStream(readable, stream.controller);
        return stream.start(load, { chunks });
      }

      /** The answer so far. */
      get currentChatCompletionSnapshot() {
        return this.reading?.snapshot;
      }

      /** What was said and answered so far: the messages sent, the model's, and the tools' results. */
      get messages() {
        return this.reading?.messages ?? [];
      }

      /** The whole answers so far. */
      allChatCompletions() {
        return [...(this.reading?.completions ?? [])];
      }
    },
    "finalChatCompletion finalMessage finalContent totalUsage finalFunctionToolCall finalFunctionToolCallResult",
  );
