//! The tokenizer of one encoding.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::cache::{self, Cache, Key};
use super::encoding::Encoding;
use super::error::{DecodeError, TableError, UnknownSpecial};
use super::merge::merge_short;
use super::merges::{BYTES, Merges};
use super::output::Output;
use super::scan::Pattern;
use super::specials;
use super::table;
use super::window::Window;

/// Counts, encodes and decodes with one encoding.
///
/// It keeps the tokens of short pieces of text that it has seen, in half a megabyte, so that a text's
/// words are mostly merged once. Special tokens in a text are ordinary text, unless
/// [`encode_with_special`](Self::encode_with_special) allows them by name.
///
/// ```
/// use openai_wasm::tokens::{Encoding, Tokenizer, cl100k_base};
///
/// let mut tokenizer = Tokenizer::new(Encoding::Cl100kBase, cl100k_base())?;
/// assert_eq!(tokenizer.count("ChatGPT is great!"), 6);
/// # Ok::<(), openai_wasm::tokens::TableError>(())
/// ```
pub struct Tokenizer {
    encoding: Encoding,
    pattern: Pattern,
    merges: Merges,
    cache: Cache,
    window: Window,
    /// The tokens of one short piece.
    fresh: Vec<u32>,
}

impl Tokenizer {
    /// Opens a packed table, which takes some tens of milliseconds.
    ///
    /// # Errors
    ///
    /// The bytes are another encoding's table, or no table.
    pub fn new(encoding: Encoding, table: &[u8]) -> Result<Self, TableError> {
        // The table of merges is built where their lists were: fresh memory costs time, too.
        let memory = vec![0; Merges::slots_for(table::length(table))];
        let opened = table::open(encoding, table, memory)?;
        Ok(Self {
            encoding,
            pattern: match encoding {
                Encoding::R50kBase | Encoding::P50kBase => Pattern::Gpt2,
                Encoding::Cl100kBase => Pattern::Cl100k,
                Encoding::O200kBase | Encoding::O200kHarmony => Pattern::O200k,
            },
            merges: Merges::new(opened.pairs, opened.memory),
            cache: Cache::new(),
            window: Window::default(),
            fresh: Vec::new(),
        })
    }

    /// The encoding that this was made for.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How many tokens a text has.
    pub fn count(&mut self, text: &str) -> usize {
        self.count_bytes(text.as_bytes())
    }

    pub(crate) fn count_bytes(&mut self, text: &[u8]) -> usize {
        let mut out = Output::counter();
        self.read(text, &mut out);
        out.count()
    }

    /// The tokens of a text.
    pub fn encode(&mut self, text: &str) -> Vec<u32> {
        self.encode_bytes(text.as_bytes())
    }

    pub(crate) fn encode_bytes(&mut self, text: &[u8]) -> Vec<u32> {
        let mut out = Output::list(self.gap());
        self.read(text, &mut out);
        out.into_tokens()
    }

    /// The tokens of a text in which these special tokens, `<|endoftext|>` for example, are not text.
    ///
    /// # Errors
    ///
    /// The encoding has no such special token.
    pub fn encode_with_special(
        &mut self,
        text: &str,
        allowed: &[&str],
    ) -> Result<Vec<u32>, UnknownSpecial> {
        let mut names = Vec::new();
        for name in allowed {
            let token = specials::number(self.encoding, name).ok_or_else(|| UnknownSpecial {
                name: (*name).to_string(),
                encoding: self.encoding,
            })?;
            names.push((*name, token, text.find(name)));
        }
        let mut out = Output::list(self.gap());
        let mut rest = text;
        loop {
            let done = text.len() - rest.len();
            for (name, _, next) in &mut names {
                if next.is_some_and(|next| next < done) {
                    *next = rest.find(*name).map(|at| at + done);
                }
            }
            let next = names
                .iter()
                .filter_map(|(name, token, next)| Some((((*next)?), *name, *token)))
                .min();
            let Some((at, name, token)) = next else {
                break;
            };
            let (before, behind) = rest.split_at_checked(at - done).unwrap_or((rest, ""));
            self.read(before.as_bytes(), &mut out);
            out.special(token);
            rest = behind.get(name.len()..).unwrap_or_default();
        }
        self.read(rest.as_bytes(), &mut out);
        Ok(out.into_tokens())
    }

    /// The bytes that tokens stand for. They need not be UTF-8: a character may have several tokens.
    ///
    /// # Errors
    ///
    /// If a number is not a token of the encoding.
    pub fn decode(&self, tokens: &[u32]) -> Result<Vec<u8>, DecodeError> {
        let mut bytes = Vec::new();
        let mut waiting = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            if let Some(inner) = self.inner(*token) {
                self.merges.write_bytes(inner, &mut bytes, &mut waiting);
            } else if let Some(name) = specials::name(self.encoding, *token) {
                bytes.extend(name.bytes());
            } else {
                return Err(DecodeError {
                    index,
                    token: *token,
                    encoding: self.encoding,
                });
            }
        }
        Ok(bytes)
    }

    /// Cuts a text into pieces and merges each of them.
    fn read(&mut self, text: &[u8], out: &mut Output) {
        let mut start = 0;
        while start < text.len() {
            let end = self.pattern.end_of_piece(text, start);
            self.piece(text, start, end, out);
            start = end;
        }
    }

    pub(super) fn pattern(&self) -> Pattern {
        self.pattern
    }

    #[inline]
    pub(super) fn piece(&mut self, text: &[u8], start: usize, end: usize, out: &mut Output) {
        if end - start <= cache::LONGEST {
            let key = Key::of(text, start, end);
            if let Some(tokens) = self.cache.find(key) {
                out.known(tokens);
                return;
            }
            self.merge(text, start, end, out);
            self.cache.keep(key, &self.fresh);
        } else {
            self.merge(text, start, end, out);
        }
    }

    fn merge(&mut self, text: &[u8], start: usize, end: usize, out: &mut Output) {
        let piece = text.get(start..end).unwrap_or_default();
        self.fresh.clear();
        if merge_short(&self.merges, piece, &mut self.fresh) {
            out.extend(self.fresh.iter().copied());
        } else {
            self.window.merge(&self.merges, piece, out);
        }
    }

    /// The number that the row of tokens leaves out, and the one from which on theirs differ from ours.
    fn gap(&self) -> Option<u32> {
        (self.encoding == Encoding::P50kBase).then_some(specials::END_OF_TEXT_OF_GPT2)
    }

    /// Our number of a token that is not special.
    fn inner(&self, token: u32) -> Option<u32> {
        let inner = match self.gap() {
            Some(gap) if token == gap => return None,
            Some(gap) if token > gap => token - 1,
            _ => token,
        };
        (inner < BYTES || self.merges.split(inner).is_some()).then_some(inner)
    }
}
