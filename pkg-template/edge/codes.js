// Generated from src/proxy/response/codes.rs by `UPDATE_CODES=1 cargo test --lib proxy::response::codes`. Do not edit.

/** Read more, or wait. */
export const WAIT = 0;
/** Pass bytes on, and drop those after them. */
export const FORWARD = 1;
/** Pass a text on. */
export const INSERT = 2;
/** The answer is whole. */
export const DONE = 3;
/** The answer ended with an error as its last event. */
export const FAILED = 4;
/** The answer broke off at a point where no error can be written. */
export const BROKEN = 5;
/** The caller gets an error instead of an answer. */
export const REFUSE = 6;
/** The answer begins, and is a stream. */
export const STREAM = 7;
/** The answer is all that was pushed. */
export const WHOLE = 8;
/** The answer is a text. */
export const TEXT = 9;
/** The answer is the upstream's body as it comes. */
export const UNTOUCHED = 10;
