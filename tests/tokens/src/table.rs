//! The tokenizer's own files, of which the packer uses the same ones.

#[path = "../../../src/tokens/table/bits.rs"]
#[allow(dead_code, reason = "the packer writes what this reads")]
pub mod bits;
#[path = "../../../src/tokens/bytes.rs"]
#[allow(dead_code, reason = "the packer needs one direction")]
pub mod bytes;
#[path = "../../../src/tokens/table/frequencies.rs"]
pub mod frequencies;
#[path = "../../../src/tokens/table/model.rs"]
#[allow(dead_code, reason = "the packer does not open")]
pub mod model;
