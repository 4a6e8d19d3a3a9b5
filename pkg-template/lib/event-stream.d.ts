/** One server-sent event. */
export interface ServerSentEvent {
  /** The event's name, "message" if it has none. */
  event: string;
  /** All `data` lines, joined by line feeds. */
  data: string;
  /** The last id that the stream set, "" before that. */
  id: string;
  /** The last reconnection time that the stream set, in milliseconds. */
  retry: number | undefined;
}

export interface EventStreamOptions {
  /** An event of more bytes ends the stream with a StreamLimitError. Default: 64 MiB. */
  maxEventBytes?: number | undefined;
}

/**
 * The events of any server's event stream, by the WHATWG rules to the letter: of a stream of bytes, or
 * of a response's body.
 *
 * Leaving the loop cancels the stream. A body that is null, one that somebody reads already, and what is
 * no stream at all throw an InvalidOptionError.
 */
export function decodeEventStream(
  readable: ReadableStream<Uint8Array> | Response | null,
  options?: EventStreamOptions,
): AsyncIterable<ServerSentEvent>;
