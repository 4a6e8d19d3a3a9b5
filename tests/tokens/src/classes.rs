//! The table of characters: four bits a code point, in blocks of 256 of which no two are alike.

use anyhow::{Context, Result, ensure};
use regex_syntax::hir::{Class as HirClass, HirKind};

/// As `INDEX_LENGTH` of `src/tokens/classes.rs`.
const INDEX_LENGTH: usize = 0x324;

/// The sets in the order of the numbers of `Class`, from 1 on.
const SETS: [&str; 7] = [
    r"[\p{Lu}\p{Lt}]",
    r"\p{Ll}",
    r"[\p{Lm}\p{Lo}]",
    r"\p{M}",
    r"\p{N}",
    r"[\s--[\r\n]]",
    r"[\r\n]",
];

pub fn table() -> Result<Vec<u8>> {
    let mut classes = vec![0_u8; 0x11_0000];
    for (number, set) in (1..).zip(SETS) {
        let HirKind::Class(HirClass::Unicode(class)) = regex_syntax::parse(set)?.into_kind() else {
            anyhow::bail!("{set} is no set of characters");
        };
        for range in class.ranges() {
            classes[range.start() as usize..=range.end() as usize].fill(number);
        }
    }
    for (code, class) in classes.iter().enumerate().skip(INDEX_LENGTH << 8) {
        let selector = (0xe0100..0xe01f0).contains(&code);
        ensure!(
            *class == if selector { 4 } else { 0 },
            "U+{code:X} needs a place in the table"
        );
    }
    let mut blocks: Vec<&[u8]> = Vec::new();
    let mut table = Vec::new();
    for block in classes.chunks(256).take(INDEX_LENGTH) {
        let place = blocks.iter().position(|known| *known == block);
        let place = place.unwrap_or_else(|| {
            blocks.push(block);
            blocks.len() - 1
        });
        table.push(u8::try_from(place).context("too many blocks")?);
    }
    for block in blocks {
        table.extend(block.chunks(2).map(|pair| pair[0] | pair[1] << 4));
    }
    Ok(table)
}
