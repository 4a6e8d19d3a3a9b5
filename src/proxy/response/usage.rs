//! What an answer cost: the server's own count, or an estimate where none came.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::proxy::budget::Charged;
use crate::proxy::request::strict_json::{Json, Object};
use crate::proxy::route::Route;

/// Counts above this are nonsense, and JavaScript could not hold them.
const MAX_TOKENS: u64 = 1 << 53;

/// English text has about four bytes a token.
const BYTES_PER_TOKEN: u64 = 4;

/// A server's `usage`, checked: whole numbers that are not negative, nothing absurd.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usage(Map<String, Value>);

impl Usage {
    /// Reads the member `usage` of an event or an answer. `None` if it has no count, or one that is
    /// no count.
    #[must_use]
    pub fn of(usage: &Value) -> Option<Self> {
        let given = usage.as_object()?;
        // The older endpoints say prompt and completion, the newer ones input and output.
        let prompt = count(given, ["prompt_tokens", "input_tokens"])?;
        let completion = count(given, ["completion_tokens", "output_tokens"])?;
        let total = count(given, ["total_tokens", "total_tokens"])?;
        // Sound is billed by the second.
        let seconds = given.get("seconds").and_then(Value::as_f64);
        let heard = seconds.filter(|seconds| *seconds >= 0.0).map(|_| 0);
        prompt.or(completion).or(total).or(heard)?;
        let (prompt, completion) = (prompt.unwrap_or(0), completion.unwrap_or(0));
        let mut all = given.clone();
        for (name, tokens) in [
            ("prompt_tokens", prompt),
            ("completion_tokens", completion),
            ("total_tokens", total.unwrap_or(prompt + completion)),
        ] {
            all.insert(name.to_owned(), tokens.into());
        }
        Some(Self(all))
    }

    /// At least what was sent, so that leaving early is not free.
    #[must_use]
    pub fn estimated(prompt_bytes: u64, said_bytes: u64, events: u64) -> Self {
        let prompt = prompt_bytes.div_ceil(BYTES_PER_TOKEN);
        let completion = said_bytes.div_ceil(BYTES_PER_TOKEN).max(events);
        let mut counts = Map::new();
        for (name, tokens) in [
            ("prompt_tokens", prompt),
            ("completion_tokens", completion),
            ("total_tokens", prompt + completion),
        ] {
            counts.insert(name.to_owned(), tokens.into());
        }
        Self(counts)
    }

    /// Nothing: the server refused the request.
    #[must_use]
    pub fn none() -> Self {
        Self::estimated(0, 0, 0)
    }

    /// Tokens of what was asked.
    #[must_use]
    pub fn prompt_tokens(&self) -> u64 {
        self.tokens("prompt_tokens")
    }

    /// Tokens of what was answered.
    #[must_use]
    pub fn completion_tokens(&self) -> u64 {
        self.tokens("completion_tokens")
    }

    /// Tokens of both, as the server adds them up.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        self.tokens("total_tokens")
    }

    /// Everything that the server said, its details (`prompt_tokens_details`) included.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    fn tokens(&self, name: &str) -> u64 {
        self.0.get(name).and_then(Value::as_u64).unwrap_or_default()
    }
}

/// The first of two members that is there; `None` if it is no count.
fn count(usage: &Map<String, Value>, names: [&str; 2]) -> Option<Option<u64>> {
    let given = names
        .iter()
        .find_map(|name| usage.get(*name).filter(|value| !value.is_null()));
    match given {
        None => Some(None),
        Some(value) => value
            .as_u64()
            .filter(|count| *count <= MAX_TOKENS)
            .map(Some),
    }
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// It came whole.
    Completed,
    /// The server refused the request with an error status.
    Refused,
    /// No answer came, or it was ended: an error in the stream, a limit, a wrong type.
    Failed,
    /// It broke off.
    Truncated,
    /// The caller left.
    Disconnected,
}

/// A request that was sent on: what its record says besides its cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The id that the caller got as `x-request-id`.
    pub request_id: String,
    /// The session's subject.
    pub subject: String,
    /// The proxy's path.
    pub route: String,
    /// The model that was asked for.
    pub model: Option<String>,
    /// Did the caller ask for an event stream?
    pub stream: bool,
    /// The request body's size.
    pub request_bytes: u64,
    /// The most tokens that its answers may have had together: the cap that was sent on. `None` where
    /// the route has none, as embeddings.
    pub max_output_tokens: Option<u64>,
    /// When the request was sent on, in milliseconds since 1970.
    pub started_at_ms: u64,
}

/// What one request has cost: what `Host::on_usage` gets, and as JSON the npm package's `onUsage`.
///
/// There is one for each request that was sent on, however it ended. In its JSON the members of
/// `request` stand beside the others, all in camel case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UsageEvent {
    /// The request.
    #[serde(flatten)]
    pub request: Account,
    /// How its answer ended.
    pub outcome: Outcome,
    /// Its tokens.
    pub usage: Usage,
    /// Did the server give no count that can be true? Then it is a token for four bytes of texts and
    /// numbers, and at least one for each event that was passed on and each choice in it. Reasoning
    /// that is hidden, and a JSON answer that nobody waited for, may have cost up to the request's
    /// `max_output_tokens`.
    pub estimated: bool,
    /// From sending the request on to the answer's end, in milliseconds.
    pub duration_ms: u64,
    /// What it costs by the budget's prices; nothing without a budget.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost: Option<Charged>,
}

impl Account {
    /// What an answer has cost. Without a count of the server's it is an estimate, and says so; a
    /// refused request costs nothing.
    #[must_use]
    pub fn event(&self, outcome: Outcome, cost: &Cost, now_ms: u64) -> UsageEvent {
        let (usage, estimated) = match (&cost.usage, outcome) {
            (Some(usage), _) => (usage.clone(), false),
            (None, Outcome::Refused) => (Usage::none(), false),
            (None, _) if self.route == Route::InputTokens.path() => (Usage::none(), false),
            (None, _) => {
                // The bytes of sound do not tell its tokens.
                let is_sound = self.route == Route::Speech.path();
                let said_bytes = if is_sound { 0 } else { cost.said_bytes };
                let usage = Usage::estimated(self.request_bytes, said_bytes, cost.events);
                (usage, true)
            }
        };
        UsageEvent {
            request: self.clone(),
            outcome,
            usage,
            estimated,
            duration_ms: now_ms.saturating_sub(self.started_at_ms),
            cost: None,
        }
    }
}

/// What is known of an answer's cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// The server's last count.
    pub usage: Option<Usage>,
    /// How many bytes of texts and numbers were passed on, but for the server's own words.
    pub said_bytes: u64,
    /// How many events were passed on, each as often as it has choices.
    pub events: u64,
    /// Has the upstream certainly made nothing? It could not be reached.
    pub unheard: bool,
}

/// Makes a stream's request body ask for its usage; says whether the caller had asked for it.
#[must_use]
pub fn ask_for_usage(body: &mut Object) -> bool {
    if !matches!(body.get("stream_options"), Some(Json::Object(_))) {
        body.set("stream_options", Json::Object(Object::default()));
    }
    let Some(Json::Object(options)) = body.get_mut("stream_options") else {
        return true;
    };
    let asked = options.get("include_usage") == Some(&Json::Bool(true));
    options.set("include_usage", Json::Bool(true));
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::request::strict_json;
    use serde_json::json;

    #[test]
    fn a_count_is_a_whole_number_that_is_not_absurd() {
        for (usage, expected) in [
            (
                json!({"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46}),
                Some((12, 34, 46)),
            ),
            (
                json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
                Some((0, 0, 0)),
            ),
            (
                json!({"input_tokens": 1, "output_tokens": 2}),
                Some((1, 2, 3)),
            ),
            (
                json!({"prompt_tokens": 5, "total_tokens": 5}),
                Some((5, 0, 5)),
            ),
            (
                json!({"prompt_tokens": 1, "completion_tokens": null, "total_tokens": 1}),
                Some((1, 0, 1)),
            ),
            (json!({"prompt_tokens": -1, "completion_tokens": 2}), None),
            (json!({"prompt_tokens": "1"}), None),
            (json!({"prompt_tokens": 1.5}), None),
            (json!({"prompt_tokens": 1e18}), None),
            (
                json!({"prompt_tokens": 1_000_000_000_000_000_000_u64}),
                None,
            ),
            (json!({}), None),
            (json!(null), None),
            (json!("12"), None),
        ] {
            let got = Usage::of(&usage).map(|Usage(all)| {
                let tokens = |name: &str| all[name].as_u64().unwrap();
                (
                    tokens("prompt_tokens"),
                    tokens("completion_tokens"),
                    tokens("total_tokens"),
                )
            });
            assert_eq!(got, expected, "{usage}");
        }
    }

    #[test]
    fn details_stay() {
        let usage = json!({"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}});
        let Usage(all) = Usage::of(&usage).unwrap();
        assert_eq!(all["prompt_tokens_details"]["cached_tokens"], 1);
    }

    #[test]
    fn streams_are_asked_for_their_usage() {
        for (body, options, asked) in [
            (json!({}), json!({"include_usage": true}), false),
            (
                json!({"stream_options": null}),
                json!({"include_usage": true}),
                false,
            ),
            (
                json!({"stream_options": {"include_usage": false}}),
                json!({"include_usage": true}),
                false,
            ),
            (
                json!({"stream_options": {"include_usage": true}}),
                json!({"include_usage": true}),
                true,
            ),
            (
                json!({"stream_options": {"include_obfuscation": false}}),
                json!({"include_obfuscation": false, "include_usage": true}),
                false,
            ),
        ] {
            let mut given = strict_json::read(body.to_string().as_bytes()).unwrap();
            let was_asked = ask_for_usage(&mut given);
            let sent: Value = serde_json::from_slice(&given.to_bytes()).unwrap();
            assert_eq!(
                (&sent["stream_options"], was_asked),
                (&options, asked),
                "{body}"
            );
        }
    }

    #[test]
    fn what_was_not_counted_is_estimated_and_flagged() {
        let account = Account {
            request_id: "r".into(),
            subject: "s".into(),
            route: "/v1/chat/completions".into(),
            model: None,
            stream: true,
            request_bytes: 10,
            max_output_tokens: Some(2048),
            started_at_ms: 1000,
        };
        let cost = Cost {
            said_bytes: 9,
            events: 2,
            ..Cost::default()
        };
        let left = account.event(Outcome::Disconnected, &cost, 1500);
        assert!(left.estimated);
        let usage = &left.usage;
        assert_eq!((usage.prompt_tokens(), usage.completion_tokens()), (3, 3));
        assert_eq!(usage.total_tokens(), 6);

        let refused = account.event(Outcome::Refused, &Cost::default(), 1500);
        assert!(!refused.estimated);
        assert_eq!(refused.usage.total_tokens(), 0);

        let json = serde_json::to_value(&left).unwrap();
        assert_eq!(
            json,
            json!({
                "requestId": "r", "subject": "s", "route": "/v1/chat/completions", "model": null,
                "stream": true, "requestBytes": 10, "maxOutputTokens": 2048, "startedAtMs": 1000,
                "durationMs": 500,
                "outcome": "disconnected", "estimated": true,
                "usage": {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6},
            })
        );
        assert_eq!(serde_json::from_value::<UsageEvent>(json).unwrap(), left);
    }
}
