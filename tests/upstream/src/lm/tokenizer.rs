//! Text to tokens and back. Ids are stable as long as `corpus.txt` is:
//! 0..=255 are the bytes, then the corpus's pieces by first appearance, and
//! 50256 ends a text, as in the documents' `{"50256": -100}` example.

use std::collections::HashMap;

/// A token's public id.
pub type Token = u32;

/// Ends a text (`<|endoftext|>`).
pub const END_OF_TEXT: Token = 50256;

/// How the end of text is written in a prompt or a stop list.
pub const END_OF_TEXT_MARK: &str = "<|endoftext|>";

/// Pieces that the fixed answer has and the corpus may lack.
const EXTRA: [&str; 4] = ["This", " is", " a", " test"];

/// The vocabulary.
pub struct Tokenizer {
    pieces: Vec<Vec<u8>>,
    ids: HashMap<Vec<u8>, Token>,
    longest: usize,
}

impl Tokenizer {
    /// Builds the vocabulary of `texts`.
    pub fn train(texts: &[&str]) -> Self {
        let mut tokenizer = Self {
            pieces: (0..=255_u8).map(|byte| vec![byte]).collect(),
            ids: (0..=255_u8)
                .map(|byte| (vec![byte], Token::from(byte)))
                .collect(),
            longest: 1,
        };
        let pieces: Vec<&str> = texts
            .iter()
            .flat_map(|text| split(text))
            .chain(EXTRA)
            .collect();
        for piece in &pieces {
            tokenizer.add(piece.as_bytes());
        }
        // For words that the corpus lacks: its words without their space, and
        // letters with one.
        for piece in &pieces {
            tokenizer.add(piece.trim_start_matches(' ').as_bytes());
        }
        for letter in (b'a'..=b'z').chain(b'A'..=b'Z') {
            tokenizer.add(&[b' ', letter]);
        }
        tokenizer
    }

    fn add(&mut self, piece: &[u8]) {
        if !piece.is_empty() && !self.ids.contains_key(piece) {
            self.ids.insert(piece.to_vec(), self.pieces.len() as Token);
            self.pieces.push(piece.to_vec());
            self.longest = self.longest.max(piece.len());
        }
    }

    /// Pieces besides the end of text.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there is nothing in the vocabulary (never).
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The tokens of `text`. Unknown words fall into the longest known pieces,
    /// at last into bytes.
    pub fn encode(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        for (index, part) in text.split(END_OF_TEXT_MARK).enumerate() {
            if index > 0 {
                tokens.push(END_OF_TEXT);
            }
            for piece in split(part) {
                let mut rest = piece.as_bytes();
                while !rest.is_empty() {
                    let (token, length) = self.longest_prefix(rest);
                    tokens.push(token);
                    rest = rest.get(length..).unwrap_or_default();
                }
            }
        }
        tokens
    }

    fn longest_prefix(&self, bytes: &[u8]) -> (Token, usize) {
        for length in (1..=bytes.len().min(self.longest)).rev() {
            if let Some(token) = bytes.get(..length).and_then(|piece| self.ids.get(piece)) {
                return (*token, length);
            }
        }
        (bytes.first().copied().map_or(END_OF_TEXT, Token::from), 1)
    }

    /// The bytes of one token; none for the end of text and unknown ids.
    pub fn bytes(&self, token: Token) -> &[u8] {
        self.pieces.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether `token` is in the vocabulary.
    pub fn knows(&self, token: Token) -> bool {
        token == END_OF_TEXT || (token as usize) < self.pieces.len()
    }

    /// The text of `tokens`; invalid UTF-8 becomes U+FFFD.
    pub fn decode(&self, tokens: &[Token]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .flat_map(|token| self.bytes(*token))
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    Newline,
    Other,
}

fn class(c: char) -> Class {
    match c {
        '\n' => Class::Newline,
        c if c.is_alphabetic() || c == '\'' || c == '’' => Class::Letter,
        c if c.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

/// Cuts text into words (with the space before them), numbers, line ends and
/// single signs.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let space = if first == ' ' { 1 } else { 0 };
        let body = rest.get(space..).unwrap_or_default();
        let mut end = space;
        if let Some(head) = body.chars().next() {
            let kind = class(head);
            let limit = match kind {
                Class::Letter | Class::Newline => usize::MAX,
                Class::Digit => 3,
                Class::Other => 1,
            };
            // A space belongs to the word or sign after it, but not to a space or a line end.
            if space == 1 && (head == ' ' || kind == Class::Newline) {
                end = 1;
            } else {
                end += body
                    .chars()
                    .take_while(|c| class(*c) == kind)
                    .take(limit)
                    .map(char::len_utf8)
                    .sum::<usize>();
            }
        }
        let (piece, tail) = rest.split_at(end.max(1).min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_survives_encoding_and_decoding() {
        let tokenizer = Tokenizer::train(&["A stream is a river.\nIt isn't a lake, is it?"]);
        for text in [
            "",
            " ",
            "  x",
            "A stream",
            "zebra 12345",
            "déjà vu 😀\n\n ok",
            "{\"a\": [1]}",
        ] {
            assert_eq!(tokenizer.decode(&tokenizer.encode(text)), text);
        }
    }

    #[test]
    fn a_known_word_is_one_token_and_an_unknown_one_falls_into_pieces() {
        let tokenizer = Tokenizer::train(&["A stream is a river."]);
        assert_eq!(tokenizer.encode(" stream").len(), 1);
        assert!(tokenizer.encode(" streams").len() > 1);
        assert_eq!(tokenizer.encode(END_OF_TEXT_MARK), [END_OF_TEXT]);
    }
}
