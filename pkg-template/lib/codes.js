// Generated from src/policy/codes.rs by `UPDATE_CODES=1 cargo test --lib policy::codes`. Do not edit.

/** Forget the refused token, get another one, and send the request again at once. */
export const RENEW = -1;
/** The same with a token that no other call gets. */
export const RENEW_ALONE = -2;
/** The call fails. */
export const GIVE = -3;
/** The call fails, and the refused token is to be forgotten. */
export const GIVE_REFUSED = -4;
/** The call fails, since the answer is a redirect. */
export const GIVE_REDIRECT = -5;
/** An attempt that has no credential yet. */
export const ASKING = 0;
/** An attempt that was sent, and no answer came. */
export const SENT = 1;
/** An attempt whose answer has begun. */
export const ANSWERED = 2;
/** The events of a resumable stream ended without what closes an answer, and without a fault. */
export const ENDED = 3;
/** How often a resumable stream is asked for again without an event. */
export const RECONNECTS = 5;
/** A call's base URL. */
export const BASE = 0;
/** A call's path. */
export const PATH = 1;
/** A session token or a key. */
export const CREDENTIAL = 2;
/** The name of a header that the caller sets or removes. */
export const HEADER = 3;
/** The value of a header. */
export const VALUE = 4;
