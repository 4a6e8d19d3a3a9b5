//! Edits (deprecated): a few edits that can be foreseen.

use std::sync::LazyLock;

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};

use super::{
    chat::Usage,
    models,
    sampling::{self, for_choice, sampling},
};
use crate::{
    error::ApiError,
    lm::{
        Model,
        generation::{Generation, Options},
    },
    params::Params,
    record::now_ms,
    server::AppState,
};

const DOCUMENTED: [&str; 2] = ["text-davinci-edit-001", "code-davinci-edit-001"];

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/edits", post(create))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    models::known_or(&state, params.required_string("model")?, &DOCUMENTED)?;
    let instruction = params.required_string("instruction")?;
    let input = params.string("input")?.unwrap_or_default();
    let n = params.integer("n", 1..=20)?.unwrap_or(1) as usize;
    let model = &state.model;
    let base = Options {
        sampling: sampling(&params, model)?,
        max_tokens: 64,
        seed: sampling::seed(&state, &params)?,
        subject: format!("{input} {instruction}"),
        ..Options::default()
    };
    let count = |text: &str| model.tokenizer.encode(text).len();
    let mut completion_tokens = 0;
    let mut choices = Vec::new();
    for index in 0..n {
        let text = edit(input, instruction).unwrap_or_else(|| {
            let more = Generation::new(model.clone(), for_choice(&base, index));
            let more: String = more.map(|piece| piece.text).collect();
            format!("{input} {more}").trim().to_owned()
        });
        completion_tokens += count(&text);
        choices.push(json!({"text": text, "index": index}));
    }
    let usage = Usage::new(count(input) + count(instruction), completion_tokens);
    Ok(Json(json!({
        "object": "edit", "created": now_ms() / 1000, "choices": choices, "usage": usage,
    })))
}

/// The edits that are known: spelling, case. Others are answered with more text.
fn edit(input: &str, instruction: &str) -> Option<String> {
    let instruction = instruction.to_lowercase();
    if instruction.contains("spelling") {
        Some(spelled(input))
    } else if instruction.contains("upper") {
        Some(input.to_uppercase())
    } else if instruction.contains("lower") {
        Some(input.to_lowercase())
    } else {
        None
    }
}

static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let model = Model::corpus_words();
    let mut words: Vec<String> = model.collect();
    words.extend(["day", "week", "month", "year", "what", "which"].map(str::to_owned));
    words.sort();
    words.dedup();
    words
});

/// Replaces each unknown word by a known one that is a letter away.
fn spelled(text: &str) -> String {
    text.split_inclusive(|c: char| !c.is_alphabetic())
        .map(|part| {
            let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
            let rest = part.strip_prefix(word).unwrap_or_default();
            let low = word.to_lowercase();
            if word.len() < 3 || WORDS.contains(&low) {
                return part.to_owned();
            }
            // A forgotten letter is likelier than a wrong one.
            let near = WORDS.iter().filter(|known| {
                known.chars().next() == low.chars().next() && one_away(known, &low)
            });
            near.max_by_key(|known| known.len())
                .map_or_else(|| part.to_owned(), |known| format!("{known}{rest}"))
        })
        .collect()
}

/// Whether one letter added, dropped or changed makes the words equal.
fn one_away(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = |x: &[char], y: &[char]| x.iter().zip(y).take_while(|(x, y)| x == y).count();
    let head = same(&a, &b);
    let (mut tail_a, mut tail_b) = (a.clone(), b.clone());
    tail_a.reverse();
    tail_b.reverse();
    let tail = same(&tail_a, &tail_b);
    let longest = a.len().max(b.len());
    a.len().abs_diff(b.len()) <= 1 && a != b && head + tail + 1 >= longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_own_edit_comes_out_right() {
        let edited = edit("What day of the wek is it?", "Fix the spelling mistakes");
        assert_eq!(edited.as_deref(), Some("What day of the week is it?"));
        assert_eq!(edit("aB", "make it UPPER case").as_deref(), Some("AB"));
        assert_eq!(edit("aB", "sing it"), None);
    }
}
