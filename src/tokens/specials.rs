//! The tokens that stand for no text: the ends of texts, the borders of messages.

use alloc::string::{String, ToString};

use super::encoding::Encoding;

const END_OF_TEXT: &str = "<|endoftext|>";
const END_OF_PROMPT: &str = "<|endofprompt|>";

/// The token that ends a text in `r50k_base` and `p50k_base`, whose numbers continue after it.
pub const END_OF_TEXT_OF_GPT2: u32 = 50_256;

const GPT2: &[(&str, u32)] = &[(END_OF_TEXT, END_OF_TEXT_OF_GPT2)];
const CL100K: &[(&str, u32)] = &[
    (END_OF_TEXT, 100_257),
    ("<|fim_prefix|>", 100_258),
    ("<|fim_middle|>", 100_259),
    ("<|fim_suffix|>", 100_260),
    (END_OF_PROMPT, 100_276),
];
const O200K: &[(&str, u32)] = &[(END_OF_TEXT, 199_999), (END_OF_PROMPT, 200_018)];
const HARMONY: &[(&str, u32)] = &[
    ("<|startoftext|>", 199_998),
    (END_OF_TEXT, 199_999),
    ("<|return|>", 200_002),
    ("<|constrain|>", 200_003),
    ("<|channel|>", 200_005),
    ("<|start|>", 200_006),
    ("<|end|>", 200_007),
    ("<|message|>", 200_008),
    ("<|call|>", 200_012),
];

/// The others of harmony, up to this one, are `<|reserved_200000|>` and so on.
const LAST_OF_HARMONY: u32 = 201_087;

fn named(encoding: Encoding) -> &'static [(&'static str, u32)] {
    match encoding {
        Encoding::R50kBase | Encoding::P50kBase => GPT2,
        Encoding::Cl100kBase => CL100K,
        Encoding::O200kBase => O200K,
        Encoding::O200kHarmony => HARMONY,
    }
}

/// The number of a special token.
pub fn number(encoding: Encoding, name: &str) -> Option<u32> {
    let known = named(encoding).iter().find(|(known, _)| *known == name);
    known.map(|(_, token)| *token).or_else(|| {
        let digits = name.strip_prefix("<|reserved_")?.strip_suffix("|>")?;
        let token = digits.parse().ok()?;
        (self::name(encoding, token)? == name).then_some(token)
    })
}

/// The text of a special token.
pub fn name(encoding: Encoding, token: u32) -> Option<String> {
    let known = named(encoding).iter().find(|(_, known)| *known == token);
    known.map(|(name, _)| (*name).to_string()).or_else(|| {
        let reserved =
            encoding == Encoding::O200kHarmony && (200_000..=LAST_OF_HARMONY).contains(&token);
        reserved.then(|| reserved_name(token))
    })
}

/// Of a number with six digits. `format!` would bring its machinery into the npm package.
fn reserved_name(token: u32) -> String {
    let mut name = String::from("<|reserved_");
    for divisor in [100_000, 10_000, 1_000, 100, 10, 1] {
        let digit = (token / divisor % 10) as u8;
        name.push(char::from(b'0' + digit));
    }
    name.push_str("|>");
    name
}
