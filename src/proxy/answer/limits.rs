//! How long and how large an answer may be (threat table, row T8).

use super::Break;

/// Timers count in a signed 32-bit number of milliseconds; above it they fire at once.
pub const LONGEST_TIMER_MS: u32 = i32::MAX as u32;

/// Limits of one answer behind its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long the upstream may send nothing while it is waited for, in milliseconds.
    pub idle_timeout_ms: u32,
    /// How long the answer may take, in milliseconds.
    pub max_duration_ms: u32,
    /// How many bytes it may have.
    pub max_answer_bytes: u64,
}

impl Limits {
    /// Looks at the clock: `began_ms` is when the answer began, `waiting_since_ms` since when the
    /// upstream is waited for, if it is. Gives the milliseconds after which to look again: no limit
    /// is reached before.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn look(
        &self,
        began_ms: u64,
        waiting_since_ms: Option<u64>,
        now_ms: u64,
    ) -> Result<u32, Break> {
        // A clock that was set back is no silence, and starts no new one.
        let left = |since_ms: u64, limit_ms: u32| {
            let passed = now_ms.saturating_sub(since_ms);
            u64::from(limit_ms)
                .checked_sub(passed)
                .filter(|left| *left > 0)
        };
        let duration = left(began_ms, self.max_duration_ms).ok_or(Break::Duration)?;
        let idle = match waiting_since_ms {
            Some(since_ms) => left(since_ms, self.idle_timeout_ms).ok_or(Break::Idle)?,
            None => u64::from(self.idle_timeout_ms),
        };
        Ok(u32::try_from(duration.min(idle))
            .unwrap_or(LONGEST_TIMER_MS)
            .min(LONGEST_TIMER_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_looked_at_when_the_next_limit_may_be_reached() {
        let limits = Limits {
            idle_timeout_ms: 300,
            max_duration_ms: 1000,
            max_answer_bytes: 1,
        };
        for (began, waiting, now, expected) in [
            (5000, Some(5000), 5000, Ok(300)),
            (5000, Some(5000), 5299, Ok(1)),
            (5000, Some(5000), 5300, Err(Break::Idle)),
            (5000, Some(5200), 5300, Ok(200)),
            (5000, None, 5900, Ok(100)),
            (5000, None, 5300, Ok(300)),
            (5000, Some(5999), 5999, Ok(1)),
            (5000, Some(5999), 6000, Err(Break::Duration)),
            (5000, None, 9000, Err(Break::Duration)),
            // The clock was set back.
            (5000, Some(5000), 10, Ok(300)),
        ] {
            assert_eq!(
                limits.look(began, waiting, now),
                expected,
                "{began} {waiting:?} {now}"
            );
        }
        let forever = Limits {
            idle_timeout_ms: u32::MAX,
            max_duration_ms: u32::MAX,
            max_answer_bytes: 1,
        };
        assert_eq!(forever.look(0, Some(0), 0), Ok(LONGEST_TIMER_MS));
    }
}
