//! Counting a text that grows at its end.

use alloc::vec::Vec;

use super::output::Output;
use super::tokenizer::Tokenizer;

/// How many of the last pieces are looked at for one that later text cannot change.
const LOOKED_AT: usize = 8;

/// The number of tokens of a text that comes in parts, while it is typed for example.
///
/// Text that later parts cannot change is counted once, so a part costs its own length and that of the
/// word that it continues.
///
/// ```
/// use openai_wasm::tokens::{Counter, Encoding, Tokenizer, cl100k_base};
///
/// let mut tokenizer = Tokenizer::new(Encoding::Cl100kBase, cl100k_base())?;
/// let mut counter = Counter::new();
/// counter.push(&mut tokenizer, "ChatGPT is gr");
/// assert_eq!(counter.push(&mut tokenizer, "eat!"), 6);
/// # Ok::<(), openai_wasm::tokens::TableError>(())
/// ```
#[derive(Default)]
pub struct Counter {
    /// The tokens of the pieces that are settled.
    settled: usize,
    /// The text after them.
    open: Vec<u8>,
}

impl Counter {
    /// Begins with an empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to the text and says how many tokens it has now. All parts of a text go to the same
    /// tokenizer.
    pub fn push(&mut self, tokenizer: &mut Tokenizer, text: &str) -> usize {
        self.push_bytes(tokenizer, text.as_bytes())
    }

    pub(crate) fn push_bytes(&mut self, tokenizer: &mut Tokenizer, text: &[u8]) -> usize {
        self.open.extend_from_slice(text);
        let pattern = tokenizer.pattern();
        let mut out = Output::counter();
        // Where the last pieces ended, and how many tokens there were.
        let mut ends = [(0, 0); LOOKED_AT];
        let mut start = 0;
        while start < self.open.len() {
            let end = pattern.end_of_piece(&self.open, start);
            tokenizer.piece(&self.open, start, end, &mut out);
            ends.rotate_left(1);
            if let Some(last) = ends.last_mut() {
                *last = (end, out.count());
            }
            start = end;
        }
        let total = self.settled + out.count();
        let settled = ends
            .iter()
            .rev()
            .find(|(end, _)| pattern.is_settled(&self.open, *end));
        if let Some((end, count)) = settled {
            self.open.drain(..*end);
            self.settled += count;
        }
        total
    }
}
