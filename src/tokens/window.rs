//! Merging a piece of any length in windows, in bounded memory.
//!
//! A window is merged for itself, from the last tokens of the one before on. Where the two rows meet,
//! `Merges::may_stand_together` tells whether they are what merging the whole gives; if not, the
//! window is merged again from further back.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::bytes::token_of_byte;
use super::merges::{Merges, NONE};
use super::output::Output;

/// How many new bytes a window takes.
const NEW_BYTES: usize = 384;
/// How many bytes before them are merged again at first.
const AGAIN: usize = 24;
/// How many tokens wait before those at the front are given away.
const WAITING: usize = 2048;

/// A token and where in the piece it begins.
#[derive(Clone, Copy)]
struct Placed {
    token: u32,
    start: usize,
}

#[derive(Clone, Copy)]
struct Node {
    token: u32,
    /// What this token and the next become.
    joined: u32,
    before: u32,
    next: u32,
}

/// The memory that merging in windows needs; it is kept from piece to piece.
#[derive(Default)]
pub struct Window {
    nodes: Vec<Node>,
    /// Pairs that may be merged: the token that they become, and the place of the left one.
    heap: BinaryHeap<Reverse<(u32, u32)>>,
    row: Vec<Placed>,
}

impl Window {
    /// Appends the tokens of a piece.
    pub fn merge(&mut self, merges: &Merges, piece: &[u8], out: &mut Output) {
        let before = out.count();
        if !self.try_merge(merges, piece, out, WAITING) {
            out.back_to(before);
            self.try_merge(merges, piece, out, usize::MAX);
        }
        // What an odd piece took is not kept.
        self.row.shrink_to(2 * WAITING);
    }

    /// Fails if it wants to go back to tokens that are given away.
    fn try_merge(
        &mut self,
        merges: &Merges,
        piece: &[u8],
        out: &mut Output,
        waiting: usize,
    ) -> bool {
        self.row.clear();
        let (mut merged, mut gone) = (0, false);
        while merged < piece.len() {
            let end = piece.len().min(merged + NEW_BYTES);
            let mut kept = self
                .row
                .partition_point(|placed| placed.start + AGAIN < merged);
            let start = loop {
                let start = self.row.get(kept).map_or(merged, |placed| placed.start);
                self.merge_window(merges, piece.get(start..end).unwrap_or_default());
                let Some(last) = kept.checked_sub(1).and_then(|at| self.row.get(at)) else {
                    if gone {
                        return false;
                    }
                    break start;
                };
                let first = self.nodes.first().map_or(NONE, |node| node.token);
                if merges.may_stand_together(last.token, first) {
                    break start;
                }
                let back = (self.row.len() - kept).max(1) * 2;
                kept = self.row.len().saturating_sub(back);
            };
            self.row.truncate(kept);
            let mut at = 0;
            while let Some(node) = self.nodes.get(at) {
                self.row.push(Placed {
                    token: node.token,
                    start: start + at,
                });
                at = node.next as usize;
            }
            if self.row.len() > waiting {
                let leaving = self.row.len() / 2;
                out.extend(self.row.drain(..leaving).map(|placed| placed.token));
                gone = true;
            }
            merged = end;
        }
        out.extend(self.row.drain(..).map(|placed| placed.token));
        true
    }

    /// Merges a few bytes into `nodes`; the first token stands at 0, the others where `next` leads.
    fn merge_window(&mut self, merges: &Merges, bytes: &[u8]) {
        self.nodes.clear();
        self.heap.clear();
        let mut bytes = bytes.iter().peekable();
        let mut at = 0_u32;
        while let Some(byte) = bytes.next() {
            let token = token_of_byte(*byte);
            let joined = bytes
                .peek()
                .map_or(NONE, |next| merges.join_bytes(token, token_of_byte(**next)));
            self.nodes.push(Node {
                token,
                joined,
                before: at.wrapping_sub(1),
                next: at + 1,
            });
            if joined != NONE {
                self.heap.push(Reverse((joined, at)));
            }
            at += 1;
        }
        while let Some(Reverse((token, at))) = self.heap.pop() {
            let Some(left) = self.node(at).filter(|node| node.joined == token) else {
                continue; // What it was made of is gone.
            };
            let Some(right) = self.node(left.next) else {
                continue;
            };
            if let Some(node) = self.nodes.get_mut(left.next as usize) {
                node.joined = NONE;
            }
            if let Some(node) = self.nodes.get_mut(right.next as usize) {
                node.before = at;
            }
            if let Some(node) = self.nodes.get_mut(at as usize) {
                node.next = right.next;
                node.token = token;
            }
            self.join(merges, at);
            self.join(merges, left.before);
        }
    }

    fn node(&self, at: u32) -> Option<Node> {
        self.nodes.get(at as usize).copied()
    }

    /// Finds anew what the token at a place becomes with the next.
    fn join(&mut self, merges: &Merges, at: u32) {
        let Some(left) = self.node(at) else {
            return;
        };
        let joined = self
            .node(left.next)
            .map_or(NONE, |right| merges.join(left.token, right.token));
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.joined = joined;
        }
        if joined != NONE {
            self.heap.push(Reverse((joined, at)));
        }
    }
}
