//! Leaving out the oldest turns of a conversation until it fits.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::ConversationError;
use super::chat::{ChatRules, Count, Tally, messages};
use super::lookup::lookup;
use crate::models::Catalog;

/// How a conversation is to be fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Tokens of question and answer together; the model's window if it is `None`.
    pub context_window: Option<u64>,
    /// Tokens to be left for the answer. If it is `None`: `max_completion_tokens` or `max_tokens` of
    /// the parameters, otherwise the model's longest answer, but at most a quarter of the window.
    pub max_output_tokens: Option<u64>,
    /// How many of the newest turns must stay.
    pub keep: usize,
    /// Whether the text of the newest message may be cut at its end, if nothing else helps.
    pub cut_newest: bool,
}

impl Default for Fit {
    /// The model's window, and the newest turn stays whole.
    fn default() -> Self {
        Self {
            context_window: None,
            max_output_tokens: None,
            keep: 1,
            cut_newest: false,
        }
    }
}

/// A conversation that fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The parameters to be sent.
    pub params: Value,
    /// The messages that were left out, oldest first.
    pub left_out: Vec<Value>,
    /// Whether the newest message was cut.
    pub cut: bool,
    /// Tokens of what stayed.
    pub tokens: u64,
    /// Tokens that are left in the window for the answer.
    pub tokens_left: u64,
    /// Whether `tokens` is what the documents say, and no estimate.
    pub exact: bool,
}

/// Leaves out the oldest turns until the conversation fits.
///
/// A turn is a question with all that follows it up to the next one, so that a tool's result never
/// stands without its call. Messages of the system and the developer always stay, wherever they are.
///
/// # Errors
/// [`ConversationError::SystemTooLarge`] if what always stays is alone larger than the window,
/// [`ConversationError::TooLarge`] if it is with the turns that must stay, [`ConversationError::NoContextWindow`],
/// [`ConversationError::NothingToKeep`], [`ConversationError::UnknownModel`], and those of
/// [`super::count_chat`].
pub fn fit(
    counter: &mut impl Count,
    rules: &ChatRules,
    catalog: &Catalog,
    params: &Value,
    fit: &Fit,
) -> Result<Fitted, ConversationError> {
    let all = messages(params)?;
    if fit.keep == 0 {
        return Err(ConversationError::NothingToKeep);
    }
    let (window, max_output) = limits(catalog, params, fit)?;
    let room = window.saturating_sub(max_output);

    let mut frame = Tally::new(counter, rules);
    frame.frame(params)?;
    let frame = frame.counted();
    let turns = turns(all);
    let count = turns.iter().flatten().max().map_or(0, |last| last + 1);
    let mut sizes = alloc::vec![0; count];
    let mut system = frame.tokens;
    let mut estimated = Vec::new();
    for (at, (message, turn)) in all.iter().zip(&turns).enumerate() {
        let mut tally = Tally::new(counter, rules);
        tally.message(message, at)?;
        let counted = tally.counted();
        let size = turn.and_then(|turn| sizes.get_mut(turn));
        *size.unwrap_or(&mut system) += counted.tokens;
        if !counted.exact {
            estimated.push(at);
        }
    }
    if system > window {
        return Err(ConversationError::SystemTooLarge {
            tokens: system,
            context_window: window,
        });
    }
    let mut tokens = system + sizes.iter().sum::<u64>();
    let mut first = 0;
    for size in &sizes {
        if tokens <= room || first + fit.keep >= count {
            break;
        }
        tokens -= size;
        first += 1;
    }
    let stays = |at: usize| match turns.get(at) {
        Some(Some(turn)) => *turn >= first,
        _ => true,
    };
    let mut kept: Vec<Value> = Vec::new();
    let mut left_out = Vec::new();
    for (at, message) in all.iter().enumerate() {
        let list = if stays(at) { &mut kept } else { &mut left_out };
        list.push(message.clone());
    }
    let too_large = |tokens| ConversationError::TooLarge {
        tokens,
        context_window: window,
        max_output_tokens: max_output,
    };
    let mut cut = false;
    if tokens > room {
        let newest = kept.last_mut().filter(|_| fit.cut_newest);
        let newest = newest.and_then(text_of).ok_or(too_large(tokens))?;
        let whole = counter.count(newest) as u64;
        let others = tokens.saturating_sub(whole);
        let budget = room.checked_sub(others).filter(|budget| *budget > 0);
        let budget = budget.ok_or(too_large(tokens))?;
        shorten(counter, newest, budget);
        tokens = others + counter.count(newest) as u64;
        cut = true;
    }
    let exact = frame.exact && !estimated.into_iter().any(stays);
    let mut params = params.clone();
    if let Some(list) = params.get_mut("messages") {
        *list = Value::Array(kept);
    }
    Ok(Fitted {
        params,
        left_out,
        cut,
        tokens,
        tokens_left: window - tokens,
        exact,
    })
}

/// The window, and what of it is for the answer.
fn limits(catalog: &Catalog, params: &Value, fit: &Fit) -> Result<(u64, u64), ConversationError> {
    let asked = ["max_completion_tokens", "max_tokens"];
    let asked = asked.iter().find_map(|name| params.get(name)?.as_u64());
    let asked = fit.max_output_tokens.or(asked);
    let found = lookup(catalog, params);
    let window = match fit.context_window {
        Some(window) => window,
        None => found.clone()?.model.context_window.into(),
    };
    if window == 0 {
        return Err(ConversationError::NoContextWindow);
    }
    let longest = found.map_or(0, |found| u64::from(found.model.max_output_tokens));
    let quarter = window / 4;
    let usual = if longest == 0 {
        quarter
    } else {
        longest.min(quarter)
    };
    Ok((window, asked.unwrap_or(usual)))
}

/// For each message the turn that it is of; `None` for those that always stay.
fn turns(messages: &[Value]) -> Vec<Option<usize>> {
    let mut turn = 0;
    let mut begun = false;
    // Calls that no tool has answered yet: their results are of the same turn, whatever stands between.
    let mut open: Vec<&str> = Vec::new();
    let mut turns = Vec::with_capacity(messages.len());
    for message in messages {
        let role = message.get("role").and_then(Value::as_str).unwrap_or("");
        if matches!(role, "system" | "developer") {
            turns.push(None);
            continue;
        }
        if role == "user" && begun && open.is_empty() {
            turn += 1;
        }
        begun = true;
        let calls = message.get("tool_calls").and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            open.extend(call.get("id").and_then(Value::as_str));
        }
        if let Some(answered) = message.get("tool_call_id").and_then(Value::as_str) {
            open.retain(|id| *id != answered);
        }
        turns.push(Some(turn));
    }
    turns
}

/// The text of a message, if it has one: its content, or the last part of it.
fn text_of(message: &mut Value) -> Option<&mut String> {
    let text = match message.get_mut("content")? {
        Value::Array(parts) => parts.last_mut()?.get_mut("text")?,
        text => text,
    };
    match text {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Cuts the text to the longest prefix that fits in the budget, in tokens.
fn shorten(counter: &mut impl Count, text: &mut String, budget: u64) {
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    ends.push(text.len());
    let fits = |counter: &mut _, end: usize| {
        let start = ends.get(end).and_then(|end| text.get(..*end));
        let count = start.map(|start| Count::count(counter, start) as u64);
        count.is_some_and(|count| count <= budget)
    };
    // Twice as many characters each time, so that a long text is not counted whole again and again.
    let mut good = 0;
    let mut step = usize::try_from(budget).unwrap_or(usize::MAX).max(1);
    let mut bad = ends.len();
    while good + step < bad {
        if fits(counter, good + step) {
            good += step;
            step = step.saturating_mul(2);
        } else {
            bad = good + step;
            break;
        }
    }
    while good + 1 < bad {
        let middle = good + (bad - good) / 2;
        if fits(counter, middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    let end = ends.get(good).copied().unwrap_or(0);
    text.truncate(end);
}
