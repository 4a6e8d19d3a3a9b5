//! The adaptive coder of single bits that the frequencies are packed with: LZMA's range coder.

/// Reads bits, each by a probability that learns.
pub struct BitReader<'a> {
    bytes: &'a [u8],
    range: u32,
    code: u32,
}

/// How many bits a probability has, and how fast it learns.
pub const PROBABILITY_BITS: u32 = 11;
pub const LEARNS: u32 = 4;
pub const EVEN: u16 = 1 << (PROBABILITY_BITS - 1);

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self {
            bytes,
            range: u32::MAX,
            code: 0,
        };
        for _ in 0..4 {
            reader.code = reader.code << 8 | reader.byte();
        }
        reader
    }

    fn byte(&mut self) -> u32 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        u32::from(*first)
    }

    pub fn bit(&mut self, probability: &mut u16) -> u32 {
        let bound = (self.range >> PROBABILITY_BITS) * u32::from(*probability);
        let bit = if self.code < bound {
            self.range = bound;
            *probability += ((1 << PROBABILITY_BITS) - *probability) >> LEARNS;
            0
        } else {
            self.code -= bound;
            self.range -= bound;
            *probability -= *probability >> LEARNS;
            1
        };
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.code = self.code << 8 | self.byte();
        }
        bit
    }
}
