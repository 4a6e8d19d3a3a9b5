//! The packed tables that the crate carries. A program has those alone that it names.
//!
//! Written by `cargo run --profile tokens -p tokens-reference -- tables` from the crate tiktoken-rs (MIT).

use super::encoding::Encoding;

/// The table of `r50k_base` and `p50k_base`, 141 KB.
#[must_use]
pub fn p50k_base() -> &'static [u8] {
    include_bytes!("tables/p50k_base.bin")
}

/// The table of `cl100k_base`, 297 KB.
#[must_use]
pub fn cl100k_base() -> &'static [u8] {
    include_bytes!("tables/cl100k_base.bin")
}

/// The table of `o200k_base` and `o200k_harmony`, 617 KB.
#[must_use]
pub fn o200k_base() -> &'static [u8] {
    include_bytes!("tables/o200k_base.bin")
}

/// The table of an encoding. A program that calls this has all of them, a megabyte.
#[must_use]
pub fn table(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::R50kBase | Encoding::P50kBase => p50k_base(),
        Encoding::Cl100kBase => cl100k_base(),
        Encoding::O200kBase | Encoding::O200kHarmony => o200k_base(),
    }
}
