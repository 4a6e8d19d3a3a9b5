//! Where tokens go: into a list, or only into a number.

use alloc::vec::Vec;

use super::merges::NONE;

/// Tokens that were found, or how many.
#[derive(Default)]
pub struct Output {
    count: usize,
    list: Option<Vec<u32>>,
    /// Tokens from here on have the number that follows theirs: of `p50k_base`, whose row has a gap.
    gap: Option<u32>,
}

impl Output {
    /// Counts only.
    pub fn counter() -> Self {
        Self::default()
    }

    /// Keeps the tokens.
    pub fn list(gap: Option<u32>) -> Self {
        Self {
            list: Some(Vec::new()),
            gap,
            ..Self::default()
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn extend(&mut self, tokens: impl Iterator<Item = u32>) {
        for token in tokens {
            self.count += 1;
            if let Some(list) = &mut self.list {
                let skipped = self.gap.is_some_and(|gap| token >= gap);
                list.push(token + u32::from(skipped));
            }
        }
    }

    /// Takes the tokens that the cache has of a piece.
    #[inline]
    pub fn known(&mut self, tokens: &[u32]) {
        if self.list.is_none() {
            self.count += tokens.iter().filter(|token| **token != NONE).count();
        } else {
            self.extend(tokens.iter().copied().take_while(|token| *token != NONE));
        }
    }

    /// Takes a special token, whose number is final.
    pub fn special(&mut self, token: u32) {
        self.count += 1;
        self.list.iter_mut().for_each(|list| list.push(token));
    }

    /// Forgets what came after the first `count` tokens.
    pub fn back_to(&mut self, count: usize) {
        self.count = count;
        self.list.iter_mut().for_each(|list| list.truncate(count));
    }

    pub fn into_tokens(self) -> Vec<u32> {
        self.list.unwrap_or_default()
    }
}
