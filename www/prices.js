// What the stand-in's tokens would cost, for the Worker's budget and for the page that shows a price before it asks.

/** US dollars for a million tokens. It costs nothing, but a budget of nothing shows nothing. */
export const STAND_IN_PRICES = {
  "stand-in-ngram-1": { input: 2.5, output: 10 },
  "stand-in-ngram-1-mini": { input: 0.25, output: 1 },
};
