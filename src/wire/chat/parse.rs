//! What a model wrote, as a type of the caller's.

use std::fmt;

use serde::de::DeserializeOwned;

use super::super::json;
use super::{ChatCompletion, FinishReason};

/// Why a text of the model is not the type that was asked for. It prints the place of the fault and
/// never the text.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseError {
    /// The model refused, in these words.
    Refused(String),
    /// The answer is cut: it reached the token limit, or a filter left something out.
    Cut(FinishReason),
    /// There is no text.
    Empty,
    /// The text is not JSON of that type.
    Json {
        /// The function whose arguments they are; `None` for an answer.
        function: Option<String>,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
}

impl ParseError {
    pub(in crate::wire) fn arguments(function: &str, cause: serde_json::Error) -> Self {
        Self::Json {
            function: Some(function.to_owned()),
            cause,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(words) => write!(f, "the model refused: {words}"),
            Self::Cut(reason) => write!(
                f,
                "the answer is cut (finish_reason `{}`): raise the most tokens that it may have, or ask for less",
                reason.as_str()
            ),
            Self::Empty => f.write_str("the answer has no text"),
            Self::Json { function, cause } => {
                match function {
                    Some(name) => write!(f, "the arguments of `{name}`")?,
                    None => f.write_str("the answer")?,
                }
                write!(
                    f,
                    " cannot be read as the type that was asked for: {:?} error in line {} column {}",
                    cause.classify(),
                    cause.line(),
                    cause.column()
                )
            }
        }
    }
}

impl std::error::Error for ParseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl ChatCompletion {
    /// The text of choice 0 as a type of yours: the answer to a request whose `response_format` asks for
    /// JSON.
    ///
    /// ```
    /// use openai_wasm::wire::chat::ChatCompletion;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct City {
    ///     name: String,
    /// }
    ///
    /// # let body = r#"{"choices":[{"index":0,"message":{"content":"{\"name\":\"Bern\"}"},"finish_reason":"stop"}]}"#;
    /// # let answer: ChatCompletion = serde_json::from_str(body)?;
    /// let city: City = answer.parsed()?;
    /// assert_eq!(city.name, "Bern");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The model refused, its answer is cut or empty, or it is not JSON of that type.
    pub fn parsed<T: DeserializeOwned>(&self) -> Result<T, ParseError> {
        let choice = self.choices.iter().find(|choice| choice.index == 0);
        let choice = choice.ok_or(ParseError::Empty)?;
        if let Some(refusal) = choice.message.refusal.as_deref().filter(|r| !r.is_empty()) {
            return Err(ParseError::Refused(refusal.to_owned()));
        }
        if let Some(reason @ (FinishReason::Length | FinishReason::ContentFilter)) =
            &choice.finish_reason
        {
            return Err(ParseError::Cut(reason.clone()));
        }
        match choice.message.content.as_deref().map(str::trim) {
            None | Some("") => Err(ParseError::Empty),
            Some(text) => json::read(text).map_err(|cause| ParseError::Json {
                function: None,
                cause,
            }),
        }
    }
}
