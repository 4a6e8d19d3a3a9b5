/** What decides whether an answer can be had again. */
export interface SeenFingerprint {
  readonly model: string | undefined;
  /** The seed that was asked for. */
  readonly seed: number | bigint | string | null | undefined;
  /** The answer's `system_fingerprint`. */
  readonly fingerprint: string | null | undefined;
  /** The one of the last answer of this model and seed. */
  readonly previous: string | undefined;
  /** Whether they differ: the same seed may now give another answer. */
  readonly changed: boolean;
}

/**
 * A function that looks at a call's parameters and its answer, or at each chunk of a stream, and tells
 * seed and fingerprint. `changed` is called when the fingerprint is another than before with one model
 * and seed: "you may see different outputs due to changes we've made on our systems".
 */
export function watchFingerprint(
  changed?: (seen: SeenFingerprint) => void,
): (
  params: { model?: string | undefined; seed?: number | bigint | string | null | undefined },
  answer: { system_fingerprint?: string | null | undefined },
) => SeenFingerprint;
