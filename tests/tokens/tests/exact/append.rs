//! A text that comes in parts is counted as if it came at once.

use openai_wasm::tokens::Counter;

use crate::{ALL, Pair, texts};

#[test]
fn a_text_in_parts_has_as_many_tokens_as_at_once() {
    let mut random = texts::Random(5);
    for encoding in ALL {
        let mut pair = Pair::of(encoding);
        for _ in 0..300 {
            let text = texts::mixture(&mut random);
            let mut counter = Counter::new();
            let mut until = String::new();
            for character in text.chars() {
                until.push(character);
                let found = counter.push(&mut pair.ours, character.encode_utf8(&mut [0; 4]));
                assert_eq!(found, pair.ours.count(&until), "{encoding} {until:?}");
            }
        }
    }
}
