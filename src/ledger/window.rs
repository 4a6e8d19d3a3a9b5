//! The time over which a limit counts.

use serde::{Deserialize, Serialize};

const DAY_MS: u64 = 86_400_000;

/// A fixed window in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Window {
    /// From midnight to midnight.
    Day,
    /// From the first of a month to the first of the next.
    Month,
    /// Everything since the beginning.
    Lifetime,
}

impl Window {
    /// Every window.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Lifetime];

    /// The window's name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Lifetime => "lifetime",
        }
    }

    /// The window of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.name() == name)
    }

    /// The number of the window that holds a time: days or months since January 1970, and 0 for the
    /// lifetime.
    #[must_use]
    pub const fn number(self, time_ms: u64) -> u64 {
        match self {
            Self::Day => time_ms / DAY_MS,
            Self::Month => month_of(time_ms / DAY_MS),
            Self::Lifetime => 0,
        }
    }

    /// When window `number` begins, in milliseconds since 1970.
    #[must_use]
    pub const fn start_ms(self, number: u64) -> u64 {
        match self {
            Self::Day => number.saturating_mul(DAY_MS),
            Self::Month => first_day(number).saturating_mul(DAY_MS),
            Self::Lifetime => 0,
        }
    }

    /// When window `number` ends and the next one begins; `None` for the lifetime.
    #[must_use]
    pub const fn end_ms(self, number: u64) -> Option<u64> {
        match self {
            Self::Lifetime => None,
            _ => Some(self.start_ms(number.saturating_add(1))),
        }
    }
}

// Years from the first of March, in eras of 400 years: Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms". No date here lies before 1970.
const DAYS_OF_ERA: u64 = 146_097;
const DAYS_BEFORE_1970: u64 = 719_468;

/// The month of a day.
const fn month_of(day: u64) -> u64 {
    let day = day.saturating_add(DAYS_BEFORE_1970);
    let (era, of_era) = (day / DAYS_OF_ERA, day % DAYS_OF_ERA);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let since_march = (5 * of_year + 2) / 153;
    (era * 400 + year) * 12 + since_march + 2 - 1970 * 12
}

/// The day on which month `number` begins.
const fn first_day(number: u64) -> u64 {
    // No time in milliseconds comes near this month.
    let number = if number < 1 << 40 { number } else { 1 << 40 };
    // March 1970 is month 2.
    let months = number + 1970 * 12 - 2;
    let (year, since_march) = (months / 12, months % 12);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * since_march + 2) / 5;
    (era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
        .saturating_sub(DAYS_BEFORE_1970)
}

#[cfg(test)]
mod tests {
    use super::Window;

    /// 2026-11-28 20:00 UTC.
    const NOW: u64 = 1_795_896_000_000;

    #[test]
    fn a_month_begins_where_the_last_one_ends_and_has_its_days() {
        let lengths = |leap| {
            [
                31,
                if leap { 29 } else { 28 },
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ]
        };
        let mut day = 0;
        for number in 0..12 * 500 {
            let year = 1970 + number / 12;
            let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            assert_eq!(Window::Month.start_ms(number), day * 86_400_000, "{number}");
            assert_eq!(Window::Month.number(day * 86_400_000), number);
            day += lengths(leap)[usize::try_from(number % 12).unwrap()];
            assert_eq!(Window::Month.number(day * 86_400_000 - 1), number);
            assert_eq!(Window::Month.end_ms(number), Some(day * 86_400_000));
        }
    }

    #[test]
    fn a_window_holds_its_times() {
        for window in Window::ALL {
            let number = window.number(NOW);
            assert!(window.start_ms(number) <= NOW);
            assert!(window.end_ms(number).is_none_or(|end| NOW < end));
            assert_eq!(Window::named(window.name()), Some(window));
        }
        assert_eq!(
            Window::Day.end_ms(Window::Day.number(NOW)),
            Some(1_795_910_400_000)
        );
        assert_eq!(
            Window::Month.end_ms(Window::Month.number(NOW)),
            Some(1_796_083_200_000)
        );
        assert_eq!(Window::named("week"), None);
    }

    #[test]
    fn no_time_makes_it_panic() {
        for window in Window::ALL {
            for time in [0, 1, u64::MAX / 2, u64::MAX] {
                let number = window.number(time);
                let _ = (
                    window.start_ms(number),
                    window.end_ms(u64::MAX),
                    window.start_ms(u64::MAX),
                );
            }
        }
    }
}
