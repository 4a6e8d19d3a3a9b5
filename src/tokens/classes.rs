//! What kind of character stands at a place of a text: the classes that the patterns of the encodings
//! tell apart, by Unicode 16.

/// For each 256 code points up to `INDEX_LENGTH` of them the number of a block; then the blocks, 4 bits a
/// code point. Written by `cargo run -p tokens-reference -- classes`.
static TABLE: &[u8] = include_bytes!("classes.bin");

/// Code points from `INDEX_LENGTH << 8` on have no class, but for the selectors of variants.
pub const INDEX_LENGTH: usize = 0x324;

/// The class of a character, as far as a pattern cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// Neither a letter nor a number nor a mark nor a blank: punctuation, symbols, control characters.
    Other = 0,
    /// A capital: `Lu`, `Lt`.
    Upper = 1,
    /// A small letter: `Ll`.
    Lower = 2,
    /// A letter without case: `Lm`, `Lo`.
    Letter = 3,
    /// A mark: `M`.
    Mark = 4,
    /// A number: `N`.
    Number = 5,
    /// A blank but for the next two: `White_Space`.
    Blank = 6,
    /// Carriage return or line feed.
    Newline = 7,
    /// The text is over.
    End = 8,
}

/// A set of classes.
#[derive(Clone, Copy)]
pub struct Set(u16);

impl Set {
    pub const fn of(classes: &[Class]) -> Self {
        let (mut bits, mut rest) = (0, classes);
        while let [class, behind @ ..] = rest {
            bits |= 1 << *class as u16;
            rest = behind;
        }
        Self(bits)
    }

    pub const fn has(self, class: Class) -> bool {
        self.0 >> class as u16 & 1 == 1
    }
}

const CLASSES: [Class; 8] = [
    Class::Other,
    Class::Upper,
    Class::Lower,
    Class::Letter,
    Class::Mark,
    Class::Number,
    Class::Blank,
    Class::Newline,
];

#[allow(clippy::indexing_slicing, reason = "a compiler would panic")]
const ASCII: [Class; 128] = {
    let mut classes = [Class::Other; 128];
    let mut code = 0;
    while code < 128 {
        classes[code] = match code as u8 {
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            b'0'..=b'9' => Class::Number,
            b'\n' | b'\r' => Class::Newline,
            b' ' | b'\t' | 0x0b | 0x0c => Class::Blank,
            _ => Class::Other,
        };
        code += 1;
    }
    classes
};

/// The class of a character of UTF-8 and its length in bytes.
#[inline]
pub fn class_at(text: &[u8], at: usize) -> (Class, usize) {
    match text.get(at) {
        None => (Class::End, 0),
        Some(byte) => match ASCII.get(usize::from(*byte)) {
            Some(class) => (*class, 1),
            None => wide(*byte, text, at),
        },
    }
}

fn wide(lead: u8, text: &[u8], at: usize) -> (Class, usize) {
    let next = |behind: usize| u32::from(text.get(at + behind).copied().unwrap_or_default()) & 0x3f;
    let lead_bits = u32::from(lead);
    let (code, length) = match lead {
        0..=0xdf => ((lead_bits & 0x1f) << 6 | next(1), 2),
        0xe0..=0xef => ((lead_bits & 0xf) << 12 | next(1) << 6 | next(2), 3),
        _ => (
            (lead_bits & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3),
            4,
        ),
    };
    (class_of(code), length)
}

/// The class of a code point above ASCII.
fn class_of(code: u32) -> Class {
    let code = code as usize;
    if code >> 8 >= INDEX_LENGTH {
        let selector = (0xe0100..0xe01f0).contains(&code);
        return if selector { Class::Mark } else { Class::Other };
    }
    let byte = |place: usize| TABLE.get(place).copied().unwrap_or_default();
    let block = usize::from(byte(code >> 8));
    let pair = byte(INDEX_LENGTH + (block << 7) + ((code & 0xff) >> 1));
    let class = pair >> ((code & 1) << 2) & 7;
    CLASSES
        .get(usize::from(class))
        .copied()
        .unwrap_or(Class::Other)
}
