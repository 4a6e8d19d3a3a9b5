//! Finding the proxy's key in an answer, whole or in part (threat table, row K6).

use std::collections::BinaryHeap;

use crate::proxy::auth::secrets::Secret;

/// So many characters of a key in a row give it away.
const RUN: usize = 8;

/// What stands before the random part of a key, `sk-ant-api03-` for one, ends within so many bytes.
const PREFIX: usize = 14;

/// A random part this short is a word or a test's (`ollama`), and would be found in honest answers.
const MIN_RANDOM: usize = 16;

/// All runs of eight characters of a key's random part.
#[derive(Clone)]
pub struct KeyDetector {
    /// Sorted.
    runs: Vec<u64>,
    /// Of 1024 bits, those that some run's hash names.
    probe: [u64; 16],
}

impl KeyDetector {
    /// Of a key that is not random (short, or without digits or letters) there are none.
    #[must_use]
    pub fn of(key: &Secret) -> Self {
        let key = key.expose().as_bytes();
        let head = key.get(..key.len().min(PREFIX)).unwrap_or_default();
        let start = head
            .iter()
            .rposition(|byte| matches!(byte, b'-' | b'_'))
            .map_or(0, |at| at + 1);
        let random = key.get(start..).unwrap_or_default();
        let is_random = random.len() >= MIN_RANDOM
            && random.iter().any(u8::is_ascii_digit)
            && random.iter().any(u8::is_ascii_alphabetic);
        let mut all = Self {
            runs: Vec::new(),
            probe: [0; 16],
        };
        if !is_random {
            return all;
        }
        // A run of small letters alone may be an English word.
        let telling = |run: &&[u8]| {
            !run.iter()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'))
        };
        let runs: BinaryHeap<u64> = random
            .windows(RUN)
            .filter(telling)
            .map(|run| run.iter().fold(0, |run, byte| run << 8 | u64::from(*byte)))
            .collect();
        // The library's sort of slices takes seven times as much WebAssembly.
        all.runs = runs.into_sorted_vec();
        for run in &all.runs {
            let hash = hash(*run);
            if let Some(word) = all.probe.get_mut(hash >> 6) {
                *word |= 1 << (hash & 63);
            }
        }
        all
    }

    fn holds(&self, run: u64) -> bool {
        let hash = hash(run);
        let probed = self.probe.get(hash >> 6).copied().unwrap_or_default();
        probed >> (hash & 63) & 1 == 1 && self.runs.binary_search(&run).is_ok()
    }
}

/// Ten bits (Fibonacci hashing).
const fn hash(run: u64) -> usize {
    (run.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize
}

impl std::fmt::Debug for KeyDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The last eight bytes of a text, so that a run is found however the text was cut.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tail(u64);

impl Tail {
    /// Goes on with the text. Does it hold a run of the key now?
    pub fn feed(&mut self, text: &[u8], key: &KeyDetector) -> bool {
        let mut found = false;
        for byte in text {
            self.0 = self.0 << 8 | u64::from(*byte);
            found |= key.holds(self.0);
        }
        found
    }
}

impl Tail {
    /// Goes on with a text that is searched by itself elsewhere: does a run of the key begin before
    /// it, and end in it?
    pub fn join(&mut self, text: &[u8], key: &KeyDetector) -> bool {
        let Some(last) = text.last_chunk::<RUN>().filter(|_| text.len() > 2 * RUN) else {
            return self.feed(text, key);
        };
        let found = self.feed(text.get(..RUN - 1).unwrap_or_default(), key);
        self.0 = u64::from_be_bytes(*last);
        found
    }
}

/// How the last texts of so many different places in the events ended.
const SETS: usize = 16;
const WAYS: usize = 4;

/// How the texts of a stream's members ended, each by its place in the event, so that a key is found
/// over several events. Of 64 places at most, whatever comes: a new one takes the place of another.
#[derive(Debug, Clone, Default)]
pub struct Tails {
    sets: [[(u64, Tail); WAYS]; SETS],
    next: usize,
}

impl Tails {
    /// Where the tail of a place is kept, and the tail.
    pub fn find(&mut self, place: u64) -> (usize, Tail) {
        let at = usize::try_from(place >> 60).unwrap_or_default();
        let Some(set) = self.sets.get_mut(at) else {
            return (0, Tail::default());
        };
        let way = set.iter().position(|(known, _)| *known == place);
        let way = way.unwrap_or_else(|| {
            self.next = (self.next + 1) % WAYS;
            if let Some(fresh) = set.get_mut(self.next) {
                *fresh = (place, Tail::default());
            }
            self.next
        });
        let tail = set.get(way).map_or_else(Tail::default, |(_, tail)| *tail);
        (at * WAYS + way, tail)
    }

    /// Remembers the tail of the place that was found there.
    pub fn put(&mut self, slot: usize, tail: Tail) {
        let way = self
            .sets
            .get_mut(slot / WAYS)
            .and_then(|set| set.get_mut(slot % WAYS));
        if let Some((_, kept)) = way {
            *kept = tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-proj-CANARYkx9QwErTyUiOpAsDfGhJkLzXcVbNm123";

    fn finds(key: &str, parts: &[&str]) -> bool {
        let runs = KeyDetector::of(&Secret::new(key));
        let mut tail = Tail::default();
        parts.iter().any(|part| tail.feed(part.as_bytes(), &runs))
    }

    #[test]
    fn eight_characters_of_the_key_are_found_wherever_the_text_is_cut() {
        let secret = &KEY["sk-proj-".len()..];
        for start in 0..=secret.len() - 8 {
            let run = &secret[start..start + 8];
            for cut in 0..=8 {
                assert!(finds(KEY, &["… ", &run[..cut], &run[cut..], " …"]), "{run}");
            }
            assert!(!finds(KEY, &["… ", &run[..7], " ", &run[7..]]), "{run}");
        }
    }

    #[test]
    fn words_and_prefixes_are_no_key() {
        for (key, text) in [
            (KEY, "put your key, sk-proj-…, into the Worker's secrets"),
            ("ollama", "ollama runs models"),
            ("local", "a local server"),
            (
                "my-internal-gateway-key-of-2026",
                "the internal gateway key",
            ),
            ("", "anything"),
            ("0123456789abcdef", "sk-"),
        ] {
            assert!(!finds(key, &[text]), "{key}: {text}");
        }
        assert!(finds("gsk_0123456789abcdefghij", &["x0123456789abcdefgx"]));
    }

    #[test]
    fn every_key_that_is_long_enough_by_itself_is_looked_for() {
        let body = "Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123";
        for separator in 0..body.len() {
            let mut key = body.to_owned();
            key.replace_range(separator..=separator, "-");
            let end = &key[key.len() - RUN..];
            assert!(finds(&key, &[end]), "{key}");
        }
        assert!(finds("fw_3ZKx9QwErTyUiOpAsDfG", &["UiOpAsDfG"]));
    }
}
