//! The tokenizer beside the crate tiktoken-rs 0.12.1, whose characters are those of Unicode 16 and whose
//! `cl100k_base` is the pattern of PyPI's tiktoken 0.14. npm's tiktoken 1.0.22 has the older one, which
//! cuts the blanks that end a text after the last line.

mod append;
mod decode;
mod special;
mod texts;

use openai_wasm::tokens::{Encoding, Tokenizer, table};
use tiktoken_rs::CoreBPE;

/// An encoding, ours and the reference.
struct Pair {
    ours: Tokenizer,
    reference: &'static CoreBPE,
}

impl Pair {
    fn of(encoding: Encoding) -> Self {
        Self {
            ours: Tokenizer::new(encoding, table(encoding)).unwrap(),
            reference: match encoding {
                Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
                Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
                Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
                Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
                Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
                other => panic!("{other:?} has no reference here"),
            },
        }
    }

    /// The same tokens, the same number, and the same text again.
    fn check(&mut self, name: &str, text: &str) {
        let wanted = self.reference.encode_ordinary(text);
        let found = self.ours.encode(text);
        if let Some(at) =
            (0..wanted.len().max(found.len())).find(|at| wanted.get(*at) != found.get(*at))
        {
            let before = self.ours.decode(&found[..at.min(found.len())]).unwrap();
            let near: Vec<_> = (at.saturating_sub(2)..at + 4)
                .map(|at| (wanted.get(at), found.get(at)))
                .collect();
            panic!(
                "{} of {name} at token {at}, byte {}: (reference, ours) {near:?}",
                self.ours.encoding(),
                before.len()
            );
        }
        assert_eq!(self.ours.count(text), wanted.len(), "count of {name}");
        assert_eq!(
            self.ours.decode(&found).unwrap(),
            text.as_bytes(),
            "{name} decoded"
        );
    }
}

const ALL: [Encoding; 4] = [
    Encoding::R50kBase,
    Encoding::P50kBase,
    Encoding::Cl100kBase,
    Encoding::O200kBase,
];

fn check_all(texts: &[(String, String)]) {
    for encoding in ALL {
        let mut pair = Pair::of(encoding);
        for (name, text) in texts {
            pair.check(name, text);
        }
    }
}

#[test]
fn a_known_sentence_has_six_tokens() {
    assert_eq!(
        Pair::of(Encoding::Cl100kBase)
            .ours
            .count("ChatGPT is great!"),
        6
    );
}

#[test]
fn every_code_point_has_the_references_tokens() {
    for encoding in ALL {
        let mut pair = Pair::of(encoding);
        let mut text = String::new();
        for code in 0..=0x10_ffff {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            text.extend(['a', character, 'b', ' ', character, character, 'B']);
            if text.len() > 60_000 {
                pair.check(&format!("code points up to U+{code:X}"), &text);
                text.clear();
            }
        }
        pair.check("the last code points", &text);
    }
}

#[test]
fn prose_of_many_scripts_code_and_emoji_have_the_references_tokens() {
    check_all(&texts::real());
}

#[test]
fn odd_mixtures_have_the_references_tokens() {
    let mut random = texts::Random(7);
    for encoding in ALL {
        let mut pair = Pair::of(encoding);
        for number in 0..6_000 {
            let text = texts::mixture(&mut random);
            pair.check(&format!("mixture {number} {text:?}"), &text);
        }
    }
}

#[test]
fn random_bytes_made_text_have_the_references_tokens() {
    let mut random = texts::Random(11);
    let bytes: Vec<u8> = (0..400_000).map(|_| random.below(256) as u8).collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    check_all(&[("random bytes".to_owned(), text)]);
}

#[test]
fn long_runs_have_the_references_tokens() {
    check_all(&texts::runs());
}

#[test]
fn blanks_that_end_a_text_are_cut_as_by_tiktoken_0_14() {
    for text in [
        "x\n  ",
        "x\n\n \n  ",
        " ",
        "\n",
        "x \u{a0}\n\u{3000}",
        "\r\n\t",
    ] {
        check_all(&[(format!("{text:?}"), text.to_owned())]);
    }
}

#[test]
fn a_word_of_a_megabyte_has_the_references_tokens() {
    let mut random = texts::Random(3);
    let letters: String = (0..1_000_000)
        .map(|_| char::from(b'a' + random.below(26) as u8))
        .collect();
    for encoding in [Encoding::Cl100kBase, Encoding::O200kBase] {
        let mut pair = Pair::of(encoding);
        pair.check("random letters", &letters);
        pair.check("one letter", &"x".repeat(1_000_000));
    }
}
