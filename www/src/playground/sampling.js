// What the sampling parameters do to a distribution, by the API reference's own formula.
//
// A server tells only the likeliest tokens, so all shares here are among those.

/** Shares that sum to 1, of logits. */
export function softmax(logits) {
  const peak = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - peak));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** `mu[j] - c[j] * alpha_frequency - float(c[j] > 0) * alpha_presence` ("Parameter details"). */
export const penalised = (logits, counts, { presence, frequency }) =>
  logits.map((mu, j) => mu - counts[j] * frequency - (counts[j] > 0 ? presence : 0));

/** Shares at a temperature; at 0 the likeliest token is certain. */
export function tempered(logits, temperature) {
  if (temperature > 0) return softmax(logits.map((logit) => logit / temperature));
  const best = logits.indexOf(Math.max(...logits));
  return logits.map((_, j) => (j === best ? 1 : 0));
}

/** Keeps the likeliest shares that sum to `topP`, at least one; the others become 0. */
export function nucleus(shares, topP) {
  const order = shares.map((_, j) => j).sort((a, b) => shares[b] - shares[a]);
  const kept = new Set();
  let sum = 0;
  for (const j of order) {
    kept.add(j);
    sum += shares[j];
    if (sum >= topP) break;
  }
  return shares.map((share, j) => (kept.has(j) ? share / sum : 0));
}

/** How often each of `tokens` is among `earlier`. */
export const countsOf = (tokens, earlier) =>
  tokens.map((token) => earlier.filter((other) => other === token).length);
