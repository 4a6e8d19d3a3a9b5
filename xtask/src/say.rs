//! What a person reads while a command works: one short line a step, cargo's own look.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the last step began.
static BEGUN: Mutex<Option<Instant>> = Mutex::new(None);

/// A step shorter than this prints no time.
const WORTH_SAYING: Duration = Duration::from_secs(1);

/// A step, its label flush right as cargo prints its own. The seconds that it took are printed when
/// the next one begins.
pub fn step(label: &str, text: impl std::fmt::Display) {
    let last = BEGUN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(Instant::now());
    if let Some(took) = last
        .map(|begun| begun.elapsed())
        .filter(|took| *took >= WORTH_SAYING)
    {
        eprintln!("{:>12} {:.1} s", "", took.as_secs_f64());
    }
    eprintln!("{label:>12} {text}");
}

/// An error with its causes, one a line, without a backtrace: none of them is this program's bug.
pub fn failure(error: &anyhow::Error) {
    eprintln!("{:>12} {error}", "error");
    for cause in error.chain().skip(1) {
        eprintln!("{:>12} {cause}", "because");
    }
}

/// A table with aligned columns: the first flush left, the others flush right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::from(" ");
        for (index, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let aligned = match index {
                0 => format!(" {cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            };
            text.push_str(&aligned);
        }
        text.trim_end().to_owned() + "\n"
    };
    let mut text = line(head.to_vec());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_table_aligns_its_columns() {
        let rows = [
            vec!["native".to_owned(), "120".to_owned()],
            vec!["js".to_owned(), "7".to_owned()],
        ];
        let expected = "  suite   passed\n  native     120\n  js           7\n";
        assert_eq!(table(&["suite", "passed"], &rows), expected);
    }
}
