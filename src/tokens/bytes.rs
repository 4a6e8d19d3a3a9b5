//! The tokens that are single bytes: the first 256 of every encoding, in an order of their own.

/// The token of each byte. OpenAI's order begins with the characters that can be seen.
#[allow(clippy::indexing_slicing, reason = "a compiler would panic")]
const TOKEN_OF_BYTE: [u8; 256] = {
    let mut tokens = [0; 256];
    let (mut byte, mut seen, mut unseen) = (0, 0, 188);
    while byte < 256 {
        let visible = matches!(byte, 33..=126 | 161..=172 | 174..=255);
        let token = if visible { &mut seen } else { &mut unseen };
        tokens[byte] = *token as u8;
        *token += 1;
        byte += 1;
    }
    tokens
};

/// The byte of each token below 256.
#[allow(clippy::indexing_slicing, reason = "a compiler would panic")]
const BYTE_OF_TOKEN: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[TOKEN_OF_BYTE[byte] as usize] = byte as u8;
        byte += 1;
    }
    bytes
};

/// The token of a byte.
#[inline]
pub fn token_of_byte(byte: u8) -> u32 {
    u32::from(
        TOKEN_OF_BYTE
            .get(usize::from(byte))
            .copied()
            .unwrap_or_default(),
    )
}

/// The byte of a token below 256.
#[inline]
pub fn byte_of_token(token: u8) -> u8 {
    BYTE_OF_TOKEN
        .get(usize::from(token))
        .copied()
        .unwrap_or_default()
}
