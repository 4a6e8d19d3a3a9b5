//! The attempts of one call: whether it is sent again, when, and with which token.
//!
//! A machine without I/O. A driver sends, waits and reads, tells the machine how that ended, and does
//! what the [`Step`] says: `client/attempt.rs` for Rust, `pkg-template/lib/transport.js` for JavaScript.
//!
//! A resumable stream has a machine of its own for its reconnections, which begins anew with every
//! event, so that only attempts without progress count: [`Attempts::following`]. Its drivers are
//! `client/resume.rs` and `pkg-template/lib/resume.js`.

use super::codes::RECONNECTS;
use super::retry::{Hints, Permille, backoff_ms, is_worth_another};

/// What follows from an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The token was refused: forget it, get another one and send the request again at once.
    Renew {
        /// The call asks for a token of its own. Otherwise all calls whose token was the same one
        /// share a question.
        alone: bool,
    },
    /// Send the request again after so many milliseconds.
    Retry {
        /// How long to wait.
        after_ms: u32,
    },
    /// The call fails.
    Give(Give),
}

/// Why a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Give {
    /// What failed the attempt fails the call.
    Failure,
    /// So does it here, and the token was refused: forget it, so that the next call gets another one.
    Refused,
    /// The answer is a redirect. Following it could carry the credential to another host.
    Redirect,
}

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It had no credential yet.
    Asking,
    /// It was sent, and no answer came.
    Sent,
    /// The answer had begun.
    Answered,
    /// The events of a resumable stream ended without what closes an answer, and without a fault.
    Ended,
}

/// Where the token of an attempt came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// It cannot be renewed: it is a fixed token or a key, or the call has no credential.
    Given,
    /// From the author's function, and the call has not had another one before.
    Asked,
    /// In place of a refused one, and another call had asked for it.
    Shared,
    /// The last one of this call: it asked for it in place of a refused one, or the body cannot be
    /// sent again.
    Last,
}

/// The machine. It is a number, which a driver can keep: a WebAssembly instance that stops in the
/// midst of a call does not take it along. Two bits are the token's, eight the retries that are done,
/// eight those that are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts(pub u32);

const DONE: u32 = 2;
const ALLOWED: u32 = 10;

impl Attempts {
    /// The first attempt. `renewable`: the token comes from a function that can be asked for another.
    /// `repeatable`: the body can be sent again. At most 255 retries are allowed.
    #[must_use]
    pub fn new(max_retries: u32, renewable: bool, repeatable: bool) -> Self {
        let token = match (renewable, repeatable) {
            (false, _) => Token::Given,
            (true, true) => Token::Asked,
            (true, false) => Token::Last,
        };
        let allowed = if repeatable { max_retries.min(255) } else { 0 };
        Self(allowed << ALLOWED | token as u32)
    }

    /// The reconnections of a resumable stream, from its beginning or its last event on. Where they fail,
    /// break off or are refused, they are told as attempts that have no answer.
    #[must_use]
    pub fn following() -> Self {
        Self::new(RECONNECTS, false, true)
    }

    /// The next attempt, after [`Step::Retry`].
    #[must_use]
    pub const fn retried(self) -> Self {
        Self(self.0.wrapping_add(1 << DONE))
    }

    /// The next attempt, after [`Step::Renew`]. `shared`: another call had asked for the token.
    #[must_use]
    pub const fn renewed(self, shared: bool) -> Self {
        let token = if shared { Token::Shared } else { Token::Last };
        Self(self.0 & !3 | token as u32)
    }

    const fn token(self) -> Token {
        match self.0 & 3 {
            0 => Token::Given,
            1 => Token::Asked,
            2 => Token::Shared,
            _ => Token::Last,
        }
    }

    /// A response came with a status other than 2xx.
    #[must_use]
    pub fn on_response(self, status: u16, hints: Hints, body: &[u8], chance: Permille) -> Step {
        if is_redirect(status) {
            return Step::Give(Give::Redirect);
        }
        let token = self.token();
        if token != Token::Given
            && let Some(expired) = refused_token(status, body)
        {
            return match token {
                Token::Asked => Step::Renew { alone: false },
                // The token was new, so it was good for one request, and another call was faster.
                Token::Shared if !expired => Step::Renew { alone: true },
                _ => Step::Give(Give::Refused),
            };
        }
        if is_worth_another(status, hints, body) {
            self.again(hints.delay_ms(), chance)
        } else {
            Step::Give(Give::Failure)
        }
    }

    /// The credential or the answer did not come, or broke off, or the time limit passed.
    #[must_use]
    pub fn on_fault(self, stage: Stage, chance: Permille) -> Step {
        match stage {
            Stage::Sent => self.again(None, chance),
            // A gateway may have ended it. But if nothing follows the last event, that is the end.
            Stage::Ended if self.done() == 0 => self.again(Some(0), chance),
            Stage::Ended => Step::Give(Give::Failure),
            Stage::Asking | Stage::Answered => Step::Give(Give::Failure),
        }
    }

    const fn done(self) -> u32 {
        self.0 >> DONE & 0xff
    }

    fn again(self, asked_ms: Option<u32>, chance: Permille) -> Step {
        let done = self.done();
        if done < self.0 >> ALLOWED {
            let after_ms = asked_ms.unwrap_or_else(|| backoff_ms(done, chance));
            Step::Retry { after_ms }
        } else {
            Step::Give(Give::Failure)
        }
    }
}

/// Does a status send the client elsewhere?
#[must_use]
pub const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Whether our own proxy refuses the session token, and then, whether it had expired.
///
/// The body must be the one that the proxy writes (`proxy::ProxyError`), byte by byte but for the
/// message: a 401 of a gateway before it says nothing of the token.
fn refused_token(status: u16, body: &[u8]) -> Option<bool> {
    const UNAUTHORIZED: &[u8] =
        br#"","type":"authentication_error","code":"unauthorized","param":null}}"#;
    const EXPIRED: &[u8] =
        br#"","type":"authentication_error","code":"token_expired","param":null}}"#;
    if status != 401 {
        return None;
    }
    let message = body.strip_prefix(br#"{"error":{"message":""#)?;
    let end = message
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\'))?;
    let tail = message.get(end..)?;
    (tail == EXPIRED || tail == UNAUTHORIZED).then_some(tail == EXPIRED)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::headers::HeaderList;
    use super::*;

    /// The cases that `tests/js/attempts.test.mjs` plays on the packed machine.
    fn fixture() -> Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/attempts.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn list(cases: &Value) -> &[Value] {
        cases.as_array().unwrap()
    }

    fn number(value: &Value) -> u32 {
        value.as_u64().unwrap().try_into().unwrap()
    }

    fn response(attempts: Attempts, answer: &Value) -> Step {
        let mut headers = HeaderList::new();
        for (name, value) in answer["headers"].as_object().into_iter().flatten() {
            headers.set(name, value.as_str().unwrap());
        }
        let hints = Hints::of(&headers, |_| answer["until_ms"].as_f64());
        let body = match &answer["body"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            json => json.to_string(),
        };
        let status = number(&answer["status"]).try_into().unwrap();
        attempts.on_response(status, hints, body.as_bytes(), chance(answer))
    }

    fn chance(event: &Value) -> Permille {
        Permille(event["permille"].as_u64().unwrap_or(0).try_into().unwrap())
    }

    fn told(attempts: Attempts, event: &Value) -> Step {
        let stage = match event["stage"].as_str() {
            None => return response(attempts, event),
            Some("asking") => Stage::Asking,
            Some("sent") => Stage::Sent,
            Some("answered") => Stage::Answered,
            Some("ended") => Stage::Ended,
            Some(other) => panic!("{other}"),
        };
        attempts.on_fault(stage, chance(event))
    }

    fn word(step: Step) -> Value {
        match step {
            Step::Renew { alone: false } => "renew".into(),
            Step::Renew { alone: true } => "renew alone".into(),
            Step::Retry { after_ms } => after_ms.into(),
            Step::Give(Give::Failure) => "give".into(),
            Step::Give(Give::Refused) => "drop".into(),
            Step::Give(Give::Redirect) => "redirect".into(),
        }
    }

    #[test]
    fn the_fixtures_refusals_are_renewed_or_not() {
        let asked = Attempts::new(2, true, true);
        let mut seen = 0;
        for case in list(&fixture()["refusals"]) {
            for (name, attempts) in [
                ("given", Attempts::new(2, false, true)),
                ("asked", asked),
                ("shared", asked.renewed(true)),
                ("last", asked.renewed(false)),
                ("last", Attempts::new(2, true, false)),
            ] {
                let expected = case["then"][name].as_str().unwrap_or("give");
                assert_eq!(word(response(attempts, case)), expected, "{name}: {case}");
                seen += 1;
            }
        }
        assert!(seen > 50);
    }

    #[test]
    fn the_fixtures_answers_are_retried_or_not() {
        let fixture = fixture();
        let cases = list(&fixture["answers"]);
        assert!(cases.len() > 20);
        for case in cases {
            let step = response(Attempts::new(2, false, true), case);
            let retried = matches!(step, Step::Retry { .. });
            assert_eq!(retried, case["retried"].as_bool().unwrap(), "{case}");
        }
    }

    #[test]
    fn the_fixtures_streams_take_its_steps() {
        let fixture = fixture();
        let cases = list(&fixture["streams"]);
        assert!(cases.len() > 5);
        for case in cases {
            let mut attempts = Attempts::following();
            for event in list(&case["events"]) {
                if event["stage"] == "event" {
                    attempts = Attempts::following();
                    continue;
                }
                let step = told(attempts, event);
                assert_eq!(word(step), event["step"], "{event} of {}", case["what"]);
                attempts = attempts.retried();
            }
        }
    }

    #[test]
    fn the_fixtures_calls_take_its_steps() {
        let fixture = fixture();
        let cases = list(&fixture["calls"]);
        assert!(cases.len() > 10);
        for case in cases {
            let flag = |name| case[name].as_bool().unwrap_or(name == "repeatable");
            let retries = number(&case["retries"]);
            let mut attempts = Attempts::new(retries, flag("renewable"), flag("repeatable"));
            for event in list(&case["events"]) {
                let step = told(attempts, event);
                assert_eq!(word(step), event["step"], "{event} of {}", case["what"]);
                attempts = match (step, event["shared"].as_bool()) {
                    (Step::Retry { .. }, None) => attempts.retried(),
                    (Step::Renew { .. }, Some(shared)) => attempts.renewed(shared),
                    _ => attempts,
                };
            }
        }
    }
}
