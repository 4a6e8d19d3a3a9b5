// Generated from src/stream/batch/mod.rs by `UPDATE_WORDS=1 cargo test --lib stream::batch::words`. Do not edit.

// Words of `Head`.
export const FOUND = 0;
export const OUT = 1;
export const TEXT_LEN = 2;
export const OUT_LEN = 3;
export const CHUNKS = 4;
export const FITS = 5;
export const FIT_ITEMS = 6;
export const SLOT = 7;
export const SPANS = 8;
export const INPUT = 9;

// Bits of `FOUND`.
export const DONE = 1;
export const TOO_LARGE = 2;
export const ERROR = 4;
export const UNTERMINATED = 8;
export const PLAIN = 16;
export const ESCAPED = 32;

// How many words, templates at once, and bytes that one call decodes there are.
export const WORDS = 10;
export const SLOTS = 8;
export const INPUT_BYTES = 16384;
