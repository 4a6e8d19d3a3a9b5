//! What the events of one stream have in common, so that only the rest need be read.
//!
//! The events of an answer are near-identical: a few values change, all bytes around them stay. A
//! template keeps one event's block and the places of the values that have been seen to change,
//! its *holes*. An event fits if every byte outside the holes is equal and each hole holds one
//! sound JSON leaf: then the event is sound JSON of the same structure, and nothing else of it
//! need be looked at.

use alloc::vec::Vec;

use super::leaves::{Leaf, Role, leaf_end, leaves};

/// Structures that are known at once: four choices, the opening and closing chunks, tool calls.
pub(super) const SLOTS: usize = 8;
const MAX_HOLES: usize = 24;
/// Blocks larger than this are not worth remembering.
const MAX_BLOCK: usize = 4096;
/// How many vain lessons there may be before learning becomes rare, and how rare.
const PATIENCE: u32 = 32;
const REST: u32 = 64;

#[derive(Debug, Default)]
struct Template {
    block: Vec<u8>,
    leaves: Vec<Leaf>,
    /// Indexes of the leaves that are holes, ascending.
    holes: Vec<usize>,
    /// The length of everything outside the holes.
    fixed_len: usize,
    /// Which hole holds the text of choice 0.
    text: Option<usize>,
    /// The slot of the event that followed the last one of this template.
    successor: usize,
}

/// The templates of one stream.
#[derive(Debug, Default)]
pub(super) struct Templates {
    slots: Vec<Template>,
    /// The slot of the last event that fitted or was learned.
    last: usize,
    /// Where the values stand in the bytes of the last fit.
    values: Vec<(usize, usize)>,
    /// Memory for a lesson.
    found: Vec<Leaf>,
    holes: Vec<usize>,
    oldest: usize,
    patience: Option<u32>,
    rest: u32,
}

/// A block that fits a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) slot: usize,
    /// The block's length in bytes.
    pub(super) len: usize,
    /// Which of the values is the text of choice 0.
    pub(super) text: Option<usize>,
}

impl Templates {
    /// Looks whether `bytes` start with a whole block that fits. [`Self::values`] then tells where.
    pub(super) fn fit(&mut self, bytes: &[u8]) -> Option<Fit> {
        let guess = self.slots.get(self.last)?.successor;
        if let Some(fit) = self.fit_slot(guess, bytes) {
            return Some(fit);
        }
        (0..self.slots.len())
            .filter(|slot| *slot != guess)
            .find_map(|slot| self.fit_slot(slot, bytes))
    }

    fn fit_slot(&mut self, slot: usize, bytes: &[u8]) -> Option<Fit> {
        let template = self.slots.get(slot)?;
        if bytes.len() < template.fixed_len || template.block.is_empty() {
            return None;
        }
        self.values.clear();
        let (mut at, mut from) = (0, 0);
        for hole in &template.holes {
            let leaf = template.leaves.get(*hole)?;
            let fixed = template.block.get(from..leaf.start)?;
            if !same(fixed, bytes.get(at..at + fixed.len())?) {
                return None;
            }
            at += fixed.len();
            let end = leaf_end(bytes, at)?;
            // Texts are joined: cut-off sequences of two events must not become one character.
            // Only such a rest begins with a continuation byte.
            if bytes.get(at + 1).is_some_and(|byte| *byte & 0xc0 == 0x80) {
                return None;
            }
            self.values.push((at, end));
            (at, from) = (end, leaf.end);
        }
        let fixed = template.block.get(from..)?;
        let len = at + fixed.len();
        if !same(fixed, bytes.get(at..len)?) {
            return None;
        }
        let text = template.text;
        self.follow(slot);
        self.patience = Some(
            self.patience
                .map_or(PATIENCE, |left| PATIENCE.min(left + 1)),
        );
        Some(Fit { slot, len, text })
    }

    /// Where the values of the last fit stand, in the order of the holes.
    pub(super) fn values(&self) -> &[(usize, usize)] {
        &self.values
    }

    /// Learns from a block whose data is the JSON from `start` to `end`. Gives the slot if its
    /// template is another one from now on.
    pub(super) fn learn(&mut self, block: &[u8], start: usize, end: usize) -> Option<usize> {
        if block.len() > MAX_BLOCK || !self.is_patient() {
            return None;
        }
        let mut found = core::mem::take(&mut self.found);
        let slot = leaves(block.get(start..end)?, &mut found).and_then(|()| {
            for leaf in &mut found {
                leaf.start += start;
                leaf.end += start;
            }
            self.place(block, &found)
        });
        self.found = found;
        slot
    }

    /// Which leaves of the slot's template are holes, for the side that builds the chunks.
    pub(super) fn holes(&self, slot: usize) -> &[usize] {
        self.slots
            .get(slot)
            .map(|template| template.holes.as_slice())
            .unwrap_or_default()
    }

    fn is_patient(&mut self) -> bool {
        let left = self.patience.get_or_insert(PATIENCE);
        if *left > 0 {
            *left -= 1;
            return true;
        }
        self.rest += 1;
        self.rest.is_multiple_of(REST)
    }

    fn place(&mut self, block: &[u8], found: &[Leaf]) -> Option<usize> {
        let mut holes = core::mem::take(&mut self.holes);
        let known = self
            .slots
            .iter()
            .position(|template| template.holes_with(block, found, &mut holes));
        let slot = known.unwrap_or_else(|| {
            holes.clear();
            let texts = found.iter().enumerate().filter_map(|(at, leaf)| {
                matches!(leaf.role, Role::Text | Role::OtherText).then_some(at)
            });
            holes.extend(texts);
            self.free_slot()
        });
        let mut learned = false;
        if let Some(template) = self.slots.get_mut(slot) {
            // An event that only came in pieces teaches nothing new.
            learned = holes.len() <= MAX_HOLES && (known.is_none() || template.holes != holes);
            if learned {
                template.remember(block, found, &holes);
            }
        }
        self.holes = holes;
        self.follow(slot);
        learned.then_some(slot)
    }

    fn free_slot(&mut self) -> usize {
        if self.slots.len() < SLOTS {
            let successor = self.slots.len();
            self.slots.push(Template {
                successor,
                ..Template::default()
            });
            return successor;
        }
        self.oldest = (self.oldest + 1) % SLOTS;
        self.oldest
    }

    fn follow(&mut self, slot: usize) {
        if let Some(template) = self.slots.get_mut(self.last) {
            template.successor = slot;
        }
        self.last = slot;
    }
}

impl Template {
    fn remember(&mut self, block: &[u8], found: &[Leaf], holes: &[usize]) {
        let leaf = |hole: &usize| found.get(*hole);
        let in_holes: usize = holes.iter().filter_map(leaf).map(|l| l.end - l.start).sum();
        let is_text = |hole: &usize| leaf(hole).is_some_and(|leaf| leaf.role == Role::Text);
        self.fixed_len = block.len() - in_holes;
        self.text = holes.iter().position(is_text);
        self.block.clear();
        self.block.extend_from_slice(block);
        self.leaves.clear();
        self.leaves.extend_from_slice(found);
        self.holes.clear();
        self.holes.extend_from_slice(holes);
    }

    /// Whether this template's block and another one have one structure; `holes` are then those
    /// that fit both.
    fn holes_with(&self, block: &[u8], found: &[Leaf], holes: &mut Vec<usize>) -> bool {
        holes.clear();
        self.compare(block, found, holes).unwrap_or(false)
    }

    fn compare(&self, block: &[u8], found: &[Leaf], holes: &mut Vec<usize>) -> Option<bool> {
        if found.len() != self.leaves.len() {
            return None;
        }
        let (mut from, mut other_from) = (0, 0);
        for (at, (leaf, other)) in self.leaves.iter().zip(found).enumerate() {
            let fixed = self.block.get(from..leaf.start)?;
            if leaf.role != other.role || !same(fixed, block.get(other_from..other.start)?) {
                return None;
            }
            (from, other_from) = (leaf.end, other.end);
            let value = self.block.get(leaf.start..leaf.end)?;
            let differs = value != block.get(other.start..other.end)?;
            if differs && leaf.role == Role::Pinned {
                return None;
            }
            if differs || self.holes.contains(&at) {
                holes.push(at);
            }
        }
        Some(same(self.block.get(from..)?, block.get(other_from..)?))
    }
}

/// Equality by words, in a loop that stays quick when the build is optimised for size:
/// WebAssembly has no fast `memcmp` of its own.
fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    while let (Some((a_word, a_rest)), Some((b_word, b_rest))) =
        (a.split_first_chunk::<16>(), b.split_first_chunk::<16>())
    {
        if u128::from_ne_bytes(*a_word) != u128::from_ne_bytes(*b_word) {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    a.iter().eq(b)
}
