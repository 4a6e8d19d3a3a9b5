//! Why no session token was made, as an error.

use std::error::Error;
use std::fmt;

use super::session::SignFault;

impl Error for SignFault {}

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "the secret is too weak: give 32 random bytes or more",
            Self::Subject => {
                "the subject must have 1 to 128 bytes and no control characters: give the user's id"
            }
            Self::Lifetime => {
                "the lifetime must be 1 second or more, and within `max_token_seconds`"
            }
        })
    }
}
