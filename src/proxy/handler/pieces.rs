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

    /// Takes so many bytes from the beginning. A piece that goes as it came is not copied.
    pub(super) fn take(&mut self, len: usize) -> VecDeque<Uint8Array> {
        let mut taken = VecDeque::new();
        let mut left = u32::try_from(len).unwrap_or(u32::MAX);
        while left > 0 {
            let Some(piece) = self.0.pop_front() else {
                break;
            };
            let length = piece.length();
            if length > left {
                self.0.push_front(piece.subarray(left, length));
                taken.push_back(piece.subarray(0, left));
                break;
            }
            left -= length;
            taken.push_back(piece);
        }
        taken
    }

    /// All of it as one.
    pub(super) fn joined(self) -> Uint8Array {
        let length = self.0.iter().map(Uint8Array::length).sum();
        let all = Uint8Array::new_with_length(length);
        let mut at = 0;
        for piece in &self.0 {
            all.set(piece, at);
            at += piece.length();
        }
        all
    }

    /// As an array of JavaScript's.
    #[cfg(feature = "__npm-edge")]
    pub(crate) fn into_array(self) -> js_sys::Array {
        self.0.iter().collect()
    }
}
