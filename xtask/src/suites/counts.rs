//! How many tests passed, failed and were skipped, read from what the test programs print.

use std::fmt;
use std::ops::AddAssign;

/// The outcome of a suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl Counts {
    /// One check that held.
    pub fn success() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    /// One check that did not, or a suite that could not run.
    pub fn failure() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    /// Sums the `test result:` lines of cargo's and wasm-bindgen's test programs.
    pub fn of_cargo(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "))
        {
            let words: Vec<&str> = line
                .split([' ', ';', '.'])
                .filter(|word| !word.is_empty())
                .collect();
            for pair in words.windows(2) {
                let &[number, word] = pair else { continue };
                sum.count(word, number);
            }
        }
        sum
    }

    /// Reads the closing comments of a TAP report.
    pub fn of_tap(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines() {
            if let Some((word, number)) = line
                .strip_prefix("# ")
                .and_then(|line| line.split_once(' '))
            {
                sum.count(word, number);
            }
        }
        sum
    }

    fn count(&mut self, word: &str, number: &str) {
        let Ok(number) = number.parse::<u32>() else {
            return;
        };
        match word {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// A program that failed without a failed test (it did not compile, it crashed) counts as one;
    /// so does one that passed without a single test, which proves nothing.
    pub fn of_program(self, succeeded: bool) -> Self {
        let explained = if succeeded {
            self != Self::default()
        } else {
            self.failed > 0
        };
        Self {
            failed: self.failed + u32::from(!explained),
            ..self
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(passed: u32, failed: u32, skipped: u32) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn the_lines_of_all_test_programs_are_summed() {
        let output = "running 2 tests\n\
            test result: ok. 13 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            noise: 9 passed\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 filtered out; finished in 1.20s\n";
        assert_eq!(Counts::of_cargo(output), counts(15, 3, 1));
    }

    #[test]
    fn a_tap_report_is_read_from_its_closing_comments() {
        let report = "TAP version 13\n# Subtest: fail 9\nok 1 - a\n    # pass 7\n1..1\n\
            # tests 6\n# suites 0\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 9.1\n";
        assert_eq!(Counts::of_tap(report), counts(2, 2, 2));
    }

    #[test]
    fn a_program_that_fails_or_proves_nothing_is_a_failure() {
        let cases = [
            (counts(3, 0, 0), true, counts(3, 0, 0)),
            (counts(3, 0, 0), false, counts(3, 1, 0)),
            (counts(3, 2, 0), false, counts(3, 2, 0)),
            (counts(0, 0, 1), true, counts(0, 0, 1)),
            (counts(0, 0, 0), true, counts(0, 1, 0)),
            (counts(0, 0, 0), false, counts(0, 1, 0)),
        ];
        for (found, succeeded, expected) in cases {
            assert_eq!(
                found.of_program(succeeded),
                expected,
                "{found:?} {succeeded}"
            );
        }
    }

    #[test]
    fn the_closing_line_has_its_fixed_form() {
        assert_eq!(
            counts(120, 0, 2).to_string(),
            "120 passed, 0 failed, 2 skipped"
        );
    }
}
