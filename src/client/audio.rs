//! `POST /audio/{transcriptions,translations}`

use super::read::{decode, whole};
use super::{Call, Client, EventStream, Meta};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::audio::{
    AudioResponseFormat, Transcription, TranscriptionDiarized, TranscriptionRequest,
    TranscriptionStreamEvent, TranscriptionVerbose, Translation, TranslationRequest,
    TranslationVerbose,
};

/// Audio into text: [`Client::audio`].
#[derive(Debug)]
pub struct Audio<T: Transport>(Client<T>);

/// Transcriptions: [`Audio::transcriptions`].
#[derive(Debug)]
pub struct Transcriptions<T: Transport>(Client<T>);

/// Translations into English: [`Audio::translations`].
#[derive(Debug)]
pub struct Translations<T: Transport>(Client<T>);

/// The pieces of a transcription as they arrive.
pub type TranscriptionStream<T> = EventStream<T, TranscriptionStreamEvent>;

impl<T: Transport> Client<T> {
    /// Audio into text.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::Upload;
    /// use openai_wasm::wire::audio::{AudioResponseFormat, TranscriptionRequest};
    ///
    /// # let bytes = Vec::new();
    /// let mut request = TranscriptionRequest::new(Upload::new("audio.mp3", bytes), "whisper-1");
    /// request.response_format = Some(AudioResponseFormat::Srt);
    /// let subtitles = client.audio().transcriptions().create(&request).await?;
    /// println!("{}", subtitles.text());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn audio(&self) -> Audio<T> {
        Audio(self.clone())
    }
}

impl<T: Transport> Audio<T> {
    /// Text in the language that was spoken.
    #[must_use]
    pub fn transcriptions(&self) -> Transcriptions<T> {
        Transcriptions(self.0.clone())
    }

    /// Text in English.
    #[must_use]
    pub fn translations(&self) -> Translations<T> {
        Translations(self.0.clone())
    }
}

impl<T: Transport> Transcriptions<T> {
    /// Asks for a transcription in the form that the request names; `request.stream` is left out.
    pub fn create(&self, request: &TranscriptionRequest) -> Call<T, TranscriptionAnswer> {
        let mut request = request.clone();
        request.stream = None;
        let form = Form::of(request.response_format.as_ref());
        let read = whole(move |meta, text| {
            Ok(match form.under(meta) {
                Form::Json => TranscriptionAnswer::Json(decode(meta, &text)?),
                Form::Verbose => TranscriptionAnswer::Verbose(decode(meta, &text)?),
                Form::Diarized => TranscriptionAnswer::Diarized(decode(meta, &text)?),
                Form::Text | Form::Unknown => TranscriptionAnswer::Text(text),
            })
        });
        Call::new(&self.0, Method::Post, TRANSCRIPTIONS, read).form(&request)
    }

    /// Asks for a transcription in pieces (2026); `request.stream` is set.
    pub fn stream(&self, request: &TranscriptionRequest) -> Call<T, TranscriptionStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        let call = self.0.ask_for_events(Method::Post, TRANSCRIPTIONS);
        call.form(&request)
    }
}

impl<T: Transport> Translations<T> {
    /// Asks for a translation in the form that the request names.
    pub fn create(&self, request: &TranslationRequest) -> Call<T, TranslationAnswer> {
        let form = Form::of(request.response_format.as_ref());
        let read = whole(move |meta, text| {
            Ok(match form.under(meta) {
                Form::Json | Form::Diarized => TranslationAnswer::Json(decode(meta, &text)?),
                Form::Verbose => TranslationAnswer::Verbose(decode(meta, &text)?),
                Form::Text | Form::Unknown => TranslationAnswer::Text(text),
            })
        });
        Call::new(&self.0, Method::Post, "/audio/translations", read).form(request)
    }
}

const TRANSCRIPTIONS: &str = "/audio/transcriptions";

/// A transcription in the form that was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TranscriptionAnswer {
    /// `json`, the default.
    Json(Transcription),
    /// `verbose_json`.
    Verbose(TranscriptionVerbose),
    /// `diarized_json` (2026).
    Diarized(TranscriptionDiarized),
    /// `text`, `srt` or `vtt`, as it came.
    Text(String),
}

impl TranscriptionAnswer {
    /// The text; subtitles as they came.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Json(answer) => &answer.text,
            Self::Verbose(answer) => &answer.text,
            Self::Diarized(answer) => &answer.text,
            Self::Text(text) => text,
        }
    }
}

/// A translation in the form that was asked for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TranslationAnswer {
    /// `json`, the default.
    Json(Translation),
    /// `verbose_json`.
    Verbose(TranslationVerbose),
    /// `text`, `srt` or `vtt`, as it came.
    Text(String),
}

impl TranslationAnswer {
    /// The text; subtitles as they came.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Json(answer) => &answer.text,
            Self::Verbose(answer) => &answer.text,
            Self::Text(text) => text,
        }
    }
}

/// Which of the forms an answer has.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Verbose,
    Diarized,
    Text,
    /// One that no document names: the media type tells.
    Unknown,
}

impl Form {
    fn of(format: Option<&AudioResponseFormat>) -> Self {
        match format {
            None | Some(AudioResponseFormat::Json) => Self::Json,
            Some(AudioResponseFormat::VerboseJson) => Self::Verbose,
            Some(AudioResponseFormat::DiarizedJson) => Self::Diarized,
            Some(format) if format.is_text() => Self::Text,
            Some(_) => Self::Unknown,
        }
    }

    fn under(self, meta: &Meta) -> Self {
        let json = || meta.media_type().is_some_and(|kind| kind.contains("json"));
        match self {
            Self::Unknown if json() => Self::Json,
            form => form,
        }
    }
}
