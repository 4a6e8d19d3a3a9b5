//! How slowly a request's body may come (threat table, row P3).

use serde::Deserialize;

/// How slowly a body may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// How long it may stand still, in milliseconds.
    pub idle_ms: u32,
    /// How long it may take, in milliseconds, and besides `ms_per_block` for each [`BLOCK_BYTES`]
    /// that have come.
    pub base_ms: u32,
    /// See `base_ms`.
    pub ms_per_block: u32,
}

/// See [`Pace::base_ms`].
pub const BLOCK_BYTES: u64 = 64 * 1024;

/// Why a body ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooSlow {
    /// Nothing came for so many milliseconds.
    Idle(u32),
    /// It took longer than so many milliseconds.
    Duration(u64),
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            idle_ms: 30_000,
            base_ms: 60_000,
            ms_per_block: 1000,
        }
    }
}

impl Pace {
    /// Looks at the clock: `began_ms` is when the body was first waited for, `last_ms` when its last
    /// piece came, `bytes` how much has come. Gives the milliseconds after which to look again: no
    /// limit is reached before.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn look(
        &self,
        began_ms: u64,
        last_ms: u64,
        bytes: u64,
        now_ms: u64,
    ) -> Result<u32, TooSlow> {
        // A clock that was set back is no silence.
        let left = |since_ms: u64, limit_ms: u64| {
            limit_ms
                .checked_sub(now_ms.saturating_sub(since_ms))
                .filter(|left| *left > 0)
        };
        let blocks = bytes / BLOCK_BYTES;
        let whole_ms = blocks
            .saturating_mul(self.ms_per_block.into())
            .saturating_add(self.base_ms.into());
        let idle = left(last_ms, self.idle_ms.into()).ok_or(TooSlow::Idle(self.idle_ms))?;
        let whole = left(began_ms, whole_ms).ok_or(TooSlow::Duration(whole_ms))?;
        Ok(u32::try_from(idle.min(whole)).unwrap_or(self.idle_ms))
    }
}

impl std::fmt::Display for TooSlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Idle(ms) => write!(
                f,
                "Nothing of the request body came for {} seconds.",
                seconds(u64::from(*ms))
            ),
            Self::Duration(ms) => write!(
                f,
                "The request body took longer than {} seconds.",
                seconds(*ms)
            ),
        }
    }
}

/// Whole seconds, of a shorter time one.
const fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_stand_still_for_half_a_minute_and_take_a_minute_and_more_by_its_size() {
        let pace = Pace::default();
        let block = BLOCK_BYTES;
        for (last_ms, bytes, now_ms, expected) in [
            (0, 0, 0, Ok(30_000)),
            (0, 0, 29_999, Ok(1)),
            (0, 0, 30_000, Err(TooSlow::Idle(30_000))),
            (29_999, 1, 30_000, Ok(29_999)),
            (50_000, 1, 50_000, Ok(10_000)),
            (59_999, 1, 59_999, Ok(1)),
            (59_999, block - 1, 60_000, Err(TooSlow::Duration(60_000))),
            (60_000, block, 60_000, Ok(1000)),
            (60_999, block, 61_000, Err(TooSlow::Duration(61_000))),
            (75_000, 16 * block, 75_999, Ok(1)),
            (75_000, 16 * block, 76_000, Err(TooSlow::Duration(76_000))),
            (0, u64::MAX, 1, Ok(29_999)),
            (0, u64::MAX, 40_000, Err(TooSlow::Idle(30_000))),
        ] {
            let looked = pace.look(0, last_ms, bytes, now_ms);
            assert_eq!(looked, expected, "{last_ms} {bytes} {now_ms}");
        }
        assert_eq!(pace.look(9000, 9000, 0, 10), Ok(30_000), "set back");
    }

    #[test]
    fn the_answer_names_the_time() {
        for (fault, said) in [
            (
                TooSlow::Idle(30_000),
                "Nothing of the request body came for 30 seconds.",
            ),
            (
                TooSlow::Duration(61_000),
                "The request body took longer than 61 seconds.",
            ),
            (
                TooSlow::Idle(200),
                "Nothing of the request body came for 1 seconds.",
            ),
        ] {
            assert_eq!(fault.to_string(), said);
        }
    }
}
