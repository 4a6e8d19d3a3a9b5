// What a reader of a stream gets: events at its own pace. Nothing is held for a reader who does not read.

const SIGN_OF_LIFE = new TextEncoder().encode(":\n\n");

/**
 * @param reader `{ at, wake, next, isAtEnd, asks, took, left }`: `at` is its place and is moved on, `next()` gives
 *   the events there or undefined, `isAtEnd()` says whether more will come, `wake(comment)` is set here and
 *   called when something has come, and `asks(change)`, `took` and `left` are told what the reader does
 */
export function reading(reader) {
  let woken;
  reader.wake = (comment) => woken?.(comment === true);
  return new ReadableStream(
    {
      async pull(output) {
        reader.asks(1);
        try {
          for (;;) {
            const events = reader.next();
            if (events) {
              reader.at += events.length;
              output.enqueue(events);
              reader.took();
              return;
            }
            if (reader.isAtEnd()) {
              reader.left();
              output.close();
              return;
            }
            const comment = await new Promise((resolve) => (woken = resolve));
            woken = undefined;
            if (comment && !reader.next()) {
              output.enqueue(SIGN_OF_LIFE);
              return;
            }
          }
        } catch (error) {
          reader.left();
          throw error;
        } finally {
          reader.asks(-1);
        }
      },
      cancel() {
        reader.left();
        // A pull that waits would count as a reader for ever.
        reader.isAtEnd = () => true;
        woken?.(false);
      },
    },
    { highWaterMark: 0 },
  );
}
