//! Numbers for the steps of an [`Inspector`](super::Inspector), where they cross to the package's
//! JavaScript: `UPDATE_CODES=1 cargo test --lib proxy::response::codes` writes
//! `pkg-template/edge/codes.js`.

use super::step::{Body, Step};
use crate::policy::codes::codes;

codes! {
    /// Read more, or wait.
    WAIT: u8 = 0;
    /// Pass bytes on, and drop those after them.
    FORWARD: u8 = 1;
    /// Pass a text on.
    INSERT: u8 = 2;
    /// The answer is whole.
    DONE: u8 = 3;
    /// The answer ended with an error as its last event.
    FAILED: u8 = 4;
    /// The answer broke off at a point where no error can be written.
    BROKEN: u8 = 5;
    /// The caller gets an error instead of an answer.
    REFUSE: u8 = 6;
    /// The answer begins, and is a stream.
    STREAM: u8 = 7;
    /// The answer is all that was pushed.
    WHOLE: u8 = 8;
    /// The answer is a text.
    TEXT: u8 = 9;
    /// The answer is the upstream's body as it comes.
    UNTOUCHED: u8 = 10;
}

impl Step {
    /// Its number.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Wait => WAIT,
            Self::Forward { .. } => FORWARD,
            Self::Insert(_) => INSERT,
            Self::Done => DONE,
            Self::Failed => FAILED,
            Self::Broken => BROKEN,
            Self::Refuse(_) => REFUSE,
            Self::Respond(reply) => match reply.body {
                Body::Stream => STREAM,
                Body::Whole => WHOLE,
                Body::Text(_) => TEXT,
                Body::Untouched => UNTOUCHED,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn javascript_has_the_same_codes() {
        let all = super::ALL;
        crate::policy::codes::check_codes("edge/codes.js", "proxy::response::codes", all);
    }
}
