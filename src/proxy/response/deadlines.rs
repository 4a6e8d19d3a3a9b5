//! How long and how large an answer may be (threat table, row T8).

use serde::{Deserialize, Serialize};

/// Timers count in a signed 32-bit number of milliseconds; above it they fire at once.
pub const LONGEST_TIMER_MS: u32 = i32::MAX as u32;

/// A comment in an event stream, which says nothing but that the stream lives. Writing it is how a
/// server learns that its caller has closed the connection without a reset.
pub const HEARTBEAT: &str = ":\n\n";

/// Why an answer ends before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connection was lost, or closed without an end of the answer.
    Truncated,
    /// Nothing came for too long.
    Idle,
    /// It took too long as a whole.
    Duration,
    /// It is too long.
    Size,
}

/// Limits of one answer after its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// How long the upstream may send nothing while it is waited for, in milliseconds.
    pub idle_timeout_ms: u32,
    /// How long the answer may take, in milliseconds.
    pub max_duration_ms: u32,
    /// How many bytes it may have.
    pub max_answer_bytes: u64,
    /// After how long a silence the caller of a stream gets a [`HEARTBEAT`], in milliseconds; 0 for
    /// never.
    pub heartbeat_ms: u32,
}

/// When what happened, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The answer began.
    pub began_ms: u64,
    /// Since when the upstream is waited for, if it is.
    pub waiting_since_ms: Option<u64>,
    /// Since when the caller has got nothing, if a comment may stand where the stream is now: between
    /// two events.
    pub quiet_since_ms: Option<u64>,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// A [`HEARTBEAT`] is due.
    pub beat: bool,
    /// Look again after so many milliseconds: nothing is due before.
    pub again_ms: u32,
}

impl Limits {
    /// Looks at the clock. `pkg-template/edge/clock.js` does the same, by the cases of
    /// `tests/fixtures/answer-clock.json`.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn look(&self, times: &Times, now_ms: u64) -> Result<Look, Break> {
        // A clock that was set back is no silence, and starts no new one.
        let left = |since_ms: u64, limit_ms: u32| {
            let passed = now_ms.saturating_sub(since_ms);
            u64::from(limit_ms)
                .checked_sub(passed)
                .filter(|left| *left > 0)
        };
        let duration = left(times.began_ms, self.max_duration_ms).ok_or(Break::Duration)?;
        let idle = match times.waiting_since_ms {
            Some(since_ms) => left(since_ms, self.idle_timeout_ms).ok_or(Break::Idle)?,
            None => u64::from(self.idle_timeout_ms),
        };
        let mut again = duration.min(idle);
        let mut beat = false;
        if self.heartbeat_ms > 0 {
            let quiet = times.waiting_since_ms.and(times.quiet_since_ms);
            let next = quiet.map(|since_ms| left(since_ms, self.heartbeat_ms));
            beat = next == Some(None);
            again = again.min(next.flatten().unwrap_or(self.heartbeat_ms.into()));
        }
        Ok(Look {
            beat,
            again_ms: u32::try_from(again)
                .unwrap_or(LONGEST_TIMER_MS)
                .min(LONGEST_TIMER_MS),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        idle: u32,
        duration: u32,
        heartbeat: u32,
        began: u64,
        waiting: Option<u64>,
        quiet: Option<u64>,
        now: u64,
        again: Option<u32>,
        #[serde(default)]
        beat: bool,
        broken: Option<String>,
    }

    #[test]
    fn the_clock_is_looked_at_when_something_may_be_due() {
        let cases = include_str!("../../../tests/fixtures/answer-clock.json");
        for case in serde_json::from_str::<Vec<Case>>(cases).unwrap() {
            let limits = Limits {
                idle_timeout_ms: case.idle,
                max_duration_ms: case.duration,
                max_answer_bytes: 1,
                heartbeat_ms: case.heartbeat,
            };
            let times = Times {
                began_ms: case.began,
                waiting_since_ms: case.waiting,
                quiet_since_ms: case.quiet,
            };
            let expected = match (case.broken.as_deref(), case.again) {
                (Some("idle"), _) => Err(Break::Idle),
                (Some("duration"), _) => Err(Break::Duration),
                (_, again) => Ok(Look {
                    beat: case.beat,
                    again_ms: again.unwrap(),
                }),
            };
            assert_eq!(limits.look(&times, case.now), expected, "{}", case.name);
        }
    }
}
