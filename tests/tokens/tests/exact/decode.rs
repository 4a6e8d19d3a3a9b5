//! Tokens become the bytes that they were made of.

use openai_wasm::tokens::Encoding;

use crate::Pair;

#[test]
fn every_token_has_the_references_bytes() {
    for encoding in Encoding::ALL {
        let pair = Pair::of(encoding);
        for token in 0..201_200 {
            let wanted = pair.reference.decode_bytes(&[token]).ok();
            assert_eq!(
                pair.ours.decode(&[token]).ok(),
                wanted,
                "{encoding} {token}"
            );
        }
    }
}

#[test]
fn a_number_that_is_no_token_is_named_with_its_place() {
    let pair = Pair::of(Encoding::Cl100kBase);
    let error = pair.ours.decode(&[1, 2, 100_256]).unwrap_err();
    assert_eq!((error.index, error.token), (2, 100_256));
    assert!(
        error
            .to_string()
            .contains("tokens[2]: cl100k_base has no token 100256")
    );
    assert!(pair.ours.decode(&[u32::MAX]).is_err());
}
