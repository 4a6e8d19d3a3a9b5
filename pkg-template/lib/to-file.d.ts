import type { Uploadable } from "../types.d.ts";

/** What `toFile` makes a file of. */
export type ToFileInput = Uploadable | string | ArrayBuffer | ArrayBufferView;

/**
 * A File of any content, for parameters that take one: text, bytes, a Blob, a Response, a stream or an
 * async iterable of these, or a promise of one. All of it is read. A File stays as it is.
 */
export function toFile(
  value: ToFileInput | PromiseLike<ToFileInput>,
  name?: string | null,
  options?: { type?: string | undefined; lastModified?: number | undefined },
): Promise<File>;
