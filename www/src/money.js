// Amounts in US dollars, as people read them.

const exact = new Intl.NumberFormat(undefined, {
  style: "currency",
  currency: "USD",
  maximumSignificantDigits: 3,
});

/** Three digits that count: an answer costs thousandths of a cent. */
export const dollars = (usd) => exact.format(usd);
