//! Reproducible answers: what was asked with one seed, and which backend answered.

use std::collections::VecDeque;
use std::fmt;

use crate::wire::chat::{ChatCompletion, ChatCompletionChunk, ChatCompletionRequest};
use crate::wire::completion::{Completion, CompletionRequest};

/// How many pairs of model and seed a watcher remembers.
const REMEMBERED: usize = 256;

/// What the reproducibility of an answer hangs on, besides the request's other parameters.
///
/// ```
/// use openai_wasm::client::Fingerprint;
/// use openai_wasm::wire::completion::{Completion, CompletionRequest};
///
/// let mut request = CompletionRequest::new("m", "Say this is a test");
/// request.seed = Some(7);
/// let answer: Completion = serde_json::from_str(r#"{"system_fingerprint": "fp_1"}"#)?;
/// let fingerprint = Fingerprint::of(&request, &answer);
/// assert_eq!(fingerprint.to_string(), "seed 7, system_fingerprint fp_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The model that was asked.
    pub model: String,
    /// The seed that it was asked with.
    pub seed: Option<i64>,
    /// Which backend configuration answered.
    pub system_fingerprint: Option<String>,
}

/// A request that can have a seed.
pub trait Seeded {
    /// The model to ask.
    fn model(&self) -> &str;
    /// The seed to ask with.
    fn seed(&self) -> Option<i64>;
}

/// An answer, or a piece of one, that can tell which backend configuration made it.
pub trait Fingerprinted {
    /// Which backend configuration made it.
    fn system_fingerprint(&self) -> Option<&str>;
}

macro_rules! implement {
    ($($request:ty),* => $($answer:ty),*) => {
        $(impl Seeded for $request {
            fn model(&self) -> &str {
                &self.model
            }
            fn seed(&self) -> Option<i64> {
                self.seed
            }
        })*
        $(impl Fingerprinted for $answer {
            fn system_fingerprint(&self) -> Option<&str> {
                self.system_fingerprint.as_deref()
            }
        })*
    };
}

implement! {
    ChatCompletionRequest, CompletionRequest => ChatCompletion, ChatCompletionChunk, Completion
}

impl Fingerprint {
    /// That of an answer to a request.
    #[must_use]
    pub fn of(request: &impl Seeded, answer: &impl Fingerprinted) -> Self {
        Self {
            model: request.model().to_owned(),
            seed: request.seed(),
            system_fingerprint: answer.system_fingerprint().map(str::to_owned),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seed {
            Some(seed) => write!(f, "seed {seed}")?,
            None => f.write_str("no seed")?,
        }
        let said = self.system_fingerprint.as_deref();
        write!(f, ", system_fingerprint {}", said.unwrap_or("unknown"))
    }
}

/// Tells when the backend changed between two answers that one model gave with one seed: from then
/// on equal requests may be answered differently.
///
/// It remembers the last 256 pairs of model and seed.
///
/// ```
/// use openai_wasm::client::{Fingerprint, FingerprintWatcher};
///
/// let mut watcher = FingerprintWatcher::new();
/// let answered_by = |backend: &str| Fingerprint {
///     model: "m".to_owned(),
///     seed: Some(7),
///     system_fingerprint: Some(backend.to_owned()),
/// };
/// assert_eq!(watcher.see(&answered_by("fp_1")), None);
/// let change = watcher.see(&answered_by("fp_2")).unwrap();
/// assert_eq!((change.before.as_str(), change.after.as_str()), ("fp_1", "fp_2"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct FingerprintWatcher {
    /// The pair that was seen last stands last.
    seen: VecDeque<(String, i64, String)>,
}

/// The backend changed between two answers with one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FingerprintChange {
    /// The model that was asked.
    pub model: String,
    /// The seed that it was asked with.
    pub seed: i64,
    /// The `system_fingerprint` until now.
    pub before: String,
    /// The `system_fingerprint` of the answer.
    pub after: String,
}

impl FingerprintWatcher {
    /// A watcher that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of an answer. One without a seed, or without a fingerprint, says nothing.
    pub fn see(&mut self, answer: &Fingerprint) -> Option<FingerprintChange> {
        let seed = answer.seed?;
        let after = answer
            .system_fingerprint
            .as_ref()
            .filter(|it| !it.is_empty())?;
        let known =
            |(model, other, _): &(String, i64, String)| *other == seed && *model == answer.model;
        let at = self.seen.iter().position(known);
        let before = at.and_then(|at| self.seen.remove(at));
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen
            .push_back((answer.model.clone(), seed, after.clone()));
        let (model, _, before) = before.filter(|(_, _, before)| before != after)?;
        Some(FingerprintChange {
            model,
            seed,
            before,
            after: after.clone(),
        })
    }
}

impl fmt::Display for FingerprintChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            model,
            seed,
            before,
            after,
        } = self;
        write!(
            f,
            "{model} answers seed {seed} from another backend: {before} became {after}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: &str, seed: impl Into<Option<i64>>, backend: &str) -> Fingerprint {
        Fingerprint {
            model: model.to_owned(),
            seed: seed.into(),
            system_fingerprint: Some(backend.to_owned()),
        }
    }

    #[test]
    fn a_change_is_told_once_and_for_its_model_and_seed_alone() {
        let mut watcher = FingerprintWatcher::new();
        for (answer, change) in [
            (of("m", 7, "a"), None),
            (of("m", 7, "a"), None),
            (of("m", 8, "b"), None),
            (of("n", 7, "b"), None),
            (of("m", None, "c"), None),
            (of("m", 7, ""), None),
            (of("m", 7, "b"), Some(("a", "b"))),
            (of("m", 7, "b"), None),
            (of("m", 7, "a"), Some(("b", "a"))),
            (of("m", i64::MIN, "a"), None),
            (of("m", i64::MIN, "b"), Some(("a", "b"))),
        ] {
            let told = watcher.see(&answer);
            let told = told
                .as_ref()
                .map(|it| (it.before.as_str(), it.after.as_str()));
            assert_eq!(told, change, "{answer:?}");
        }
        let silent = Fingerprint {
            system_fingerprint: None,
            ..of("m", 7, "")
        };
        assert_eq!(watcher.see(&silent), None);
    }

    #[test]
    fn a_watcher_keeps_the_pairs_that_were_seen_last() {
        let mut watcher = FingerprintWatcher::new();
        for seed in 0..1000 {
            watcher.see(&of("m", seed, "a"));
        }
        assert_eq!(watcher.seen.len(), REMEMBERED);
        assert!(watcher.see(&of("m", 999, "b")).is_some());
        assert!(watcher.see(&of("m", 0, "b")).is_none(), "forgotten");
    }
}
