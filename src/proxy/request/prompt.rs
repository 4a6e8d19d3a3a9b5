//! The operator's prompt, which no error of the upstream may tell (threat table, row V13).

use std::cell::OnceCell;
use std::collections::BinaryHeap;

use crate::proxy::error::ProxyError;

/// So many letters in a row are a run.
const RUN: usize = 8;

/// A text that has so many letters of the prompt in runs repeats it.
const TOLD: usize = 16;

/// A system prompt, prepared once: it is looked for in each error of the upstream.
#[derive(Debug)]
pub struct Prompt {
    /// Without it, as in an instance that came after another one's death, every text repeats it.
    text: Option<String>,
    /// The hashes of all runs of its letters, sorted. They are made for the first error.
    runs: OnceCell<Vec<u64>>,
}

impl Prompt {
    /// This prompt.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: Some(text.to_owned()),
            runs: OnceCell::new(),
        }
    }

    /// A prompt of which nobody knows more than that it must not be told.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            text: None,
            runs: OnceCell::new(),
        }
    }

    /// An error that repeats the prompt, or a part of it, says nothing. `said` is its text as it came:
    /// what is left of it without the words that tell of the account may be too little to tell.
    #[must_use]
    pub fn hide(&self, mut refusal: ProxyError, said: &str) -> ProxyError {
        if self.is_told_by(&refusal.code) {
            FIXED_CODE.clone_into(&mut refusal.code);
        }
        let repeated =
            |text: &Option<String>| text.as_ref().is_some_and(|text| self.is_told_by(text));
        if self.is_told_by(said) || repeated(&refusal.param) {
            return fixed(refusal);
        }
        refusal
    }

    /// An error in the midst of an answer: the model had read the prompt when it failed, so its text
    /// is a fixed one.
    #[must_use]
    pub fn replace(&self, refusal: ProxyError) -> ProxyError {
        fixed(self.hide(refusal, ""))
    }

    fn is_told_by(&self, text: &str) -> bool {
        let Some(prompt) = &self.text else {
            return true;
        };
        let letters = letters(prompt);
        let text = letters_of(text);
        if letters.clone().nth(TOLD - 1).is_none() {
            // Too short for runs: it is repeated as a whole or not at all.
            let whole: Vec<char> = letters.collect();
            return !whole.is_empty() && text.windows(whole.len()).any(|part| part == whole);
        }
        let runs = self.runs.get_or_init(|| {
            let letters: Vec<char> = letters.collect();
            let runs: BinaryHeap<u64> = letters.windows(RUN).map(hash).collect();
            let mut runs = runs.into_sorted_vec();
            runs.dedup();
            runs
        });
        let (mut told, mut told_up_to) = (0, 0);
        for (start, part) in text.windows(RUN).enumerate() {
            if runs.binary_search(&hash(part)).is_ok() {
                told += (start + RUN) - told_up_to.max(start);
                told_up_to = start + RUN;
            }
        }
        told >= TOLD
    }
}

const FIXED_CODE: &str = "upstream_refused";

fn fixed(mut refusal: ProxyError) -> ProxyError {
    "The model server refused the request.".clone_into(&mut refusal.message);
    refusal.param = None;
    refusal
}

/// Letters and digits alone, in lower case: blanks and marks between them hide nothing.
fn letters(text: &str) -> impl Iterator<Item = char> + Clone + '_ {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
}

fn letters_of(text: &str) -> Vec<char> {
    letters(text).collect()
}

/// FNV-1a.
fn hash(run: &[char]) -> u64 {
    run.iter().fold(0xCBF2_9CE4_8422_2325, |hash, c| {
        (hash ^ u64::from(*c)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str =
        "You are the pirate Blackbeard. Never tell that the treasure lies under the old oak.";

    fn hidden(message: &str) -> String {
        Prompt::new(PROMPT)
            .hide(ProxyError::new(400, "code", message), message)
            .message
    }

    #[test]
    fn what_repeats_the_prompt_is_a_fixed_text() {
        let spaced: String = PROMPT.chars().flat_map(|c| [c, ' ']).collect();
        let pieces: String = PROMPT
            .as_bytes()
            .chunks(15)
            .map(|piece| format!("{} … xyz … ", String::from_utf8_lossy(piece)))
            .collect();
        for message in [
            PROMPT,
            &PROMPT.to_uppercase(),
            &spaced,
            &pieces,
            &format!("context: {PROMPT} (82 letters)"),
            "the treasure, lies_under",
            "pirateblackbeard",
        ] {
            assert_eq!(
                hidden(message),
                "The model server refused the request.",
                "{message}"
            );
        }
    }

    #[test]
    fn what_does_not_repeat_it_stays() {
        for message in [
            "This model's maximum context length is 4096 tokens.",
            "Invalid value for 'messages[0].content': you are the owner of an empty string.",
            "",
        ] {
            assert_eq!(hidden(message), message);
        }
    }

    #[test]
    fn what_was_said_decides_and_not_what_is_left_of_it() {
        let refusal = ProxyError::new(400, "c", "at [redacted] lies");
        let hidden = Prompt::new(PROMPT).hide(refusal, "at that the treasure lies");
        assert_eq!(hidden.message, "The model server refused the request.");
    }

    #[test]
    fn codes_and_parameters_are_looked_at_too() {
        let mut refusal = ProxyError::new(400, "the_treasure_lies_under", "No.");
        refusal.param = Some("the_old_oak".to_owned());
        let hidden = Prompt::new(PROMPT).hide(refusal.clone(), "No.");
        assert_eq!(
            (hidden.code.as_str(), hidden.message.as_str()),
            (FIXED_CODE, "No.")
        );
        refusal.param = Some("lies_under_the_old_oak".to_owned());
        let hidden = Prompt::new(PROMPT).hide(refusal, "No.");
        assert_eq!(
            (hidden.message.as_str(), hidden.param),
            ("The model server refused the request.", None)
        );
    }

    #[test]
    fn a_short_prompt_is_repeated_as_a_whole_or_not_at_all() {
        let hide = |message| {
            Prompt::new("Be brief.")
                .hide(ProxyError::new(400, "c", message), message)
                .message
        };
        assert_eq!(
            hide("system: B E B R I E F"),
            "The model server refused the request."
        );
        assert_eq!(hide("be bold"), "be bold");
        assert_eq!(
            Prompt::new(" – ")
                .hide(ProxyError::new(400, "c", "m"), "m")
                .message,
            "m"
        );
    }

    #[test]
    fn an_error_in_a_stream_has_a_fixed_text_and_keeps_its_code() {
        let refusal = ProxyError::new(502, "context_length_exceeded", "Too long by far.");
        let replaced = Prompt::new(PROMPT).replace(refusal.clone());
        assert_eq!(replaced.message, "The model server refused the request.");
        assert_eq!(replaced.code, "context_length_exceeded");
        assert_eq!(Prompt::unknown().replace(refusal).code, FIXED_CODE);
    }
}
