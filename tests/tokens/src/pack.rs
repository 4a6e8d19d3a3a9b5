//! Packs a list of merges as `src/tokens/table` opens it.

use anyhow::{Context, Result, ensure};

use crate::table::bits::{LEARNS, PROBABILITY_BITS};
use crate::table::bytes::byte_of_token;
use crate::table::frequencies::{
    KINDS, LEFT_CLASS, LEFT_STEP, LEVEL_BITS, RIGHT_CLASS, RIGHT_STEP, SCALE_BITS, each_level,
    frequencies,
};
use crate::table::model::{Class, FIRST_CLASSES, Lists, step_of};

const LOWEST: u64 = 1 << 31;

/// What the streams hold.
#[derive(Clone, Copy)]
enum Item {
    Symbol { context: usize, symbol: usize },
    Bits { value: u32, count: u32 },
}

pub fn pack(number: u8, merges: &[(u32, u32)]) -> Result<Vec<u8>> {
    let classes = classes(merges);
    let mut lengths = vec![0_usize; FIRST_CLASSES];
    for class in &classes {
        lengths[usize::from(class.first)] += 1;
    }
    let (left, right) = items(merges, &classes, &lengths)?;
    let mut counts: Vec<Vec<u32>> = KINDS
        .iter()
        .flat_map(|(contexts, symbols)| vec![vec![0; *symbols]; *contexts])
        .collect();
    for item in left.iter().chain(&right) {
        if let Item::Symbol { context, symbol } = item {
            counts[*context][*symbol] += 1;
        }
    }
    let levels: Vec<Vec<u8>> = counts.iter().map(|counts| levels(counts)).collect();
    let head = write_levels(&levels);
    let (left, right) = (stream(&left, &levels), stream(&right, &levels));
    println!(
        "  frequencies {} bytes, left {}, right {}",
        head.len(),
        left.len(),
        right.len()
    );

    let mut table = vec![number];
    let mut write = |value: usize, bytes: usize| {
        table.extend(&value.to_le_bytes()[..bytes]);
    };
    write(merges.len(), 3);
    write(checksum(merges) as usize, 4);
    for length in lengths {
        ensure!(length < 1 << 16, "a class has {length} tokens");
        write(length, 2);
    }
    write(head.len(), 2);
    table.extend(&head);
    table.extend(&left.len().to_le_bytes()[..3]);
    table.extend(left);
    table.extend(right);
    Ok(table)
}

fn classes(merges: &[(u32, u32)]) -> Vec<Class> {
    let mut classes: Vec<Class> = (0..=255)
        .map(|token| Class::of_byte(byte_of_token(token)))
        .collect();
    for (left, right) in merges {
        classes.push(classes[*left as usize].join(classes[*right as usize]));
    }
    classes
}

fn items(
    merges: &[(u32, u32)],
    classes: &[Class],
    lengths: &[usize],
) -> Result<(Vec<Item>, Vec<Item>)> {
    let empty = || Lists::new(lengths.iter().copied(), Vec::new());
    let (mut lefts, mut rights) = (empty(), empty());
    for (token, class) in classes.iter().take(256).enumerate() {
        lefts.add(class.first.into(), token as u32);
        rights.add(class.first.into(), token as u32);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (number, (one, two)) in merges.iter().enumerate() {
        let (of_one, of_two) = (classes[*one as usize], classes[*two as usize]);
        left.push(Item::Symbol {
            context: LEFT_CLASS,
            symbol: of_one.first.into(),
        });
        place(&mut lefts, of_one.first.into(), *one, LEFT_STEP, &mut left)?;
        right.push(Item::Symbol {
            context: RIGHT_CLASS + usize::from(of_one.last),
            symbol: of_two.first.into(),
        });
        place(
            &mut rights,
            of_two.first.into(),
            *two,
            RIGHT_STEP,
            &mut right,
        )?;
        let token = number + 256;
        lefts.add(classes[token].first.into(), token as u32);
        rights.add(classes[token].first.into(), token as u32);
    }
    Ok((left, right))
}

fn place(
    lists: &mut Lists,
    class: usize,
    token: u32,
    steps: usize,
    out: &mut Vec<Item>,
) -> Result<()> {
    let place = lists.tokens(class).position(|found| found == token);
    let place = place.context("a token is used before it is made")?;
    ensure!(
        lists.take(class, place) == Some(token),
        "the lists are wrong"
    );
    let (symbol, count, value) = step_of(place as u32);
    out.push(Item::Symbol {
        context: steps + class,
        symbol,
    });
    out.push(Item::Bits { value, count });
    Ok(())
}

/// The levels that come nearest to these counts.
fn levels(counts: &[u32]) -> Vec<u8> {
    let total: u32 = counts.iter().sum();
    let level = |count: &u32| {
        if *count == 0 {
            return 0;
        }
        let share = f64::from(*count) / f64::from(total) * f64::from(1 << (SCALE_BITS - 1));
        ((share.log2() * 4.0).round() as i32 + 1).clamp(1, (1 << LEVEL_BITS) - 1) as u8
    };
    counts.iter().map(level).collect()
}

/// LZMA's range coder, the writing side.
struct BitWriter {
    low: u64,
    range: u32,
    bytes: Vec<u8>,
}

impl BitWriter {
    fn bit(&mut self, probability: &mut u16, bit: u32) {
        let bound = (self.range >> PROBABILITY_BITS) * u32::from(*probability);
        if bit == 0 {
            self.range = bound;
            *probability += ((1 << PROBABILITY_BITS) - *probability) >> LEARNS;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
            *probability -= *probability >> LEARNS;
        }
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        if self.low >> 32 > 0 {
            // A carry goes through the bytes that are out already.
            for byte in self.bytes.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
            self.low &= u64::from(u32::MAX);
        }
        self.bytes.push((self.low >> 24) as u8);
        self.low = self.low << 8 & u64::from(u32::MAX);
    }
}

fn write_levels(levels: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = BitWriter {
        low: 0,
        range: u32::MAX,
        bytes: Vec::new(),
    };
    each_level(|context, symbol, tree| {
        let level = levels[context][symbol];
        writer.bit(&mut tree[0], u32::from(level > 0));
        if level == 0 {
            return level;
        }
        let mut node = 1;
        for at in (0..LEVEL_BITS).rev() {
            let bit = u32::from(level) >> at & 1;
            writer.bit(&mut tree[node], bit);
            node = node << 1 | bit as usize;
        }
        level
    });
    for _ in 0..4 {
        writer.shift();
    }
    writer.bytes
}

/// Range ANS writes backwards what is read forwards.
fn stream(items: &[Item], levels: &[Vec<u8>]) -> Vec<u8> {
    let sums: Vec<Vec<u32>> = levels
        .iter()
        .map(|levels| {
            let mut sums = vec![0];
            for frequency in frequencies(levels) {
                sums.push(sums[sums.len() - 1] + frequency);
            }
            sums
        })
        .collect();
    let mut state = LOWEST;
    let mut words = Vec::new();
    for item in items.iter().rev() {
        let (frequency, below, bits) = match *item {
            Item::Symbol { context, symbol } => {
                let sums = &sums[context];
                (sums[symbol + 1] - sums[symbol], sums[symbol], SCALE_BITS)
            }
            Item::Bits { value, count } => (1, value, count),
        };
        if bits == 0 {
            continue;
        }
        let frequency = u64::from(frequency);
        if state >= ((LOWEST >> bits) << 32) * frequency {
            words.push(state as u32);
            state >>= 32;
        }
        state = (state / frequency) << bits | (state % frequency + u64::from(below));
    }
    words.push(state as u32);
    words.push((state >> 32) as u32);
    words
        .iter()
        .rev()
        .flat_map(|word| word.to_le_bytes())
        .collect()
}

fn checksum(pairs: &[(u32, u32)]) -> u32 {
    pairs.iter().fold(0, |sum: u32, (left, right)| {
        sum.wrapping_mul(31).wrapping_add(left << 7 ^ *right)
    })
}
