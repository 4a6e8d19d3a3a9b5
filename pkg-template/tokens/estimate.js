// How many tokens a text may have, without any table.

/** A token for four characters: OpenAI's rule of thumb for English. */
export const estimate = (text) => Math.ceil(text.length / 4);
