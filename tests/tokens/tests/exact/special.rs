//! Special tokens are text unless they are allowed by name.

use std::collections::HashSet;

use openai_wasm::tokens::Encoding;

use crate::Pair;

const TEXT: &str = "a<|endoftext|> b<|start|>c<|endoftext|><|reserved_200013|>\n <|nothing|>";

#[test]
fn a_special_token_in_a_text_is_text() {
    for encoding in Encoding::ALL {
        Pair::of(encoding).check("specials", TEXT);
    }
}

#[test]
fn allowed_special_tokens_are_found_as_by_the_reference() {
    for encoding in Encoding::ALL {
        let mut pair = Pair::of(encoding);
        let mut cases = vec![vec!["<|endoftext|>"], vec![]];
        if encoding == Encoding::O200kHarmony {
            cases.push(vec!["<|reserved_200013|>", "<|start|>"]);
        }
        for allowed in cases {
            let (wanted, _) = pair
                .reference
                .encode(TEXT, &allowed.iter().copied().collect::<HashSet<_>>())
                .unwrap();
            let found = pair.ours.encode_with_special(TEXT, &allowed).unwrap();
            assert_eq!(found, wanted, "{encoding} {allowed:?}");
            assert_eq!(pair.ours.decode(&found).unwrap(), TEXT.as_bytes());
        }
    }
}

#[test]
fn an_unknown_special_token_is_refused_by_name() {
    let mut pair = Pair::of(Encoding::O200kBase);
    for name in ["<|start|>", "", "<|reserved_200013|>"] {
        let error = pair.ours.encode_with_special(TEXT, &[name]).unwrap_err();
        assert_eq!(error.name, name);
        assert!(error.to_string().contains("o200k_base"), "{error}");
    }
    let mut pair = Pair::of(Encoding::O200kHarmony);
    for name in [
        "<|reserved_0200013|>",
        "<|reserved_200005|>",
        "<|reserved_+200013|>",
    ] {
        assert!(
            pair.ours.encode_with_special(TEXT, &[name]).is_err(),
            "{name}"
        );
    }
}
