//! The bytes of a response that its inspector has seen and not settled, as they came.

use std::collections::VecDeque;

use js_sys::Uint8Array;

/// Pieces of a body, in their order.
#[derive(Debug, Default)]
pub(crate) struct Pieces(VecDeque<Uint8Array>);

impl Pieces {
    pub(super) fn push(&mut self, piece: Uint8Array) {
        self.0.push_back(piece);
    }

    /// Takes so many bytes from the beginning, as one: two small writes cost twice as much as one. A
    /// piece that goes as it came is not copied.
    pub(super) fn take(&mut self, len: usize) -> Uint8Array {
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        if self.0.front().is_some_and(|piece| piece.length() < len) {
            self.join();
        }
        let Some(piece) = self.0.pop_front() else {
            return Uint8Array::new_with_length(0);
        };
        if piece.length() <= len {
            return piece;
        }
        self.0.push_front(piece.subarray(len, piece.length()));
        piece.subarray(0, len)
    }

    /// All of it as one.
    pub(super) fn joined(mut self) -> Uint8Array {
        self.join();
        self.0.pop_front().unwrap_or_default()
    }

    fn join(&mut self) {
        let length = self.0.iter().map(Uint8Array::length).sum();
        let all = Uint8Array::new_with_length(length);
        let mut at = 0;
        for piece in self.0.drain(..) {
            all.set(&piece, at);
            at += piece.length();
        }
        self.0.push_back(all);
    }
}

impl IntoIterator for Pieces {
    type Item = Uint8Array;
    type IntoIter = std::collections::vec_deque::IntoIter<Uint8Array>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
