//! What a model wrote in a response, as a type of the caller's.

use serde::de::DeserializeOwned;

use super::super::chat::{FinishReason, ParseError};
use super::super::json;
use super::response::IncompleteReason;
use super::{FunctionCall, Response, ResponseContentPart, ResponseOutputItem, ResponseStatus};

impl Response {
    /// The text of the last message as a type of yours: the answer to a request whose `text.format` asks
    /// for JSON. What the model says in passing (`phase: "commentary"`) does not count.
    ///
    /// ```
    /// use openai_wasm::wire::responses::Response;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct City {
    ///     name: String,
    /// }
    ///
    /// # let body = r#"{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"{\"name\":\"Bern\"}"}]}]}"#;
    /// # let response: Response = serde_json::from_str(body)?;
    /// let city: City = response.parsed()?;
    /// assert_eq!(city.name, "Bern");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The model refused, its answer is cut or empty, or it is not JSON of that type.
    pub fn parsed<T: DeserializeOwned>(&self) -> Result<T, ParseError> {
        let messages = self.output.iter().filter_map(|item| match item {
            ResponseOutputItem::Message(message) => Some(message),
            _ => None,
        });
        let mut said = messages.filter(|message| message.phase.as_deref() != Some("commentary"));
        let parts = said.next_back().map(|message| message.content.as_slice());
        let parts = parts.unwrap_or_default();
        let refusal = parts.iter().find_map(|part| match part {
            ResponseContentPart::Refusal(part) => Some(part.refusal.clone()),
            _ => None,
        });
        if let Some(refusal) = refusal.filter(|words| !words.is_empty()) {
            return Err(ParseError::Refused(refusal));
        }
        if self.status == Some(ResponseStatus::Incomplete) {
            return Err(ParseError::Cut(self.cut()));
        }
        let text: String = parts
            .iter()
            .filter_map(ResponseContentPart::output_text)
            .collect();
        match text.trim() {
            "" => Err(ParseError::Empty),
            text => json::read(text).map_err(|cause| ParseError::Json {
                function: None,
                cause,
            }),
        }
    }

    /// Why it was cut off, in the words of chat completions.
    fn cut(&self) -> FinishReason {
        let details = self.incomplete_details.as_ref();
        match details.and_then(|details| details.reason.as_ref()) {
            Some(IncompleteReason::ContentFilter) => FinishReason::ContentFilter,
            _ => FinishReason::Length,
        }
    }
}

impl FunctionCall {
    /// The arguments as a type of yours. Without arguments a function is called with `{}`.
    ///
    /// # Errors
    /// [`ParseError`]: the model may write anything.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ParseError> {
        let arguments = match self.arguments.trim() {
            "" => "{}",
            arguments => arguments,
        };
        json::read(arguments).map_err(|cause| ParseError::arguments(&self.name, cause))
    }
}
