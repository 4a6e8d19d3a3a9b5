//! Where JavaScript finds what the decoder leaves: `pkg-template/lib/words.js`, written from here.

use std::mem::{offset_of, size_of};

use super::template::SLOTS;
use super::{Head, INPUT_BYTES, found};

macro_rules! words {
    ($($name:ident $field:ident)*) => {
        [$((stringify!($name), offset_of!(Head, $field) / 4)),*]
    };
}

macro_rules! bits {
    ($($name:ident)*) => {
        [$((stringify!($name), found::$name as usize)),*]
    };
}

fn render() -> String {
    let words = words! {
        FOUND found OUT out TEXT_LEN text_len OUT_LEN out_len CHUNKS chunks FITS fits
        FIT_ITEMS fit_items SLOT slot SPANS spans INPUT input
    };
    let bits = bits!(DONE TOO_LARGE ERROR UNTERMINATED PLAIN ESCAPED);
    let sizes = [
        ("WORDS", size_of::<Head>() / 4),
        ("SLOTS", SLOTS),
        ("INPUT_BYTES", INPUT_BYTES),
    ];
    let mut text = String::from(
        "// Generated from src/stream/batch/mod.rs by `UPDATE_WORDS=1 cargo test --lib stream::batch::words`. Do not edit.\n",
    );
    for (about, constants) in [
        ("Words of `Head`.", words.as_slice()),
        ("Bits of `FOUND`.", bits.as_slice()),
        (
            "How many words, templates at once, and bytes that one call decodes there are.",
            sizes.as_slice(),
        ),
    ] {
        text += &format!("\n// {about}\n");
        for (name, value) in constants {
            text += &format!("export const {name} = {value};\n");
        }
    }
    text
}

#[test]
fn javascript_reads_each_word_where_the_decoder_writes_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/lib/words.js");
    if std::env::var_os("UPDATE_WORDS").is_some() {
        std::fs::write(path, render()).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == render(),
        "words.js is not what src/stream/batch/mod.rs says. Rewrite it with: \
         UPDATE_WORDS=1 cargo test --lib stream::batch::words"
    );
}
