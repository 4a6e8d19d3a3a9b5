// Whether the same seed can give the same answer again: that ends when the server changes its models.

/** More pairs of model and seed than a program compares; older ones are forgotten. */
const MOST = 1000;

/**
 * A function `(params, answer)` that gives `{ seed, fingerprint, previous, changed }`: the seed that was
 * asked for, the answer's `system_fingerprint`, and the one that the last answer of this model and seed
 * had. `changed(seen)` is called when they differ. A stream's chunks are answers, too.
 */
export function watchFingerprint(changed = () => {}) {
  const last = new Map();
  return ({ model, seed }, { system_fingerprint: fingerprint }) => {
    const key = JSON.stringify([model, String(seed)]);
    const previous = last.get(key);
    const seen = {
      model,
      seed,
      fingerprint,
      previous,
      changed: Boolean(fingerprint && previous && fingerprint !== previous),
    };
    if (!fingerprint || seed === undefined || seed === null) return seen;
    last.delete(key);
    last.set(key, fingerprint);
    if (last.size > MOST) last.delete(last.keys().next().value);
    if (seen.changed) changed(seen);
    return seen;
  };
}
